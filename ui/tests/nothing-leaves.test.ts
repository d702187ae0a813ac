import { expect, it } from "vitest";
import { row, startup } from "./fixtures";
import { click, openPage, openVisit, screen } from "./page";

const SENTENCE = "Nothing leaves this computer";
const GAP = "the system lets this program open an internet socket (version 4)";
const shown = () => document.body.textContent ?? "";

it("says that nothing leaves where that was proved at this start", async () => {
  await openPage({ startup: () => startup({ door: "locked" }) });
  expect((await screen.findByTestId("nothing-leaves")).textContent).toContain(SENTENCE);
  await openPage({ list_visits: () => [row()] });
  await screen.findByTestId("visit-row");
  expect(screen.getAllByTestId("nothing-leaves").length).toBeGreaterThan(0);
});

it("says what is open instead, and the sentence nowhere", async () => {
  const nothing_leaves = { proven: false, gaps: [GAP] };
  for (const door of ["absent", "locked", "covered"] as const) {
    document.body.replaceChildren();
    await openPage({ startup: () => startup({ door, nothing_leaves }) });
    expect((await screen.findByTestId("not-shut-off")).textContent).toContain(GAP);
    expect(shown()).not.toContain(SENTENCE);
  }
  document.body.replaceChildren();
  await openVisit({}, { startup: () => startup({ nothing_leaves }) });
  expect(shown()).not.toContain(SENTENCE);
  await click("back");
  expect((await screen.findByTestId("not-shut-off")).textContent).toContain(GAP);
  await click("show-help");
  await click("close-help");
  await click("new-visit");
  await screen.findByTestId("start-recording");
  expect(shown()).not.toContain(SENTENCE);
});

it("says nothing where nothing was tried", async () => {
  document.body.replaceChildren();
  await openPage({ startup: () => startup({ door: "locked", nothing_leaves: { proven: false, gaps: [] } }) });
  await screen.findByTestId("open-vault");
  expect(shown()).not.toContain(SENTENCE);
  expect(screen.queryByTestId("not-shut-off")).toBeNull();
});

it("has the sentence in one place, behind the proof", () => {
  const sources = import.meta.glob<string>("../src/**/*.{svelte,ts}", { query: "?raw", import: "default", eager: true });
  const having = (words: RegExp) => Object.keys(sources).filter((name) => words.test(sources[name] ?? ""));
  expect(having(/leaves this (computer|room)/i)).toEqual(["../src/strings/en.ts"]);
  expect(having(/\bsentence\b/)).toEqual(["../src/parts/NothingLeaves.svelte", "../src/strings/en.ts"]);
});
