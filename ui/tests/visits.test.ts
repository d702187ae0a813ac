import { expect, it } from "vitest";
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

it("filters while one types, after the slash key", async () => {
  await openPage({ list_visits: () => rows });
  await screen.findAllByTestId("visit-row");
  await press("/");
  expect(document.activeElement).toBe(screen.getByTestId("search"));
  await type("search", "cough");
  expect(screen.getAllByTestId("visit-row")).toHaveLength(1);
  await type("search", "nobody");
  expect(screen.getByText("No visit matches “nobody”.")).toBeTruthy();
});

it("shows each state in words, and what was cut off as such", async () => {
  const program = await openPage({ list_visits: () => rows });
  const states = (await screen.findAllByTestId("visit-row")).map((line) => line.querySelector(".badge")?.textContent.trim());
  expect(states).toEqual(["Draft ready", "Recorded, no note yet", "Cut off"]);
  await click("finish-visit");
  expect(asked(program, "draft")).toEqual([{ visit: "c", template: "full-visit" }]);
});

it("goes on with a recording that was cut off", async () => {
  const program = await openPage({ list_visits: () => rows, record: () => "Desk microphone" });
  await screen.findAllByTestId("visit-row");
  await click("resume-visit");
  expect(asked(program, "record")).toEqual([{ visit: "c", source: null }]);
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
