import { fireEvent } from "@testing-library/svelte";
import { expect, it } from "vitest";
import { MORNING, note } from "./fixtures";
import { asked, click, openVisit, press, screen, type, VISIT } from "./page";
import { refusal } from "./program";

const signature = { visit: VISIT, revision: 2, note_sha256: "ab".repeat(32), signer: "Dr. Example", at: MORNING };
const saved = { number: 2, at: MORNING, note, drafted: false, unresolved: 0 };
const report = { revision: 2, sha256: "cd".repeat(32) };

it("exports in the form that was chosen, to the file that was named, and says its digest", async () => {
  const program = await openVisit({ saved, signature }, { export_note: () => report });
  await click("export");
  expect(screen.getByTestId("export-dialog").textContent).toContain("The signed note is written");
  expect(screen.getByTestId<HTMLButtonElement>("export-start").disabled).toBe(true);
  await click("choice-fhir");
  await type("export-file", " /tmp/note.json ");
  await type("export-recipient", " age1example ");
  await type("export-record-number", "MRN-7");
  await click("export-start");
  expect(asked(program, "export_note")).toEqual([
    { visit: VISIT, format: "fhir", file: "/tmp/note.json", recipient: "age1example", record_number: "MRN-7" },
  ]);
  expect((await screen.findByTestId("export-done")).textContent).toContain(report.sha256);
  await click("export-close");
  expect(screen.queryByTestId("export-dialog")).toBeNull();
});

it("says that a note is not signed, and that changes are not in the file", async () => {
  await openVisit({ saved });
  await fireEvent.click(screen.getAllByTestId("remove-statement")[0] as HTMLElement);
  await press("e");
  expect((await screen.findByTestId("export-dialog")).textContent).toContain("Nobody has signed this note");
  expect(screen.getByTestId("export-unsaved").textContent).toContain("as it was last saved");
});

it("says why nothing was exported, and can be tried again", async () => {
  let tries = 0;
  const program = await openVisit({ saved, signature }, {
    export_note: () => {
      tries += 1;
      if (tries === 1) throw refusal("rejected", "/tmp/note.pdf exists already; nothing was exported.");
      return report;
    },
  });
  await click("export");
  await type("export-file", "/tmp/note.pdf");
  await click("export-start");
  expect((await screen.findByTestId("export-failure")).textContent).toContain("exists already");
  expect(screen.queryByTestId("export-done")).toBeNull();
  await type("export-file", "/tmp/note-2.pdf");
  await click("export-start");
  await screen.findByTestId("export-done");
  expect(screen.queryByTestId("export-failure")).toBeNull();
  expect(asked(program, "export_note")).toHaveLength(2);
});
