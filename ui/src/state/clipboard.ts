// Putting a note on the clipboard, at a person's key press or click.
import type { NoteCopy } from "../ipc/generated/NoteCopy";

/**
 * Copies a note that may still be on its way, as plain text and as HTML for whatever takes that;
 * answers whether it is there. The engine allows this only within the key press or click itself, so it
 * has to be called before anything is waited for.
 */
export async function copyNote(note: Promise<NoteCopy>): Promise<boolean> {
  const piece = (type: string, words: (note: NoteCopy) => string) => note.then((copy) => new Blob([words(copy)], { type }));
  const item = new ClipboardItem({
    "text/plain": piece("text/plain", ({ text }) => text),
    "text/html": piece("text/html", ({ html }) => html),
  });
  try {
    await navigator.clipboard.write([item]);
    return true;
  } catch {
    return false;
  }
}
