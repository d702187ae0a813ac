import { expect, it } from "vitest";
import { asked, click, openPage, screen, type } from "./page";
import { refusal } from "./program";

const report = { snapshot: "000001700000000", visits: 3, bytes: 12_000_000, new_bytes: 250_000, kept: 4, damaged: [] };

it("backs up to the folder that was named, shows how far it is and remembers the folder", async () => {
  let finish: (answer: unknown) => void = () => undefined;
  const program = await openPage({ back_up: () => new Promise((done) => { finish = done; }) });
  await click("show-backup");
  expect(screen.getByTestId<HTMLButtonElement>("backup-start").disabled).toBe(true);
  await type("backup-folder", " /mnt/backup ");
  await click("backup-start");
  expect(asked(program, "back_up")).toEqual([{ folder: "/mnt/backup" }]);
  program.tell({ kind: "backing_up", stage: "comparing", percent: 40 });
  const bar = await screen.findByRole("progressbar", { name: "Reading everything in it and comparing" });
  expect(bar.getAttribute("aria-valuenow")).toBe("40");
  finish(report);
  const done = await screen.findByTestId("backup-done");
  expect(done.textContent).toContain("3 visits");
  expect(done.textContent).toContain("12.0 MB");
  expect(asked(program, "set_preferences")).toContainEqual(expect.objectContaining({ backup_folder: "/mnt/backup" }));
});

it("says what could not be read", async () => {
  const damaged = [{ visit: "a", what: "chunk 3 of a recording" }];
  await openPage({ back_up: () => ({ ...report, damaged }) });
  await click("show-backup");
  await type("backup-folder", "/mnt/backup");
  await click("backup-start");
  expect((await screen.findByTestId("backup-damaged")).textContent).toContain("1 part is damaged");
});

it("says why nothing was backed up", async () => {
  await openPage({ back_up: () => { throw refusal("store", "The disk is full."); } });
  await click("show-backup");
  await type("backup-folder", "/mnt/backup");
  await click("backup-start");
  expect((await screen.findByTestId("backup-failure")).textContent).toContain("The disk is full.");
  expect(screen.queryByTestId("backup-done")).toBeNull();
});
