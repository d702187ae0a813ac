import { expect, it } from "vitest";
import { row, startup } from "./fixtures";
import { click, openPage, openVisit, screen } from "./page";

const SENTENCE = "Nothing leaves this computer";
const GAP = "the system lets this program open an internet socket (version 4)";
const nothing_leaves = { proven: false, gaps: [GAP] };
const shown = () => document.body.textContent;

it("says before the store is open that nothing leaves, where that was proved at this start", async () => {
  await openPage({ startup: () => startup({ door: "locked" }) });
  expect((await screen.findByTestId("nothing-leaves")).textContent).toContain(SENTENCE);
});

it("says it below the list of visits", async () => {
  await openPage({ list_visits: () => [row()] });
  await screen.findByTestId("visit-row");
  expect(screen.getByTestId("nothing-leaves").textContent).toContain(SENTENCE);
});

it.each(["absent", "locked", "covered"] as const)("says at a store that is %s what is open instead", async (door) => {
  await openPage({ startup: () => startup({ door, nothing_leaves }) });
  expect((await screen.findByTestId("not-shut-off")).textContent).toContain(GAP);
  expect(shown()).not.toContain(SENTENCE);
});

it("says the sentence on no screen where it was not proved", async () => {
  await openVisit({}, { startup: () => startup({ nothing_leaves }) });
  expect(shown()).not.toContain(SENTENCE);
  await click("back");
  expect((await screen.findByTestId("not-shut-off")).textContent).toContain(GAP);
  expect(shown()).not.toContain(SENTENCE);
  await click("show-help");
  expect(shown()).not.toContain(SENTENCE);
  await click("close-help");
  await click("new-visit");
  await screen.findByTestId("start-recording");
  expect(shown()).not.toContain(SENTENCE);
});

it("says nothing where nothing was tried", async () => {
  await openPage({ startup: () => startup({ door: "locked", nothing_leaves: { proven: false, gaps: [] } }) });
  await screen.findByTestId("open-vault");
  expect(shown()).not.toContain(SENTENCE);
  expect(screen.queryByTestId("not-shut-off")).toBeNull();
});

it("has the sentence in one place, behind the proof", () => {
  const sources = import.meta.glob<string>("../src/**/*.{svelte,ts}", { query: "?raw", import: "default", eager: true });
  const having = (words: RegExp) => Object.keys(sources).filter((name) => words.test(sources[name] ?? ""));
  expect(having(/leaves this (computer|room)/i)).toEqual(["../src/strings/en.ts"]);
  expect(having(/\bnothingLeaves\b/)).toEqual(["../src/parts/NothingLeaves.svelte", "../src/strings/en.ts"]);
});
