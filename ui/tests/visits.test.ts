import { fireEvent } from "@testing-library/svelte";
import { expect, it, vi } from "vitest";
import * as alarm from "../src/sound/alarm";
import { row } from "./fixtures";
import { asked, click, openPage, press, screen, type } from "./page";

const rows = [
  row({ id: "a" }),
  row({ id: "b", patient_label: "Ana", reason: "Cough", state: "recorded", revision: null }),
  row({ id: "c", patient_label: "", reason: "", state: "paused", unfinished: true, revision: null }),
];

it("is empty at first, and says what to do", async () => {
  await openPage();
  expect(await screen.findByText("No visits yet")).toBeTruthy();
});

it("searches while one types, after the slash key", async () => {
  const program = await openPage({
    list_visits: () => rows,
    search_visits: ({ query }: { query: string }) => rows.filter((one) => one.reason.toLowerCase() === query),
  });
  await screen.findAllByTestId("visit-row");
  await press("/");
  expect(document.activeElement).toBe(screen.getByTestId("search"));
  await type("search", "cough");
  await vi.waitFor(() => { expect(screen.getAllByTestId("visit-row")).toHaveLength(1); });
  expect(asked(program, "search_visits")).toEqual([{ query: "cough", limit: 100 }]);
  await type("search", "nobody");
  expect(await screen.findByText("No visit matches “nobody”.")).toBeTruthy();
  await press("Escape");
  await vi.waitFor(() => { expect(screen.getAllByTestId("visit-row")).toHaveLength(3); });
});

it("shows the answer to what was typed last, whichever comes first", async () => {
  const late: (() => void)[] = [];
  await openPage({
    list_visits: () => rows,
    search_visits: ({ query }: { query: string }) =>
      query === "c" ? new Promise((done) => late.push(() => { done(rows); })) : [rows[1]],
  });
  await screen.findAllByTestId("visit-row");
  await type("search", "c");
  await type("search", "co");
  await vi.waitFor(() => { expect(screen.getAllByTestId("visit-row")).toHaveLength(1); });
  late.forEach((done) => { done(); });
  await new Promise((done) => setTimeout(done));
  expect(screen.getAllByTestId("visit-row")).toHaveLength(1);
});

it("asks for more of a long list when its end is near", async () => {
  const many = Array.from({ length: 250 }, (_, at) => row({ id: `visit-${String(at)}` }));
  await openPage({ list_visits: ({ limit }: { limit: number }) => many.slice(0, limit) });
  expect(await screen.findAllByTestId("visit-row")).toHaveLength(100);
  for (const shown of [200, 250, 250]) {
    await fireEvent.scroll(screen.getByTestId("visits"));
    await vi.waitFor(() => { expect(screen.getAllByTestId("visit-row")).toHaveLength(shown); });
  }
});

it("shows each state in words, and what was cut off as such", async () => {
  const program = await openPage({ list_visits: () => rows });
  const states = (await screen.findAllByTestId("visit-row")).map((line) => line.querySelector(".badge")?.textContent.trim());
  expect(states).toEqual(["Cut off", "Draft ready", "Recorded, no note yet"]);
  await click("finish-visit");
  expect(asked(program, "draft")).toEqual([{ visit: "c", template: "full-visit" }]);
});

it("offers to finish what was cut off while it was written down, and not to record on", async () => {
  const cut = row({ id: "d", state: "recorded", unfinished: true, revision: null });
  await openPage({ list_visits: () => [...rows, cut] });
  const first = (await screen.findAllByTestId("visit-row")).slice(0, 2).map((line) => line.dataset["visit"]);
  expect(new Set(first)).toEqual(new Set(["c", "d"]));
  expect(screen.getAllByTestId("finish-visit")).toHaveLength(2);
  expect(screen.getAllByTestId("resume-visit")).toHaveLength(1);
});

it("goes on with a recording that was cut off", async () => {
  // The press allows the alarm to sound: no other one may follow.
  const allowed = vi.spyOn(alarm, "allowTone").mockImplementation(() => undefined);
  const program = await openPage({ list_visits: () => rows, record: () => "Desk microphone" });
  await screen.findAllByTestId("visit-row");
  await click("resume-visit");
  expect(asked(program, "record")).toEqual([{ visit: "c", source: null }]);
  expect(allowed).toHaveBeenCalledTimes(1);
});

it("discards what was cut off in two steps, and looks again what there is", async () => {
  let there = rows;
  const program = await openPage({ list_visits: () => there, erase_visit: () => { there = rows.slice(0, 2); return null; } });
  await screen.findAllByTestId("visit-row");
  expect(screen.getAllByTestId("discard-visit")).toHaveLength(1);
  await click("discard-visit");
  const start = screen.getByTestId<HTMLButtonElement>("erase-start");
  expect(start.disabled).toBe(true);
  expect(asked(program, "erase_visit")).toEqual([]);
  await click("erase-meant");
  await click("erase-start");
  expect(asked(program, "erase_visit")).toEqual([{ visit: "c", erased: ["visit"], reason: "discarded" }]);
  await vi.waitFor(() => { expect(screen.getAllByTestId("visit-row")).toHaveLength(2); });
  expect(screen.queryByTestId("erase-dialog")).toBeNull();
});

it("is walked through by arrow keys", async () => {
  await openPage({ list_visits: () => rows });
  const lines = await screen.findAllByTestId("visit-row");
  screen.getByTestId("search").focus();
  await press("ArrowDown");
  await press("ArrowDown");
  expect(document.activeElement).toBe(lines[1]);
});

it("leaves single keys alone where they are switched off or typed", async () => {
  const program = await openPage({ list_visits: () => rows });
  await screen.findAllByTestId("visit-row");
  screen.getByTestId("search").focus();
  await press("n");
  expect(screen.queryByTestId("consent-confirm")).toBeNull();
  await click("show-help");
  await click("single-keys");
  await click("close-help");
  expect(asked(program, "set_preferences")).toEqual([{ theme: "system", single_key_shortcuts: false, backup_folder: "" }]);
  (document.activeElement as HTMLElement).blur();
  await press("n");
  expect(screen.queryByTestId("consent-confirm")).toBeNull();
});
