import { expect, it, vi } from "vitest";
import { MORNING, row } from "./fixtures";
import { asked, click, openPage, openVisit, screen, type } from "./page";

const policy = { audio: 30, transcript: null, draft: null };
const DAY = 24 * 60 * 60 * 1000;

it("shows how long each kind is kept, and changes it", async () => {
  const program = await openPage({ read_retention: () => policy });
  await click("show-retention");
  const audio = await screen.findByTestId<HTMLInputElement>("days-audio");
  expect(audio.value).toBe("30");
  expect(screen.getByTestId<HTMLInputElement>("days-transcript").value).toBe("");
  await type("days-audio", "");
  await type("days-draft", "90");
  await click("retention-save");
  expect(asked(program, "set_retention")).toEqual([{ audio: null, transcript: null, draft: 90 }]);
  await vi.waitFor(() => {
    expect(screen.queryByTestId("retention-dialog")).toBeNull();
  });
});

it("takes no time that is none", async () => {
  await openPage({ read_retention: () => policy });
  await click("show-retention");
  await screen.findByTestId("days-audio");
  for (const wrong of ["-1", "1.5", "36501"]) {
    await type("days-audio", wrong);
    expect(screen.getByTestId<HTMLButtonElement>("retention-save").disabled, wrong).toBe(true);
  }
});

it("says in the list and in the visit what will be erased and when", async () => {
  const due = [
    { what: "transcript", at: MORNING + 365 * DAY },
    { what: "audio", at: MORNING + 30 * DAY },
  ] as const;
  await openVisit({ row: row({ state: "signed", will_be_erased: [...due] }) });
  const said = screen.getAllByTestId("will-be-erased").map((one) => one.textContent);
  expect(said).toEqual([
    "Transcript will be erased on Tuesday, November 23, 2027",
    "Recording will be erased on Wednesday, December 23, 2026",
  ]);
  await click("back");
  expect((await screen.findByTestId("will-be-erased")).textContent).toContain("Recording will be erased");
});

it("says when something was due and could not be erased", async () => {
  const program = await openPage();
  program.tell({ kind: "retention_failed", message: "The key of a visit is damaged." });
  expect((await screen.findByTestId("failure")).textContent).toContain("The key of a visit is damaged.");
});
