// Putting text on the clipboard, at a person's key press or click.

/** Copies plain text; answers whether it is there. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(text);
  }
}

/** The older way, for engines that refuse the newer one outside of the key press itself. */
function copyBySelection(text: string): boolean {
  const onCopy = (event: ClipboardEvent) => {
    event.clipboardData?.setData("text/plain", text);
    event.preventDefault();
  };
  document.addEventListener("copy", onCopy);
  try {
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- there is no other second way
    return document.execCommand("copy");
  } finally {
    document.removeEventListener("copy", onCopy);
  }
}
