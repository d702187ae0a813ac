/** Takes the keyboard as soon as it is shown: a screen's heading, so that the next key starts there. */
export function takeFocus(element: HTMLElement): void {
  element.focus({ preventScroll: true });
}
