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
  expect(start.disabled).toBe(false);
  await click("erase-start");
  expect(asked(program, "erase_visit")).toEqual([{ visit: VISIT, erased: "sound", reason: "consent_withdrawn" }]);
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
  expect(asked(program, "erase_visit")).toEqual([{ visit: VISIT, erased: "visit", reason: "discarded" }]);
  expect(await screen.findByTestId("search")).toBeTruthy();
});

it("says so when nothing was erased", async () => {
  await openVisit({}, { erase_visit: () => { throw refusal("store", "The disk does not answer."); } });
  await click("erase");
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
