// @vitest-environment node
// Every pair of text and ground that the styles use, measured (WCAG 2.2, 1.4.3 and 1.4.11).
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const css = readFileSync(new URL("../src/styles/tokens.css", import.meta.url), "utf8");

function tokens(selector: string): Map<string, string> {
  const block = css.slice(css.indexOf(selector)).split("}")[0] ?? "";
  return new Map([...block.matchAll(/--([\w-]+):\s*(#[0-9a-f]{6});/g)].map((m) => [m[1] ?? "", m[2] ?? ""]));
}

function luminance(colour: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const value = parseInt(colour.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * (r ?? 0) + 0.7152 * (g ?? 0) + 0.0722 * (b ?? 0);
}

function contrast(a: string, b: string): number {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return ((light ?? 0) + 0.05) / ((dark ?? 0) + 0.05);
}

const TEXT: readonly (readonly [string, string])[] = [
  ...["ground", "surface", "sunken", "hover"].flatMap((ground) => [["text", ground], ["text-soft", ground]] as const),
  ...["ground", "surface", "hover"].flatMap((ground) => ["accent", "caution", "recording-ink"].map((ink) => [ink, ground] as const)),
  ["on-accent", "accent"],
  ["on-accent", "accent-strong"],
  ["on-accent-soft", "accent-soft"],
  ["text-soft", "accent-soft"],
  ["on-recording", "recording"],
  ["on-recording-soft", "recording-soft"],
  ["on-caution", "caution"],
  ["on-caution-soft", "caution-soft"],
  ["on-evidence", "evidence"],
];

const CONTROLS = [
  ["edge-control", "surface"],
  ["edge-control", "ground"],
  ["focus", "surface"],
  ["focus", "ground"],
  ["accent", "sunken"],
  ["recording", "surface"],
] as const;

describe.each([["light", ":root {"], ["dark", ':root[data-theme="dark"]']])("%s", (_, selector) => {
  const colours = tokens(selector);
  const between = (a: string, b: string) => contrast(colours.get(a) ?? "", colours.get(b) ?? "");

  it.each(TEXT)("%s can be read on %s", (ink, ground) => {
    expect(between(ink, ground)).toBeGreaterThanOrEqual(4.5);
  });

  it.each(CONTROLS)("%s can be told from %s", (shape, ground) => {
    expect(between(shape, ground)).toBeGreaterThanOrEqual(3);
  });
});
