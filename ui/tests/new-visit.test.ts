import { expect, it } from "vitest";
import { startup, view, row } from "./fixtures";
import { asked, choose, click, openPage, press, screen, type, VISIT } from "./page";
import { refusal } from "./program";

const prepared = () => view({ row: row({ state: "prepared", recorded: 0, revision: null }), saved: null, segments: [] });

async function newVisit(answers = {}) {
  const program = await openPage({ prepare_visit: () => VISIT, record: () => "Desk microphone", read_visit: prepared, ...answers });
  await screen.findByTestId("new-visit");
  await press("n");
  await screen.findByTestId("consent-confirm");
  return program;
}

it("does not start before consent is confirmed, not even by keyboard", async () => {
  const program = await newVisit();
  expect(screen.getByTestId<HTMLButtonElement>("start-recording").disabled).toBe(true);
  (document.activeElement as HTMLElement).blur();
  await press("r");
  expect(asked(program, "prepare_visit")).toEqual([]);
  expect(screen.getByText(startup().consent.text)).toBeTruthy();
  expect(screen.getByText("Wording version 2026-11")).toBeTruthy();
});

it("does not start before it is said who asked, and says why", async () => {
  const program = await newVisit({ startup: () => startup({ account: "" }) });
  await screen.findByText("Desk microphone (default)");
  await click("consent-confirm");
  const start = screen.getByTestId<HTMLButtonElement>("start-recording");
  await type("asked-by", "  ");
  expect(start.disabled).toBe(true);
  expect(screen.getByTestId("consent-missing").textContent).toContain("who asked");
  (document.activeElement as HTMLElement).blur();
  await press("r");
  expect(asked(program, "prepare_visit")).toEqual([]);
  await type("asked-by", " Dr. Bea ");
  expect(start.disabled).toBe(false);
  expect(screen.queryByTestId("consent-missing")).toBeNull();
  await click("start-recording");
  await screen.findByTestId("back");
  expect(asked(program, "prepare_visit")).toMatchObject([{ consent: { asked_by: "Dr. Bea" } }]);
});

it("prepares the visit with its consent, then records it", async () => {
  const program = await newVisit();
  await type("patient-label", " Jordan M. ");
  await type("reason", "Knee");
  await type("expected", " meloxicam, Dr. Okafor ");
  await choose("template", "soap");
  await click("choice-representative");
  await click("choice-written");
  await click("consent-confirm");
  await screen.findByText("Desk microphone (default)");
  await click("start-recording");
  await screen.findByTestId("back");
  expect(asked(program, "prepare_visit")).toEqual([
    {
      patient_label: "Jordan M.",
      reason: "Knee",
      expected: "meloxicam, Dr. Okafor",
      template: "soap",
      language: null,
      kind: null,
      consent: { asked_by: "anna", given_by: "representative", method: "written" },
    },
  ]);
  expect(asked(program, "record")).toEqual([{ visit: VISIT, source: "mic-1" }]);
});

it("shows why the recording did not start, and lets it be tried again", async () => {
  let plugged = false;
  await newVisit({
    record: () => {
      if (!plugged) throw refusal("sound", "The chosen microphone is not connected.");
      return "Desk microphone";
    },
  });
  await click("consent-confirm");
  await screen.findByText("Desk microphone (default)");
  await click("start-recording");
  expect((await screen.findByTestId("failure")).textContent).toContain("not connected");
  expect((await screen.findByTestId("recording-state")).dataset["state"]).toBe("prepared");
  plugged = true;
  await screen.findByText("Desk microphone (default)");
  await click("start-recording");
  expect(screen.queryByTestId("failure")).toBeNull();
});

it("says so when there is no microphone", async () => {
  await newVisit({ sound_sources: () => [] });
  expect((await screen.findByRole("alert")).textContent).toContain("No microphone was found");
  await click("consent-confirm");
  expect(screen.getByTestId<HTMLButtonElement>("start-recording").disabled).toBe(true);
});

it("asks what kind of visit it is where the organisation's pilot names some", async () => {
  const program = await newVisit({ startup: () => startup({ kinds: ["follow-up", "back pain"] }) });
  await screen.findByText("Desk microphone (default)");
  await click("consent-confirm");
  const start = screen.getByTestId<HTMLButtonElement>("start-recording");
  expect(start.disabled).toBe(true);
  await choose("kind", "back pain");
  expect(start.disabled).toBe(false);
  await click("start-recording");
  await screen.findByTestId("back");
  expect(asked(program, "prepare_visit")).toMatchObject([{ kind: "back pain" }]);
});
