// Putting text on the clipboard, at a person's key press or click.

/**
 * Copies plain text that may still be on its way; answers whether it is there. The engine allows
 * this only within the key press or click itself, so it has to be called before anything is waited for.
 */
export async function copyText(text: Promise<string>): Promise<boolean> {
  const plain = text.then((words) => new Blob([words], { type: "text/plain" }));
  try {
    await navigator.clipboard.write([new ClipboardItem({ "text/plain": plain })]);
    return true;
  } catch {
    return false;
  }
}
