// Whether anybody is at the computer.

/** What a person does that shows it. */
const SIGNS = ["keydown", "pointerdown", "pointermove", "wheel"] as const;
/** How often it is looked at; also soon after the computer has slept. */
const LOOK = 5_000;

/**
 * Calls `then` when nobody has touched mouse or keyboard for so many minutes, and again after each
 * further minute without a touch; answers how to stop that.
 */
export function whenIdle(minutes: number, then: () => void): () => void {
  let due = Date.now() + minutes * 60_000;
  const touched = () => {
    due = Date.now() + minutes * 60_000;
  };
  for (const sign of SIGNS) addEventListener(sign, touched, { capture: true, passive: true });
  const clock = setInterval(() => {
    if (Date.now() < due) return;
    due = Date.now() + 60_000;
    then();
  }, LOOK);
  return () => {
    clearInterval(clock);
    for (const sign of SIGNS) removeEventListener(sign, touched, { capture: true });
  };
}
