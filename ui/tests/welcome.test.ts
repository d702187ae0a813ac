import { expect, it } from "vitest";
import { startup } from "./fixtures";
import { asked, click, openPage, screen, type } from "./page";
import { refusal } from "./program";

const first = () => openPage({ startup: () => startup({ door: "absent", may: [] }) });

it("offers to join, to set up a practice or to play the sample, and no store without an organisation", async () => {
  await first();
  expect(await screen.findByTestId("join")).toBeTruthy();
  expect(screen.getByTestId("practice")).toBeTruthy();
  expect(screen.getByTestId("play-sample")).toBeTruthy();
  expect(screen.queryByTestId("create-vault")).toBeNull();
  expect(screen.queryByTestId("create-passphrase")).toBeNull();
});

it("plays the sample, and leads back to the first start", async () => {
  let plays = false;
  const program = await openPage({
    startup: () => (plays ? startup({ demo: { sound: "injured-knee", ends: true } }) : startup({ door: "absent", may: [] })),
    play_sample: () => { plays = true; },
    lock_vault: () => { plays = false; },
  });
  await click("play-sample");
  expect(await screen.findByTestId("new-visit")).toBeTruthy();
  expect(screen.getByTestId("demo-banner").textContent).toContain("fictional");
  // A person's own recording has no place there.
  expect(screen.queryByTestId("import")).toBeNull();
  await click("end-sample");
  expect(await screen.findByTestId("play-sample")).toBeTruthy();
  expect(asked(program, "play_sample")).toHaveLength(1);
});

it("says why the sample cannot be played", async () => {
  await openPage({
    startup: () => startup({ door: "absent", may: [] }),
    play_sample: () => { throw refusal("store", "There is no room for the sample visit."); },
  });
  await click("play-sample");
  expect((await screen.findByRole("alert")).textContent).toContain("no room");
  expect(screen.getByTestId("practice")).toBeTruthy();
});

it("says that what was chosen before is not known", async () => {
  await openPage({
    startup: () => startup({ preferences_failure: { code: "preferences", message: "The file preferences.json is not used." } }),
  });
  expect((await screen.findByTestId("failure")).textContent).toContain("preferences.json is not used");
});

it("says where the store lies", async () => {
  await first();
  expect(await screen.findByText(startup().folder)).toBeTruthy();
});

it("says that a passphrase is wrong, and lets it be tried again", async () => {
  let right = false;
  await openPage({
    startup: () => startup({ door: "locked" }),
    open_vault: () => {
      if (!right) throw refusal("wrong_passphrase", "The passphrase does not open this store.");
      return null;
    },
  });
  await screen.findByTestId("open-vault");
  await type("open-passphrase", "wrong");
  await click("open-vault");
  expect((await screen.findByRole("alert")).textContent).toContain("does not open this store");
  right = true;
  await click("open-vault");
  expect(await screen.findByTestId("new-visit")).toBeTruthy();
});

it("says at once that the store was found damaged, and keeps saying it", async () => {
  const program = await openPage({
    startup: () => startup({ door: "locked" }),
    open_vault: () => {
      program.tell({ kind: "store_damaged", message: "The store's write-ahead log is damaged." });
      return null;
    },
  });
  await screen.findByTestId("open-vault");
  await type("open-passphrase", "plum engine harbor violet");
  await click("open-vault");
  await screen.findByTestId("new-visit");
  expect((await screen.findByTestId("failure")).textContent).toContain("write-ahead log is damaged");
});

