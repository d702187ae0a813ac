// Which words of the transcript are lit up.
import type { Evidence } from "../ipc/generated/Evidence";

/** A stretch of a segment's text. */
export interface Stretch {
  text: string;
  lit: boolean;
}

/** Cuts a segment's text where evidence begins and ends; places count Unicode scalar values. */
export function stretches(text: string, evidence: readonly Evidence[]): Stretch[] {
  if (evidence.length === 0) return [{ text, lit: false }];
  const characters = Array.from(text);
  const lit = new Array<boolean>(characters.length).fill(false);
  for (const { start, end } of evidence) lit.fill(true, start, Math.min(end, lit.length));
  const cut: Stretch[] = [];
  characters.forEach((character, n) => {
    const last = cut.at(-1);
    if (last && last.lit === lit[n]) last.text += character;
    else cut.push({ text: character, lit: lit[n] === true });
  });
  return cut;
}
