// The first start of a small practice.
import { expect, it } from "vitest";
import { signedIn, startup } from "./fixtures";
import { asked, click, openPage, screen, type } from "./page";
import { refusal } from "./program";

const OWN = "plum engine harbor violet";
const KEY = "the key of the practice";

const MADE = {
  check_code: "ABCD-EFGH",
  sheet: "/media/usb/keys/keep-secret/recovery-sheet.txt",
  secret_folder: "/media/usb/keys/keep-secret",
  public_folder: "/media/usb/keys/for-workstations",
};

async function fill() {
  await click("practice");
  await screen.findByTestId("practice-do");
  for (const [field, text] of [
    ["practice-name", " Northside Practice "],
    ["practice-person", "Ada Nkemelu"],
    ["practice-account", " ada@northside.example "],
    ["practice-passphrase", OWN],
    ["practice-passphrase-again", OWN],
    ["practice-folder", "/media/usb/keys"],
    ["practice-key-passphrase", KEY],
    ["practice-key-passphrase-again", KEY],
  ] as const) {
    expect(screen.getByTestId<HTMLButtonElement>("practice-do").disabled).toBe(true);
    await type(field, text);
  }
}

it("sets a practice up and says what is left to do before it goes on", async () => {
  let isSetUp = false;
  const program = await openPage({
    startup: () => (isSetUp ? signedIn("physician") : startup({ door: "absent", may: [] })),
    set_up_practice: () => {
      isSetUp = true;
      return MADE;
    },
  });
  await fill();
  await click("practice-do");
  expect((await screen.findByTestId("practice-check-code")).textContent).toBe("ABCD-EFGH");
  expect(screen.getByRole("heading", { level: 1 }).textContent).toBe("The practice is set up");
  expect(screen.getByTestId("practice-sheet").textContent).toBe(MADE.sheet);
  expect(screen.getByText(MADE.secret_folder)).toBeTruthy();
  expect(screen.getByText(/No speech or language model is approved yet/)).toBeTruthy();
  expect(asked(program, "set_up_practice")).toEqual([
    { name: "Northside Practice", person: "Ada Nkemelu", account: "ada@northside.example", passphrase: OWN, folder: "/media/usb/keys", key_passphrase: KEY },
  ]);
  const goOn = screen.getByTestId<HTMLButtonElement>("practice-go-on");
  expect(goOn.disabled).toBe(true);
  await click("practice-meant");
  await click("practice-go-on");
  expect(await screen.findByTestId("new-visit")).toBeTruthy();
});

it("takes no passphrase that is short, mistyped, or the same for both", async () => {
  await openPage({ startup: () => startup({ door: "absent", may: [] }) });
  await fill();
  const button = screen.getByTestId<HTMLButtonElement>("practice-do");
  expect(button.disabled).toBe(false);
  await type("practice-key-passphrase", OWN);
  await type("practice-key-passphrase-again", OWN);
  expect(button.disabled).toBe(true);
  expect(screen.getByText(/Choose another passphrase than the one that you sign in with/)).toBeTruthy();
  await type("practice-key-passphrase", "short");
  await type("practice-key-passphrase-again", "short");
  expect(button.disabled).toBe(true);
  await type("practice-key-passphrase", KEY);
  await type("practice-key-passphrase-again", KEY);
  await type("practice-passphrase-again", "plum engine harbour violet");
  expect(button.disabled).toBe(true);
});

it("shows how far it is, and why it did not come about", async () => {
  let refuse: (cause: unknown) => void = () => undefined;
  const program = await openPage({
    startup: () => startup({ door: "absent", may: [] }),
    set_up_practice: () => new Promise((_, reject) => { refuse = reject; }),
  });
  await fill();
  await click("practice-do");
  const bar = await screen.findByRole("progressbar");
  expect(bar.getAttribute("aria-valuenow")).toBe("0");
  program.tell({ kind: "setting_up", stage: "enrolling" });
  expect(await screen.findByText("Enrolling this computer")).toBeTruthy();
  expect(screen.getByRole("progressbar").getAttribute("aria-valuenow")).toBe("50");
  refuse(refusal("rejected", "There is something in /media/usb/keys already."));
  expect((await screen.findByTestId("practice-failure")).textContent).toContain("already");
  // What was typed is still there.
  expect(screen.getByTestId<HTMLInputElement>("practice-name").value).toContain("Northside");
});

/** The keys and the enrolment came about, the vault did not: what is told has to stay in sight. */
it("keeps the code in sight where the vault alone was not made", async () => {
  let enrolled = false;
  await openPage({
    startup: () => startup({ door: "absent", may: [], accounts: enrolled, organisation: enrolled ? "Northside Practice" : null }),
    set_up_practice: () => {
      enrolled = true;
      throw refusal("rejected", "The vault was not made. Make it with the enrolment code ABCDE-1.");
    },
  });
  await fill();
  await click("practice-do");
  expect(await screen.findByTestId("enrolment-code")).toBeTruthy();
  expect((await screen.findByTestId("failure")).textContent).toContain("ABCDE-1");
});