it("signs in with account and passphrase where the vault is an organisation's", async () => {
  let tries = 0;
  const program = await openPage({
    startup: () => startup({ door: "locked", accounts: true, organisation: "Northside Clinic" }),
    open_vault: () => {
      tries += 1;
      if (tries === 1) throw refusal("store", "Too many tries failed; the next one is taken in 30 seconds.");
      return null;
    },
  });
  const button = await screen.findByTestId<HTMLButtonElement>("open-vault");
  expect(document.activeElement).toBe(screen.getByTestId("account"));
  await type("open-passphrase", "plum engine harbor violet");
  expect(button.disabled).toBe(true);
  await type("account", " ada@northside.example ");
  expect(button.disabled).toBe(false);
  expect(screen.queryByTestId("enrolment-code")).toBeNull();
  await click("open-vault");
  expect((await screen.findByRole("alert")).textContent).toContain("in 30 seconds");
  await click("open-vault");
  expect(await screen.findByTestId("new-visit")).toBeTruthy();
  const request = { passphrase: "plum engine harbor violet", account: "ada@northside.example" };
  expect(asked(program, "open_vault")).toEqual([request, request]);
});

it("asks for no account where the vault has one passphrase", async () => {
  const program = await openPage({ startup: () => startup({ door: "locked" }) });
  await screen.findByTestId("open-vault");
  expect(screen.queryByTestId("account")).toBeNull();
  await type("open-passphrase", "plum engine harbor violet");
  await click("open-vault");
  expect(asked(program, "open_vault")).toEqual([{ passphrase: "plum engine harbor violet", account: null }]);
});

it("makes an organisation's store with account and enrolment code, and takes two equal passphrases that are long enough", async () => {
  const program = await openPage({
    startup: () => startup({ door: "absent", accounts: true, organisation: "Northside Clinic" }),
  });
  const button = await screen.findByTestId<HTMLButtonElement>("create-vault");
  expect(screen.getByText(/belongs to Northside Clinic/)).toBeTruthy();
  await type("account", "ada@northside.example");
  await type("create-passphrase", "short");
  expect(screen.getByText("At least 12 characters.")).toBeTruthy();
  await type("create-passphrase", "plum engine harbor violet");
  await type("create-passphrase-again", "plum engine harbour violet");
  expect(screen.getByText("The two passphrases are not the same.")).toBeTruthy();
  await type("create-passphrase-again", "plum engine harbor violet");
  expect(button.disabled).toBe(true);
  await type("enrolment-code", "ABCDE-ABCDE-ABCDE-ABCDE-ABCDE");
  expect(button.disabled).toBe(false);
  await click("create-vault");
  expect(asked(program, "create_vault")).toEqual([
    { passphrase: "plum engine harbor violet", account: "ada@northside.example", code: "ABCDE-ABCDE-ABCDE-ABCDE-ABCDE" },
  ]);
});

it("joins an organisation with a folder and its check code, then makes a store with an account", async () => {
  let joined = false;
  const program = await openPage({
    startup: () => startup({ door: "absent", accounts: joined, organisation: joined ? "Northside Clinic" : null }),
    enrol_computer: ({ check_code }: { check_code: string }) => {
      if (check_code !== "ABCD-EFGH") throw refusal("rejected", "The check code is another one.");
      joined = true;
      return null;
    },
  });
  await click("join");
  const button = await screen.findByTestId<HTMLButtonElement>("join-do");
  await type("join-folder", " /media/it/for-workstations ");
  expect(button.disabled).toBe(true);
  await type("check-code", "ABCD-EFGX");
  await click("join-do");
  expect((await screen.findByTestId("join-failure")).textContent).toContain("another one");
  await type("check-code", "ABCD-EFGH");
  await click("join-do");
  expect(await screen.findByTestId("enrolment-code")).toBeTruthy();
  expect(screen.queryByTestId("join")).toBeNull();
  expect(asked(program, "enrol_computer")[1]).toEqual({
    folder: "/media/it/for-workstations",
    check_code: "ABCD-EFGH",
  });
});

it("leads back from joining and from setting up", async () => {
  await first();
  await click("join");
  await click("first-back");
  await click("practice");
  await click("first-back");
  expect(await screen.findByTestId("play-sample")).toBeTruthy();
});
