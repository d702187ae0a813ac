// Which words of the transcript are lit up, and which are written otherwise than they were spoken.
import type { Evidence } from "../ipc/generated/Evidence";
import type { Word } from "../ipc/generated/Word";

/** A stretch of a segment's text. */
export interface Stretch {
  text: string;
  lit: boolean;
  /** What was spoken, where that is written otherwise. */
  spoken?: string | undefined;
}

/** Cuts a segment's text where evidence and written words begin and end; places count Unicode scalar values. */
export function stretches(text: string, evidence: readonly Evidence[], words: readonly Word[] = []): Stretch[] {
  if (evidence.length === 0 && words.every(({ spoken }) => spoken === null)) return [{ text, lit: false }];
  const characters = Array.from(text);
  const spoken = spokenAt(text, words);
  const lit = new Array<boolean>(characters.length).fill(false);
  for (const { start, end } of evidence) lit.fill(true, start, Math.min(end, lit.length));
  const cut: Stretch[] = [];
  characters.forEach((character, n) => {
    const last = cut.at(-1);
    if (last && last.lit === lit[n] && last.spoken === spoken[n]) last.text += character;
    else cut.push({ text: character, lit: lit[n] === true, spoken: spoken[n] });
  });
  return cut;
}

/** By character of the text, what was spoken there; the words stand in the text in their order. */
function spokenAt(text: string, words: readonly Word[]): (string | undefined)[] {
  const spoken: (string | undefined)[] = [];
  let end = 0;
  for (const word of words) {
    const at = text.indexOf(word.text, end);
    if (at < 0) break;
    end = at + word.text.length;
    if (word.spoken === null) continue;
    const start = Array.from(text.slice(0, at)).length;
    for (let n = 0; n < Array.from(word.text).length; n++) spoken[start + n] = word.spoken;
  }
  return spoken;
}
