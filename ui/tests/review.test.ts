import { fireEvent } from "@testing-library/svelte";
import { tick } from "svelte";
import { describe, expect, it, vi } from "vitest";
import { note, row, statement } from "./fixtures";
import { asked, choose, click, openVisit, press, screen, VISIT, within } from "./page";
import { refusal } from "./program";

const lines = () => screen.getAllByTestId("statement");
const lit = () => [...document.querySelectorAll("mark")].map((mark) => mark.textContent);
const at = <T>(all: T[], n: number): T => {
  const one = all[n];
  if (one === undefined) throw new Error(`there is no ${n}`);
  return one;
};

async function edit(n: number, text: string) {
  await fireEvent.click(at(screen.getAllByTestId("edit-statement"), n));
  const area = await screen.findByTestId("statement-text");
  await fireEvent.input(area, { target: { value: text } });
  await fireEvent.keyDown(area, { key: "Enter" });
}

describe("reading a note", () => {
  it("lights up the words that the chosen line rests on", async () => {
    await openVisit();
    expect(lit()).toEqual([]);
    await fireEvent.click(at(lines(), 3));
    expect(lit()).toEqual(["ibuprofen, 400 milligrams, three times a day"]);
    await fireEvent.click(at(lines(), 5));
    expect(lit()).toEqual([]);
  });

  it("marks what is not borne out, with the reason, in words", async () => {
    await openVisit();
    expect(at(lines(), 3).textContent).toContain("Partly borne out: the transcript says 400 milligrams");
    expect(at(lines(), 5).textContent).toContain("Not found in the transcript");
    expect(screen.getByTestId("to-check").textContent).toBe("2 lines to check");
  });

  it("shows a section's own words where nothing was said, and what no line holds", async () => {
    await openVisit();
    expect(screen.getByTestId("section-results").textContent).toContain("No results were stated.");
    expect(screen.getByTestId("omissions").textContent).toContain("It gives way on the stairs");
  });

  it("moves through the lines by arrow keys", async () => {
    await openVisit();
    at(lines(), 0).focus();
    await press("ArrowDown");
    expect(document.activeElement).toBe(at(lines(), 1));
    expect(lit()).toContain("my right knee");
  });
});

describe("editing", () => {
  const judged = statement("Takes ibuprofen 400 mg three times a day.", { origin: "person" });

  it("compares a changed line with the transcript, and stores a new revision", async () => {
    const program = await openVisit({}, { judge_statement: () => judged, save_note: () => 2 });
    await edit(3, judged.text);
    await vi.waitFor(() => {
      expect(at(lines(), 3).dataset["support"]).toBe("supported");
    });
    await press("s", { ctrlKey: true });
    const [saved] = asked(program, "save_note") as { visit: string; note: typeof note }[];
    expect(saved?.visit).toBe(VISIT);
    expect(saved?.note.sections[1]?.statements[2]).toEqual(judged);
    expect(saved?.note.sections[0]).toEqual(note.sections[0]);
  });

  it("adds, removes and takes back", async () => {
    await openVisit({}, { judge_statement: () => statement("New.") });
    await fireEvent.click(within(screen.getByTestId("section-results")).getByTestId("add-statement"));
    const area = await screen.findByTestId("statement-text");
    await fireEvent.input(area, { target: { value: "New." } });
    await fireEvent.keyDown(area, { key: "Enter" });
    await vi.waitFor(() => {
      expect(screen.getByTestId("section-results").textContent).toContain("New.");
    });
    at(lines(), 0).focus();
    await press("Delete");
    expect(lines()).toHaveLength(6);
    await press("z", { ctrlKey: true });
    await press("z", { ctrlKey: true });
    await tick();
    expect(lines()).toHaveLength(6);
    expect(screen.getByTestId("section-results").textContent).toContain("No results were stated.");
  });

  it("leaves a line as it was on Escape, and no empty line behind", async () => {
    await openVisit();
    await fireEvent.click(at(screen.getAllByTestId("edit-statement"), 0));
    const area = await screen.findByTestId("statement-text");
    await fireEvent.input(area, { target: { value: "Something else" } });
    await fireEvent.keyDown(area, { key: "Escape" });
    expect(at(lines(), 0).textContent).toContain("Right knee injury.");
    expect(screen.getByTestId<HTMLButtonElement>("save").disabled).toBe(true);
  });

  it("asks before unsaved changes are left behind", async () => {
    const program = await openVisit();
    await fireEvent.click(at(screen.getAllByTestId("remove-statement"), 0));
    await click("back");
    expect(await screen.findByText("Leave without saving?")).toBeTruthy();
    await fireEvent.click(screen.getByText("Stay"));
    expect(screen.getByTestId("note")).toBeTruthy();
    await click("back");
    await fireEvent.click(await screen.findByText("Save and leave"));
    expect(await screen.findByTestId("visit-row")).toBeTruthy();
    expect(asked(program, "save_note")).toHaveLength(1);
  });

  it("keeps the changes when the store refuses them", async () => {
    await openVisit({}, {
      save_note: () => {
        throw refusal("store", "The disk is full; everything stored before is intact.");
      },
    });
    await fireEvent.click(at(screen.getAllByTestId("remove-statement"), 0));
    await click("save");
    expect((await screen.findByTestId("failure")).textContent).toContain("The disk is full");
    expect(lines()).toHaveLength(5);
    expect(screen.getByTestId<HTMLButtonElement>("save").disabled).toBe(false);
  });
});

