// The screens about organisation and workstation.
import { expect, it, vi } from "vitest";
import { incident, log, organisation, signedIn, VISIT } from "./fixtures";
import { asked, click, openPage, screen, type } from "./page";
import { refusal } from "./program";

const open = async (role: "auditor" | "oversight" | "administrator" | "physician", part: string, answers: Parameters<typeof openPage>[0] = {}) => {
  const program = await openPage({ startup: () => signedIn(role), read_log: () => log(), ...answers });
  if (role === "physician") await click("show-office");
  await click(`office-${part}`);
  await screen.findByTestId(`part-${part}`);
  return program;
};

it("searches the log, says that it is in order, and who saw a visit", async () => {
  const program = await open("auditor", "audit");
  expect(await screen.findAllByTestId("log-entry")).toHaveLength(2);
  expect(screen.getByTestId("log-in-order").textContent).toContain("12 entries fit together");
  expect(screen.getByText("Refused")).toBeTruthy();
  await type("log-who", "ben");
  await type("log-act", "sign");
  await type("log-from", "2026-11-01");
  await type("log-until", "2026-11-01");
  await click("log-refused");
  await click("log-search");
  const from = new Date(2026, 10, 1).getTime();
  expect(asked(program, "read_log").at(-1)).toEqual({
    visit: null, from, until: new Date(2026, 10, 2).getTime(), who: "ben", act: "sign", refused: true,
  });
  await type("log-until", "yesterday");
  expect(screen.getByText("A day is written as 2026-01-31.")).toBeTruthy();
  expect(screen.getByTestId<HTMLButtonElement>("log-search").disabled).toBe(true);
  await type("log-until", "");
  await click("log-visit-of");
  expect(asked(program, "read_log").at(-1)).toEqual({ visit: VISIT, from: null, until: null, who: "", act: "", refused: false });
  expect(screen.getByTestId<HTMLInputElement>("log-visit").value).toBe(VISIT);
});

it("asks for no visit that is none, and says what is wrong with a log", async () => {
  const program = await open("auditor", "audit", { read_log: () => log({ fault: "entry 9 was changed", checked: 8, entries: [], matched: 0 }) });
  const fault = await screen.findByTestId("log-fault");
  expect(fault.textContent).toContain("entry 9 was changed");
  expect(fault.getAttribute("role")).toBe("alert");
  expect(screen.queryByTestId("log-in-order")).toBeNull();
  const before = asked(program, "read_log").length;
  await type("log-visit", "room 4");
  expect(screen.getByTestId<HTMLButtonElement>("log-search").disabled).toBe(true);
  expect(asked(program, "read_log")).toHaveLength(before);
});

it("exports the log to a file that is named, and says why it did not", async () => {
  let taken = true;
  const program = await open("auditor", "audit", {
    export_log: () => {
      if (taken) throw refusal("rejected", "/mnt/log.jsonl exists already.");
      return { entries: 12, fault: null, key: "ed25519:abc" };
    },
  });
  await click("log-export");
  await type("log-export-file", " /mnt/log.jsonl ");
  await click("log-export-start");
  expect((await screen.findByTestId("log-export-failure")).textContent).toContain("exists already");
  taken = false;
  await click("log-export-start");
  expect((await screen.findByTestId("log-export-done")).textContent).toContain("12 entries");
  expect(asked(program, "export_log").at(-1)).toEqual({ file: "/mnt/log.jsonl" });
});

it("makes worksheet and pack", async () => {
  const program = await open("administrator", "incident", {
    read_worksheet: () => ({ text: "BREACH WORKSHEET\nnone in this time", touched: 0 }),
    make_pack: () => ({ touched: 3, recipient: "age1recovery", fault: null }),
  });
  expect((await screen.findByTestId("incident-state")).textContent).toContain("No incident is open");
  expect(screen.queryByTestId("lift")).toBeNull();
  await type("worksheet-from", "2026-11-20");
  await click("worksheet-make");
  expect((await screen.findByTestId("worksheet-text")).textContent).toContain("BREACH WORKSHEET");
  expect(asked(program, "read_worksheet")).toEqual([{ from: new Date(2026, 10, 20).getTime(), until: null, discovered: null }]);
  expect(screen.getByTestId<HTMLButtonElement>("pack-make").disabled).toBe(true);
  await type("pack-file", "/mnt/pack.age");
  await click("pack-make");
  expect((await screen.findByTestId("pack-done")).textContent).toContain("age1recovery");
  expect(asked(program, "make_pack")).toEqual([{ from: 0, file: "/mnt/pack.age", recipient: "" }]);
});

