// What a role may not do is not offered.
import { expect, it } from "vitest";
import { row, signedIn, startup, view } from "./fixtures";
import { asked, click, openPage, openVisit, screen } from "./page";
import type { StaffRole } from "../src/ipc/generated/StaffRole";

const ROLES: StaffRole[] = ["physician", "nurse", "administrator", "oversight", "auditor"];

it.each(ROLES)("gives a %s what the role includes", async (role) => {
  const clinical = role === "physician" || role === "nurse";
  const program = await openPage({ startup: () => signedIn(role), list_visits: () => [row()], read_retention: () => ({ audio: 30, transcript: null, draft: null }) });
  if (clinical) {
    expect(await screen.findByTestId("visit-row")).toBeTruthy();
    expect(screen.getByTestId("new-visit")).toBeTruthy();
    await click("show-office");
  } else {
    expect((await screen.findByTestId("who")).textContent).toContain(`${role}@northside.example`);
    expect(screen.queryByTestId("office-back")).toBeNull();
    expect(screen.queryByTestId("visit-row")).toBeNull();
    expect(asked(program, "list_visits")).toEqual([]);
  }
  await screen.findByTestId("card-workstation");
  expect(screen.queryByTestId("show-backup") !== null).toBe(role === "physician" || role === "administrator");
  expect(screen.queryByTestId("office-audit") !== null).toBe(role === "oversight" || role === "auditor");

  await click("office-workstation");
  await screen.findAllByTestId("person");
  const admits = role === "physician" || role === "administrator";
  expect(screen.queryByTestId("admit") !== null).toBe(admits);
  expect(screen.queryByTestId("take-document") !== null).toBe(admits);

  await click("office-incident");
  await screen.findAllByTestId("hour-step");
  expect(screen.queryByTestId("pack") !== null).toBe(role !== "nurse");
  expect(screen.queryByTestId("worksheet") !== null).toBe(role !== "nurse");

  await click("show-retention");
  await screen.findByTestId("days-audio");
  expect(screen.queryByTestId("retention-save") !== null).toBe(role === "administrator");
  expect(screen.getByTestId<HTMLInputElement>("days-audio").disabled).toBe(role !== "administrator");
});

it("lets a nurse edit and not sign, and says so", async () => {
  await openVisit({}, { startup: () => signedIn("nurse") });
  expect(screen.getByTestId<HTMLButtonElement>("sign").disabled).toBe(true);
  expect(screen.getByTestId("sign-not").textContent).toContain("A physician signs");
  expect(await screen.findAllByTestId("add-statement")).toBeTruthy();
  await click("erase");
  await screen.findByTestId("erase-dialog");
  expect(screen.queryByTestId("choice-discarded")).toBeNull();
  expect(screen.getByTestId("choice-consent_withdrawn")).toBeTruthy();
});

it("lets a physician sign and discard", async () => {
  await openVisit({}, { startup: () => signedIn("physician") });
  expect(screen.getByTestId<HTMLButtonElement>("sign").disabled).toBe(false);
  expect(screen.queryByTestId("sign-not")).toBeNull();
  await click("erase");
  expect(await screen.findByTestId("choice-discarded")).toBeTruthy();
});

it("offers a nurse no discarding in the list", async () => {
  await openPage({ startup: () => signedIn("nurse"), list_visits: () => [row({ state: "recorded", unfinished: true })], read_visit: () => view() });
  expect(await screen.findByTestId("finish-visit")).toBeTruthy();
  expect(screen.queryByTestId("discard-visit")).toBeNull();
});

it("asks for no role in a store without an organisation", async () => {
  await openPage({ startup: () => startup(), read_workstation: () => ({ organisation: null }) });
  await screen.findByTestId("new-visit");
  expect(screen.queryByTestId("switch-user")).toBeNull();
  await click("show-office");
  expect(await screen.findByTestId("office-audit")).toBeTruthy();
  await click("office-workstation");
  expect((await screen.findByTestId("no-organisation")).textContent).toContain("one passphrase");
});

/** The page asks anew who is signed in: a session begins where its role begins. */
it("begins each session where its role begins", async () => {
  let role: StaffRole | undefined;
  await openPage({
    startup: () => (role ? signedIn(role) : startup({ door: "locked", accounts: true, may: [] })),
    open_vault: ({ account }: { account: string }) => { role = account.split("@")[0] as StaffRole; },
    lock_vault: () => { role = undefined; },
  });
  const enter = async (name: string) => {
    const { type } = await import("./page");
    await screen.findByTestId("account");
    await type("account", `${name}@northside.example`);
    await type("open-passphrase", "plum engine harbor violet");
    await click("open-vault");
  };
  await enter("auditor");
  expect(await screen.findByTestId("who")).toBeTruthy();
  await click("lock");
  await enter("physician");
  expect(await screen.findByTestId("new-visit")).toBeTruthy();
});
