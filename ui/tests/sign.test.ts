import { fireEvent } from "@testing-library/svelte";
import { expect, it, vi } from "vitest";
import { MORNING, note, row, view } from "./fixtures";
import { asked, click, openVisit, press, screen, type, VISIT } from "./page";
import { refusal } from "./program";

const signature = { visit: VISIT, revision: 2, note_sha256: "ab".repeat(32), signer: "Dr. Example", at: MORNING };
const resolved = { number: 2, at: MORNING, note, drafted: false, unresolved: 0 };

it("says which lines have to be resolved before the note is signed", async () => {
  const program = await openVisit();
  await click("sign");
  expect(screen.getByTestId("sign-missing").textContent).toContain("1 line was not found");
  expect(screen.queryByTestId("sign-start")).toBeNull();
  expect(asked(program, "sign_note")).toEqual([]);
});

it("asks for changes to be saved first", async () => {
  await openVisit({ saved: resolved });
  await fireEvent.click(screen.getAllByTestId("remove-statement")[0] as HTMLElement);
  await click("sign");
  expect(screen.getByTestId("sign-missing").textContent).toContain("not saved");
});

it("resolves a line by keeping it as it is", async () => {
  const program = await openVisit();
  expect(screen.getByTestId("to-check").textContent).toBe("2 lines to check");
  // The partly borne out line and the one without ground.
  const buttons = screen.getAllByTestId("accept-statement");
  expect(buttons).toHaveLength(2);
  await fireEvent.click(buttons[1] as HTMLElement);
  expect(screen.getByTestId("to-check").textContent).toBe("1 line to check");
  await press("s", { ctrlKey: true });
  await vi.waitFor(() => {
    expect(asked(program, "save_note")).toHaveLength(1);
  });
  const [saved] = asked(program, "save_note") as { note: typeof note }[];
  expect(saved?.note.sections[3]?.statements[1]?.origin).toBe("accepted");
});

it("signs what was read, by name and with a second word, and is read-only afterwards", async () => {
  let isSigned = false;
  const program = await openVisit({}, {
    read_visit: () => (isSigned ? view({ row: row({ state: "signed" }), saved: resolved, signature }) : view({ saved: resolved })),
    sign_note: () => {
      isSigned = true;
      return null;
    },
  });
  await click("sign");
  const start = screen.getByTestId<HTMLButtonElement>("sign-start");
  expect(start.disabled).toBe(true);
  await type("signer", " Dr. Example ");
  expect(start.disabled).toBe(true);
  await click("sign-meant");
  await click("sign-start");
  expect(asked(program, "sign_note")).toEqual([{ visit: VISIT, revision: 2, signer: "Dr. Example" }]);
  expect((await screen.findByTestId("signed")).textContent).toContain("Signed by Dr. Example");
  for (const gone of ["sign", "save", "rewrite", "undo", "add-statement", "edit-statement", "remove-statement", "accept-statement"]) {
    expect(screen.queryByTestId(gone), gone).toBeNull();
  }
  const line = screen.getAllByTestId("statement")[0] as HTMLElement;
  line.focus();
  await press("Delete");
  await press("Enter");
  expect(screen.queryByTestId("statement-text")).toBeNull();
  expect(screen.getAllByTestId("statement")).toHaveLength(6);
  expect(screen.getByTestId("copy")).toBeTruthy();
});

it("says so when the note was not signed", async () => {
  await openVisit({ saved: resolved }, { sign_note: () => { throw refusal("store", "Revision 2 was read and there is a revision 3."); } });
  await click("sign");
  await type("signer", "Dr. Example");
  await click("sign-meant");
  await click("sign-start");
  expect(await screen.findByText(/there is a revision 3/)).toBeTruthy();
  expect(screen.getByTestId("sign")).toBeTruthy();
});