it("writes the statement, and lifts the lockdown with it once it is signed", async () => {
  let down = true;
  const program = await open("oversight", "incident", {
    startup: () => signedIn("oversight", { locked_down: down }),
    read_incident: () => incident({ reported: 1, lifted: down ? 0 : 1, locked_down: down }),
    lift_lockdown: () => {
      if (asked(program, "lift_lockdown").length === 1) throw refusal("rejected", "It is not signed.");
      down = false;
      return null;
    },
  });
  expect((await screen.findByTestId("incident-state")).textContent).toContain("1 suspicion was reported");
  await type("lift-file", "/mnt/lift.txt");
  await click("lift-write");
  await screen.findByTestId("lift-written");
  expect(asked(program, "write_lift_statement")).toEqual([{ file: "/mnt/lift.txt" }]);
  await click("lift-do");
  expect((await screen.findByTestId("lift-failure")).textContent).toContain("not signed");
  await click("lift-do");
  await screen.findByText("No incident is open");
  expect(screen.queryByTestId("lift")).toBeNull();
  expect(screen.queryByTestId("locked-down")).toBeNull();
});

it("shows enrolment, people and models", async () => {
  await open("administrator", "workstation");
  expect((await screen.findByTestId("document")).textContent).toContain("ABCD-EFGH");
  expect((await screen.findAllByTestId("person")).map((one) => one.textContent.includes("Not let in here yet"))).toEqual([false, true]);
  expect(screen.getByTestId("model").textContent).toContain("WER, %: 9.1");
});

it("says what ends, what is not approved, and what waits for the next sign-in", async () => {
  await open("administrator", "workstation", {
    read_workstation: () => ({ organisation: { ...organisation, until: Date.now() + 5.5 * 86_400_000, models: [] } }),
  });
  expect((await screen.findByTestId("document-ends")).textContent).toContain("5 more days");
  expect(screen.getByTestId("no-models")).toBeTruthy();
});

it("takes a newer document, which holds from the next sign-in on", async () => {
  let newer: number | null = null;
  let locked = false;
  const program = await open("physician", "workstation", {
    startup: () => (locked ? signedIn("physician", { door: "locked", role: null, signed_in: null, may: [] }) : signedIn("physician")),
    read_workstation: () => ({ organisation: { ...organisation, newer } }),
    take_document: () => {
      if (asked(program, "take_document").length === 1) throw refusal("rejected", "The document is not signed.");
      newer = 8;
      return { serial: 8 };
    },
    lock_vault: () => { locked = true; },
  });
  await click("take-document");
  await type("document-place", "/media/it");
  await click("document-take");
  expect((await screen.findByTestId("document-failure")).textContent).toContain("not signed");
  await click("document-take");
  expect((await screen.findByTestId("newer-document")).textContent).toContain("Document 8");
  await click("sign-in-again");
  expect(await screen.findByTestId("open-passphrase")).toBeTruthy();
});

it("exchanges no document where IT has enrolled the whole computer", async () => {
  await open("administrator", "workstation", { read_workstation: () => ({ organisation: { ...organisation, for_all: true } }) });
  await screen.findByTestId("people");
  expect(screen.queryByTestId("take-document")).toBeNull();
});

it("lets a person in with their code and both passphrases", async () => {
  const program = await open("physician", "workstation", {
    admit_person: () => {
      if (asked(program, "admit_person").length === 1) throw refusal("wrong_passphrase", "The passphrase is wrong.");
      return null;
    },
  });
  await click("admit");
  const button = await screen.findByTestId<HTMLButtonElement>("admit-do");
  await type("admit-account", " ben@northside.example ");
  await type("admit-code", "ABCDE-ABCDE-ABCDE-ABCDE-ABCDE");
  await type("admit-theirs", "the passphrase of ben");
  await type("admit-again", "the passphrase of Ben");
  await type("admit-yours", "plum engine harbor violet");
  expect(button.disabled).toBe(true);
  await type("admit-again", "the passphrase of ben");
  expect(button.disabled).toBe(false);
  await click("admit-do");
  expect((await screen.findByTestId("admit-failure")).textContent).toContain("wrong");
  await click("admit-do");
  await vi.waitFor(() => { expect(screen.queryByTestId("admit-dialog")).toBeNull(); });
  expect(asked(program, "admit_person").at(-1)).toEqual({
    account: "ben@northside.example", code: "ABCDE-ABCDE-ABCDE-ABCDE-ABCDE",
    passphrase: "the passphrase of ben", own_passphrase: "plum engine harbor violet",
  });
});