describe("the draft", () => {
  it("is asked for again with another kind of note", async () => {
    const program = await openVisit();
    await click("rewrite");
    await choose("rewrite-template", "soap");
    await click("rewrite-start");
    expect(asked(program, "draft")).toEqual([{ visit: VISIT, template: "soap" }]);
    expect(await screen.findByTestId("section-subjective")).toBeTruthy();
    program.happens({ kind: "transcript_complete", segments: 8 });
    program.happens({ kind: "draft_writing", section: 0, text: "The right kn" });
    await tick();
    expect(screen.getByTestId("section-subjective").textContent).toContain("The right kn");
    await click("cancel-draft");
    expect(asked(program, "cancel_draft")).toEqual([{ visit: VISIT }]);
  });

  it("shows why it did not come about, with the way to try again", async () => {
    const program = await openVisit({ row: row({ state: "recorded", revision: null }), saved: null });
    program.happens({ kind: "draft_failed", message: "The model is not on this computer." });
    expect((await screen.findByTestId("draft-failed")).textContent).toContain("The model is not on this computer.");
    expect(screen.getByTestId("draft-again")).toBeTruthy();
  });

  it("finishes a visit that was cut off", async () => {
    const program = await openVisit({ row: row({ state: "recording", unfinished: true, revision: null }), saved: null });
    expect(screen.queryByTestId("stop")).toBeNull();
    await click("finish-visit");
    expect(asked(program, "draft")).toEqual([{ visit: VISIT, template: "full-visit" }]);
  });
});

it("copies the note, and one section of it, as text and as HTML", async () => {
  const copied: string[] = [];
  vi.spyOn(navigator.clipboard, "write").mockImplementation(async (items) => {
    for (const item of items) {
      for (const type of ["text/plain", "text/html"]) copied.push(await (await item.getType(type)).text());
    }
  });
  await openVisit({}, {
    note_text: ({ section }: { section: string | null }) => ({ text: `text of ${section ?? "all"}`, html: `<div>${section ?? "all"}</div>` }),
  });
  await click("copy");
  await fireEvent.click(within(screen.getByTestId("section-plan")).getByTestId("copy-section"));
  await vi.waitFor(() => {
    expect(copied).toEqual(["text of all", "<div>all</div>", "text of plan", "<div>plan</div>"]);
  });
});

it("saves a line that is still being typed with the program's verdict on it", async () => {
  const verdict = statement("Half typed.", { origin: "person", support: "unsupported", reason: "not said" });
  const program = await openVisit({}, { judge_statement: () => verdict, save_note: () => 2 });
  await fireEvent.click(at(screen.getAllByTestId("edit-statement"), 0));
  const area = await screen.findByTestId("statement-text");
  await fireEvent.input(area, { target: { value: "Half typed." } });
  await press("s", { ctrlKey: true });
  await vi.waitFor(() => {
    const [saved] = asked(program, "save_note") as { note: typeof note }[];
    expect(saved?.note.sections[0]?.statements).toEqual([verdict]);
  });
});

it("says when the engine does not let a note be copied", async () => {
  vi.spyOn(navigator.clipboard, "write").mockRejectedValue(new Error("not allowed"));
  await openVisit({}, { note_text: () => ({ text: "text", html: "<div>text</div>" }) });
  await press("c");
  expect((await screen.findByTestId("failure")).textContent).toContain("could not be put on the clipboard");
});
