import { fireEvent } from "@testing-library/svelte";
import { tick } from "svelte";
import { describe, expect, it, vi } from "vitest";
import type { Segment } from "../src/ipc/generated/Segment";
import { row, segments, view } from "./fixtures";
import { asked, click, openVisit, press, screen, VISIT, within } from "./page";

const swapped: Segment[] = segments.map((one) => ({ ...one, role: one.speaker === 1 ? "patient" : "clinician" }));
const corrected = { segments: swapped, corrections: 1, revision: null };

const names = () => screen.getAllByTestId("speaker").map((one) => one.textContent.trim());

async function open(turn: number) {
  const one = screen.getAllByTestId("speaker")[turn];
  if (!one) throw new Error(`there is no turn ${turn}`);
  one.focus();
  await fireEvent.click(one);
  return screen.findByTestId("speaker-menu");
}

const item = (group: string, name: string) =>
  within(within(screen.getByTestId("speaker-menu")).getByRole("group", { name: group })).getByRole("menuitem", { name });

describe("who spoke", () => {
  it("is said of a turn, of a whole voice, by role and by voice", async () => {
    const program = await openVisit({}, { correct_speaker: () => corrected });
    await open(1);
    await fireEvent.click(item("This turn", "Clinician"));
    await open(1);
    await fireEvent.click(item("All of this voice", "Companion"));
    await open(3);
    await fireEvent.click(item("This turn", "Speaker 1 (Patient)"));
    await open(3);
    await fireEvent.click(item("All of this voice", "Speaker 3"));
    expect(asked(program, "correct_speaker")).toEqual([
      { visit: VISIT, seen: { turn: 3200 }, by: { role: "clinician" } },
      { visit: VISIT, seen: { voice: 2 }, by: { role: "other" } },
      { visit: VISIT, seen: { turn: 15100 }, by: { voice: 1 } },
      { visit: VISIT, seen: { voice: 2 }, by: { voice: 3 } },
    ]);
    expect(screen.queryByTestId("speaker-menu")).toBeNull();
  });

  it("is shown as it reads then, and taken back", async () => {
    const program = await openVisit({}, {
      correct_speaker: () => corrected,
      take_correction_back: () => ({ segments, corrections: 0, revision: null }),
    });
    expect(names().slice(0, 2)).toEqual(["Clinician", "Patient"]);
    await open(0);
    expect(screen.queryByTestId("speaker-undo")).toBeNull();
    await fireEvent.click(item("All of this voice", "Patient"));
    await vi.waitFor(() => {
      expect(names().slice(0, 2)).toEqual(["Patient", "Clinician"]);
    });
    await click("message-undo");
    await vi.waitFor(() => {
      expect(names().slice(0, 2)).toEqual(["Clinician", "Patient"]);
    });
    expect(asked(program, "take_correction_back")).toEqual([{ visit: VISIT }]);
  });

  it("can be taken back later, from the menu", async () => {
    const program = await openVisit({ corrections: 2 }, { take_correction_back: () => ({ ...corrected, revision: 2 }) });
    await open(0);
    await click("speaker-undo");
    expect(asked(program, "take_correction_back")).toHaveLength(1);
    // The note stands in a new revision.
    await vi.waitFor(() => {
      expect(asked(program, "read_visit")).toHaveLength(2);
    });
    expect(screen.getByTestId("message").textContent).toContain("compared");
  });

  it("is said by keyboard alone", async () => {
    const program = await openVisit({}, { correct_speaker: () => corrected });
    await open(0);
    expect(document.activeElement?.textContent).toBe("Clinician");
    await press("ArrowDown");
    expect(document.activeElement?.textContent).toBe("Patient");
    await press("ArrowUp");
    await press("ArrowUp");
    expect(document.activeElement?.textContent).toBe("Speaker 3");
    await press("Escape");
    await tick();
    expect(screen.queryByTestId("speaker-menu")).toBeNull();
    expect(document.activeElement).toBe(screen.getAllByTestId("speaker")[0]);
    // The visit was not left.
    expect(screen.getByTestId("note")).toBeTruthy();
    expect(asked(program, "correct_speaker")).toEqual([]);
  });

  it("is said while the visit is recorded", async () => {
    const program = await openVisit(
      { row: row({ state: "recording", activity: "recording", revision: null }), saved: null },
      { correct_speaker: () => corrected },
    );
    await open(0);
    // Not the recording's own keys.
    await press("s");
    await fireEvent.click(item("All of this voice", "Patient"));
    expect(asked(program, "correct_speaker")).toHaveLength(1);
    expect(asked(program, "stop")).toEqual([]);
  });

  it("waits for changes of the note to be saved", async () => {
    const program = await openVisit({}, { correct_speaker: () => corrected });
    await fireEvent.click(screen.getAllByTestId("remove-statement")[0] as HTMLElement);
    await open(0);
    await fireEvent.click(item("This turn", "Patient"));
    expect((await screen.findByTestId("failure")).textContent).toContain("not saved");
    expect(asked(program, "correct_speaker")).toEqual([]);
  });

  it("stands as it is in a signed visit", async () => {
    const signature = { visit: VISIT, revision: 1, note_sha256: "ab".repeat(32), signer: "Dr. Example", at: 0 };
    await openVisit({ row: row({ state: "signed" }), signature });
    expect(screen.queryByTestId("speaker")).toBeNull();
    expect(screen.getByTestId("transcript").textContent).toContain("Clinician");
    expect(view().corrections).toBe(0);
  });
});
