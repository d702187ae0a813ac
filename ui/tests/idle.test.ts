import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { desk } from "../src/state/desk.svelte";
import { whenIdle } from "../src/state/idle";
import { startup, VISIT } from "./fixtures";
import { asked, click, openPage, openVisit, screen, type } from "./page";
import { refusal } from "./program";

const MINUTE = 60_000;

beforeEach(() => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
});

afterEach(() => {
  vi.useRealTimers();
});

it("counts from the last touch, and tells again each minute", async () => {
  const then = vi.fn();
  const stop = whenIdle(15, then);
  await vi.advanceTimersByTimeAsync(14 * MINUTE);
  window.dispatchEvent(new Event("pointermove"));
  await vi.advanceTimersByTimeAsync(14 * MINUTE);
  window.dispatchEvent(new Event("keydown"));
  await vi.advanceTimersByTimeAsync(14.9 * MINUTE);
  expect(then).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(0.2 * MINUTE);
  expect(then).toHaveBeenCalledTimes(1);
  await vi.advanceTimersByTimeAsync(2.2 * MINUTE);
  expect(then).toHaveBeenCalledTimes(3);
  stop();
  await vi.advanceTimersByTimeAsync(60 * MINUTE);
  expect(then).toHaveBeenCalledTimes(3);
});

it("locks the store after the minutes that the organisation has set", async () => {
  let door: "open" | "locked" = "open";
  const program = await openPage({
    startup: () => startup({ door, idle_lock_minutes: 3 }),
    lock_vault: () => { door = "locked"; },
  });
  await screen.findByTestId("new-visit");
  await vi.advanceTimersByTimeAsync(2.9 * MINUTE);
  expect(asked(program, "lock_vault")).toEqual([]);
  await vi.advanceTimersByTimeAsync(0.2 * MINUTE);
  expect(await screen.findByTestId("open-passphrase")).toBeTruthy();
  expect(asked(program, "lock_vault")).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(10 * MINUTE);
  expect(asked(program, "lock_vault")).toHaveLength(1);
});

it("does not lock a demonstration", async () => {
  const program = await openPage({ startup: () => startup({ idle_lock_minutes: 0 }) });
  await screen.findByTestId("new-visit");
  await vi.advanceTimersByTimeAsync(100 * MINUTE);
  expect(asked(program, "lock_vault")).toEqual([]);
});

it("saves what was written before it locks, and does not lock where that fails", async () => {
  let full = true;
  const program = await openVisit({}, {
    startup: () => startup({ idle_lock_minutes: 1 }),
    judge_statement: ({ text }: { text: string }) => ({ text, origin: "person", support: "supported", reason: "", evidence: [] }),
    save_note: () => {
      if (full) throw refusal("store", "The disk is full.");
      return 2;
    },
  });
  const [add] = await screen.findAllByTestId("add-statement");
  add?.click();
  await screen.findByTestId("statement-text");
  await type("statement-text", "Typed and not saved.");
  await vi.advanceTimersByTimeAsync(1.2 * MINUTE);
  expect((await screen.findByTestId("failure")).textContent).toContain("disk is full");
  expect(asked(program, "lock_vault")).toEqual([]);
  full = false;
  await vi.advanceTimersByTimeAsync(1.2 * MINUTE);
  await vi.waitFor(() => { expect(asked(program, "lock_vault")).toHaveLength(1); });
  expect(JSON.stringify(asked(program, "save_note").at(-1))).toContain("Typed and not saved.");
});

it("shows at a locked screen that a recording goes on, and the recording first once it is unlocked", async () => {
  desk.forget();
  let door: "covered" | "locked" = "covered";
  const signed_in = "ada@northside.example";
  const program = await openPage({ startup: () => startup({ door, accounts: true, signed_in }), open_vault: () => null });
  expect((await screen.findByTestId("lead")).textContent).toContain("still being recorded");
  expect(screen.getByTestId("lead").textContent).toContain(`only ${signed_in} can come back`);
  expect(screen.getByTestId<HTMLInputElement>("account").readOnly).toBe(true);
  expect(screen.getByTestId<HTMLInputElement>("account").value).toBe(signed_in);
  expect(document.activeElement).toBe(screen.getByTestId("open-passphrase"));
  expect(screen.queryByTestId("recording-elsewhere")).toBeNull();
  program.happens({ kind: "level", dbfs: -30, peak_dbfs: -20 });
  program.happens({ kind: "kept", recorded: 61_000 });
  expect((await screen.findByTestId("recording-elsewhere")).textContent).toContain("1:01");
  await type("open-passphrase", "plum engine harbor violet");
  await click("open-vault");
  await vi.waitFor(() => { expect(asked(program, "read_visit")).toEqual([{ visit: VISIT }]); });
  door = "locked";
  program.tell({ kind: "locked" });
  await vi.waitFor(() => { expect(screen.getByTestId("lead").textContent).not.toContain("still being recorded"); });
  desk.forget();
});
