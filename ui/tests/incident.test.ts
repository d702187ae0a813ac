import { expect, it } from "vitest";
import { startup } from "./fixtures";
import { asked, click, openPage, openVisit, screen, type } from "./page";
import { refusal } from "./program";

const STEPS = [
  { minute: 0, who: "whoever notices", what: "Report the suspicion.", command: "inroomctl incident report" },
  { minute: 2, who: "whoever notices", what: "Tell the security official.", command: null },
];

it("reports nothing before a person has said what they suspect, then says what to do and locks the screen", async () => {
  let door: "open" | "locked" = "open";
  const program = await openPage({
    startup: () => startup({ door }),
    report_incident: () => STEPS,
    lock_vault: () => { door = "locked"; },
  });
  await screen.findByTestId("new-visit");
  await click("show-incident");
  const report = await screen.findByTestId<HTMLButtonElement>("incident-report");
  expect(report.disabled).toBe(true);
  await click("choice-misuse");
  await click("incident-report");
  expect(await screen.findAllByTestId("hour-step")).toHaveLength(2);
  expect(screen.getByText("inroomctl incident report")).toBeTruthy();
  expect(asked(program, "report_incident")).toEqual([{ suspicion: "misuse" }]);
  expect(asked(program, "lock_vault")).toEqual([]);
  await click("incident-close");
  expect(await screen.findByTestId("open-passphrase")).toBeTruthy();
  expect(asked(program, "lock_vault")).toHaveLength(1);
});

it("keeps what was written before it locks down, and locks the screen whatever is written after", async () => {
  let down = false;
  let door: "open" | "locked" = "open";
  const program = await openVisit({}, {
    startup: () => startup({ door, locked_down: down, idle_lock_minutes: 1 }),
    judge_statement: ({ text }: { text: string }) => ({ text, origin: "person", support: "supported", reason: "", evidence: [] }),
    save_note: () => {
      if (down) throw refusal("rejected", "The vault is locked down.");
      return 2;
    },
    report_incident: () => {
      down = true;
      return STEPS;
    },
    lock_vault: () => { door = "locked"; },
  });
  const [add] = await screen.findAllByTestId("add-statement");
  add?.click();
  await screen.findByTestId("statement-text");
  await type("statement-text", "Typed and not saved.");
  await click("show-incident");
  await click("choice-intrusion");
  await click("incident-report");
  await screen.findAllByTestId("hour-step");
  expect(JSON.stringify(asked(program, "save_note"))).toContain("Typed and not saved.");
  const [another] = await screen.findAllByTestId("add-statement");
  another?.click();
  await screen.findByTestId("statement-text");
  await type("statement-text", "Too late.");
  await click("incident-close");
  expect(await screen.findByTestId("open-passphrase")).toBeTruthy();
});

it("can be reported at a locked vault, by whoever is there", async () => {
  const program = await openPage({ startup: () => startup({ door: "locked" }), report_incident: () => STEPS });
  await click("show-incident");
  await click("choice-lost_device");
  await click("incident-report");
  await click("incident-close");
  expect(asked(program, "lock_vault")).toEqual([]);
  expect(screen.getByTestId("open-passphrase")).toBeTruthy();
});

it("says why a report did not come about", async () => {
  await openPage({ report_incident: () => { throw refusal("store", "The disk is full."); } });
  await screen.findByTestId("new-visit");
  await click("show-incident");
  await click("choice-other");
  await click("incident-report");
  expect((await screen.findByTestId("failure")).textContent).toContain("disk is full");
  expect(screen.queryByTestId("incident-dialog")).toBeNull();
});

it("says that the vault is locked down", async () => {
  await openPage({ startup: () => startup({ locked_down: true }) });
  expect((await screen.findByTestId("locked-down")).textContent).toContain("locked down");
});

it("offers no report in a demonstration, nor before there is a store", async () => {
  await openPage({ startup: () => startup({ demo: { sound: "knee", ends: false } }) });
  await screen.findByTestId("new-visit");
  expect(screen.queryByTestId("show-incident")).toBeNull();
});
