// Two people at one computer.
import { expect, it, vi } from "vitest";
import { signedIn, startup } from "./fixtures";
import { asked, click, openPage, openVisit, press, screen, type } from "./page";
import { refusal } from "./program";

const judged = ({ text }: { text: string }) => ({ text, origin: "person", support: "supported", reason: "", evidence: [] });

it.each([
  ["button", () => click("switch-user")],
  ["key", () => press("L", { ctrlKey: true, shiftKey: true })],
] as const)("covers the screen and asks for anybody's account, by %s", async (_, way) => {
  let locked = false;
  const program = await openPage({
    startup: () => (locked ? startup({ door: "locked", accounts: true, may: [] }) : signedIn("physician")),
    lock_vault: () => { locked = true; },
  });
  await screen.findByTestId("new-visit");
  await way();
  const account = await screen.findByTestId<HTMLInputElement>("account");
  expect(account.value).toBe("");
  expect(account.readOnly).toBe(false);
  await vi.waitFor(() => { expect(screen.queryByTestId("cover")).toBeNull(); });
  expect(asked(program, "lock_vault")).toHaveLength(1);
});

it("hides everything at once, also what a dialog shows, and keeps what was written", async () => {
  let locked = false;
  let save: () => void = () => undefined;
  const program = await openVisit({}, {
    startup: () => (locked ? startup({ door: "locked", accounts: true, may: [] }) : signedIn("physician")),
    judge_statement: judged,
    save_note: () => new Promise((resolve) => { save = () => { resolve(2); }; }),
    lock_vault: () => { locked = true; },
  });
  const [add] = await screen.findAllByTestId("add-statement");
  add?.click();
  await screen.findByTestId("statement-text");
  await type("statement-text", "Typed and not saved.");
  await click("show-help");
  await screen.findByTestId("help");
  await press("L", { ctrlKey: true, shiftKey: true });
  await screen.findByTestId("cover");
  expect(screen.queryByTestId("help")).toBeNull();
  expect(document.querySelector(".page")?.classList.contains("covered")).toBe(true);
  expect(asked(program, "lock_vault")).toEqual([]);
  await vi.waitFor(() => { expect(asked(program, "save_note")).toHaveLength(1); });
  save();
  await screen.findByTestId("account");
  expect(JSON.stringify(asked(program, "save_note"))).toContain("Typed and not saved.");
  await vi.waitFor(() => { expect(document.querySelector(".page")?.classList.contains("covered")).toBe(false); });
});

it("stays covered where what was written cannot be kept, and asks", async () => {
  let full = true;
  let locked = false;
  const program = await openVisit({}, {
    startup: () => (locked ? startup({ door: "locked", accounts: true, may: [] }) : signedIn("physician")),
    judge_statement: judged,
    save_note: () => {
      if (full) throw refusal("store", "The disk is full.");
      return 2;
    },
    lock_vault: () => { locked = true; },
  });
  const [add] = await screen.findAllByTestId("add-statement");
  add?.click();
  await screen.findByTestId("statement-text");
  await type("statement-text", "Typed and not saved.");
  await click("switch-user");
  expect((await screen.findByTestId("cover-failure")).textContent).toContain("disk is full");
  expect(document.querySelector(".page")?.classList.contains("covered")).toBe(true);
  expect(asked(program, "lock_vault")).toEqual([]);
  full = false;
  await click("cover-again");
  expect(await screen.findByTestId("account")).toBeTruthy();
  expect(asked(program, "lock_vault")).toHaveLength(1);
});

it("lets nobody else in while a recording runs behind the cover", async () => {
  const covered = startup({ door: "covered", accounts: true, signed_in: "ada@northside.example", may: [] });
  let locked = false;
  await openPage({
    startup: () => (locked ? covered : signedIn("physician")),
    lock_vault: () => { locked = true; },
  });
  await screen.findByTestId("new-visit");
  await click("switch-user");
  const account = await screen.findByTestId<HTMLInputElement>("account");
  expect(account.value).toBe("ada@northside.example");
  expect(account.readOnly).toBe(true);
  expect(screen.getByTestId("lead").textContent).toContain("only ada@northside.example can come back");
});

it("is not offered with the sample, nor where there are no accounts", async () => {
  const program = await openPage({ startup: () => startup({ demo: { sound: "knee", ends: false } }) });
  await screen.findByTestId("new-visit");
  await press("L", { ctrlKey: true, shiftKey: true });
  expect(asked(program, "lock_vault")).toEqual([]);
  expect(screen.queryByTestId("switch-user")).toBeNull();
});
