import { expect, it, vi } from "vitest";
import { row } from "./fixtures";
import { asked, click, openVisit, screen, VISIT } from "./page";
import { refusal } from "./program";

it("erases only what was chosen, and only after a second word", async () => {
  const program = await openVisit();
  await click("erase");
  const start = screen.getByTestId<HTMLButtonElement>("erase-start");
  expect(start.disabled).toBe(true);
  await click("choice-sound");
  await click("erase-meant");
  // Nobody has said why yet.
  expect(start.disabled).toBe(true);
  expect(screen.getByText("Choose why it is erased.")).toBeTruthy();
  await click("choice-consent_withdrawn");
  expect(start.disabled).toBe(false);
  await click("erase-start");
  expect(asked(program, "erase_visit")).toEqual([{ visit: VISIT, erased: ["sound"], reason: "consent_withdrawn" }]);
  // The visit is read again, for the recording is no longer there.
  await vi.waitFor(() => {
    expect(screen.queryByTestId("erase-dialog")).toBeNull();
    expect(asked(program, "read_visit")).toHaveLength(2);
  });
});

it("goes back to the list when all of the visit is erased", async () => {
  const program = await openVisit();
  await click("erase");
  await click("choice-discarded");
  await click("erase-meant");
  await click("erase-start");
  expect(asked(program, "erase_visit")).toEqual([{ visit: VISIT, erased: ["visit"], reason: "discarded" }]);
  expect(await screen.findByTestId("search")).toBeTruthy();
});

it("says so when nothing was erased", async () => {
  await openVisit({}, { erase_visit: () => { throw refusal("store", "The disk does not answer."); } });
  await click("erase");
  await click("choice-discarded");
  await click("erase-meant");
  await click("erase-start");
  expect(await screen.findByText(/The disk does not answer/)).toBeTruthy();
  expect(screen.getByTestId("erase")).toBeTruthy();
});

it("offers no recording that was erased before", async () => {
  await openVisit({ row: row({ sound_erased: true }) });
  expect(screen.getByTestId("sound-erased").textContent).toContain("recording erased");
  await click("erase");
  expect(screen.queryByTestId("choice-sound")).toBeNull();
});

it("offers the transcript of a signed visit, with the recording where there is one", async () => {
  const program = await openVisit({ row: row({ state: "signed" }) });
  await click("erase");
  await click("choice-words");
  await click("choice-consent_withdrawn");
  await click("erase-meant");
  await click("erase-start");
  expect(asked(program, "erase_visit")).toEqual([
    { visit: VISIT, erased: ["sound", "transcript"], reason: "consent_withdrawn" },
  ]);
  // The visit is still there, and is read again.
  await vi.waitFor(() => { expect(asked(program, "read_visit")).toHaveLength(2); });
  expect(await screen.findByText("The transcript is erased.")).toBeTruthy();
});

it("offers the transcript alone where the recording has gone", async () => {
  const program = await openVisit({ row: row({ state: "signed", sound_erased: true }) });
  await click("erase");
  await click("choice-words");
  await click("choice-consent_withdrawn");
  await click("erase-meant");
  await click("erase-start");
  expect(asked(program, "erase_visit")).toMatchObject([{ erased: ["transcript"] }]);
});

it.each([row({ state: "drafted" }), row({ state: "signed", transcript_erased: true })])("does not offer a transcript that is needed or gone", async (changed) => {
  await openVisit({ row: changed });
  await click("erase");
  expect(screen.queryByTestId("choice-words")).toBeNull();
});
