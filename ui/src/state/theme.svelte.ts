// Light, dark, or as the computer is set.
import type { Theme } from "../ipc/generated/Theme";

const order: readonly Theme[] = ["system", "light", "dark"];

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

  /** The one that comes after the chosen one. */
  get next(): Theme {
    return order[(order.indexOf(this.chosen) + 1) % order.length] ?? "system";
  }

  #show(): void {
    const dark = this.chosen === "system" ? this.#computerIsDark.matches : this.chosen === "dark";
    document.documentElement.dataset["theme"] = dark ? "dark" : "light";
  }
}

export const theme = new ThemeChoice();
