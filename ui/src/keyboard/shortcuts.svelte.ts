// Single-key shortcuts, kept out of text fields; people who speak to their computer can switch
// them off (WCAG 2.2, success criterion 2.1.4).

type Keys = Record<string, () => void>;

/** Whether single keys do anything. */
export const singleKeys = $state({ on: true });

function takesText(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || target.matches("input:not([type=checkbox], [type=radio]), textarea, select"))
  );
}

/** A button or box does its own thing on these keys. */
function ownsKey(target: EventTarget | null, key: string): boolean {
  return (
    (key === " " || key === "Enter") &&
    target instanceof HTMLElement &&
    target.closest("button, a, input, summary, [role=button]") !== null
  );
}

/** The name of a key press: `n`, `?`, `Escape`, `Ctrl+s`, `Ctrl+Shift+z`. */
export function nameOf(event: KeyboardEvent): string {
  const modified = event.ctrlKey || event.metaKey;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  return `${modified ? "Ctrl+" : ""}${modified && event.shiftKey ? "Shift+" : ""}${key}`;
}

/** Calls what the pressed key stands for; for `svelte:window`'s `onkeydown`. */
export function pressed(event: KeyboardEvent, keys: Keys): void {
  if (event.defaultPrevented || event.altKey || event.isComposing) return;
  const name = nameOf(event);
  const action = keys[name];
  if (!action) return;
  const single = name.length === 1;
  if (single && (!singleKeys.on || takesText(event.target) || ownsKey(event.target, name))) return;
  if (!single && !name.startsWith("Ctrl+") && takesText(event.target)) return;
  // An open dialog has the keyboard to itself.
  if (document.querySelector("dialog[open]")) return;
  event.preventDefault();
  action();
}
