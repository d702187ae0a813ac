// Small pure things: evidence, lists, times, passphrases, key names.
import { describe, expect, it } from "vitest";
import { nameOf } from "../src/keyboard/shortcuts.svelte";
import { stretches } from "../src/state/evidence";
import { passphraseStrength } from "../src/state/passphrase";
import { byDay } from "../src/state/visit-list";
import { clock } from "../src/strings/format";
import { MORNING, row } from "./fixtures";

describe("evidence in a turn", () => {
  const at = (start: number, end: number) => ({ segment: 0, start, end });

  it("keeps what was spoken with the word that is written otherwise", () => {
    const word = (text: string, spoken: string | null) => ({ start: 0, end: 0, text, spoken, probability: 1 });
    const words = [word("é𝒳", null), word("5", "five"), word("mg,", "milligrams,"), word("twice", null)];
    expect(stretches("é𝒳 5 mg, twice", [at(5, 7)], words).map(({ text, lit, spoken }) => [text, lit, spoken])).toEqual([
      ["é𝒳 ", false, undefined],
      ["5", false, "five"],
      [" ", false, undefined],
      ["mg", true, "milligrams,"],
      [",", false, "milligrams,"],
      [" twice", false, undefined],
    ]);
  });

  it("lights up the words it names", () => {
    expect(stretches("a pop, then", [at(2, 5)])).toEqual([
      { text: "a ", lit: false },
      { text: "pop", lit: true },
      { text: ", then", lit: false },
    ]);
  });

  it("counts characters as the program does, not as JavaScript does", () => {
    expect(stretches("😀 é𝒳 pain", [at(5, 9)]).filter(({ lit }) => lit)).toEqual([{ text: "pain", lit: true }]);
  });

  it("joins what overlaps and bears what lies outside", () => {
    const all = stretches("abcdef", [at(1, 3), at(2, 4), at(5, 99)]);
    expect(all.map(({ text, lit }) => (lit ? `[${text}]` : text)).join("")).toBe("a[bcd]e[f]");
    expect(all.map(({ text }) => text).join("")).toBe("abcdef");
  });
});

describe("the list of visits", () => {
  it("puts the latest first, under its day", () => {
    const DAY = 86_400_000;
    const rows = [row({ id: "old", started_at: MORNING - 3 * DAY }), row({ id: "b", started_at: MORNING - DAY }), row({ id: "a" })];
    expect(byDay(rows, MORNING + 1000).map(({ name, visits }) => [name, visits[0]?.id])).toEqual([
      ["Today", "a"],
      ["Yesterday", "b"],
      ["Friday, November 20, 2026", "old"],
    ]);
  });
});

it("writes lengths as a clock does", () => {
  expect([0, 999, 61_000, 3_723_000].map(clock)).toEqual(["0:00", "0:00", "1:01", "1:02:03"]);
});

it("hints at how hard a passphrase is to guess", () => {
  expect(["aaaaaaaaaaaaaaaa", "password1234", "correct horse battery", "plum engine harbor violet moss"].map(passphraseStrength)).toEqual([
    "weak",
    "weak",
    "fair",
    "strong",
  ]);
});

it("names key presses", () => {
  const key = (key: string, more: KeyboardEventInit = {}) => nameOf(new KeyboardEvent("keydown", { key, ...more }));
  expect([key("N"), key("?", { shiftKey: true }), key("s", { ctrlKey: true }), key("Z", { ctrlKey: true, shiftKey: true }), key("Escape")]).toEqual([
    "n",
    "?",
    "Ctrl+s",
    "Ctrl+Shift+z",
    "Escape",
  ]);
});
