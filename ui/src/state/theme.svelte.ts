// Light, dark, or as the computer is set.
import type { Theme } from "../ipc/generated/Theme";

class ThemeChoice {
  chosen: Theme = $state("system");
  #computerIsDark = matchMedia("(prefers-color-scheme: dark)");

  constructor() {
    this.#computerIsDark.addEventListener("change", () => {
      this.#show();
    });
  }

  /** Shows the page in a theme. */
  choose(theme: Theme): void {
    this.chosen = theme;
    this.#show();
  }

  /** The one that comes after the chosen one: first the one that looks different from the computer's. */
  get next(): Theme {
    const [same, other]: [Theme, Theme] = this.#computerIsDark.matches ? ["dark", "light"] : ["light", "dark"];
    if (this.chosen === "system") return other;
    return this.chosen === other ? same : "system";
  }

  #show(): void {
    const dark = this.chosen === "system" ? this.#computerIsDark.matches : this.chosen === "dark";
    document.documentElement.dataset["theme"] = dark ? "dark" : "light";
  }
}

export const theme = new ThemeChoice();
