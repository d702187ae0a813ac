import { tick } from "svelte";
import { expect, it } from "vitest";
import { row, view } from "./fixtures";
import { asked, click, openPage, openVisit, press, screen, type, VISIT } from "./page";
import { refusal } from "./program";

const running = row({ state: "recording", activity: "recording", imported: true, revision: null, recorded: 0 });

async function importForm(answers = {}) {
  const program = await openPage({
    import_recording: () => VISIT,
    read_visit: () => view({ row: running, saved: null, segments: [] }),
    ...answers,
  });
  await screen.findByTestId("import");
  await press("i");
  await screen.findByTestId("file");
  return program;
}

it("imports with the consent of a recording, and not before it is confirmed", async () => {
  const program = await importForm();
  const start = screen.getByTestId<HTMLButtonElement>("start-import");
  await type("file", " /media/recorder/visit.m4a ");
  await tick();
  expect(start.disabled).toBe(true);
  await click("consent-confirm");
  expect(start.disabled).toBe(false);
  await type("patient-label", "Jordan M.");
  await click("start-import");
  await screen.findByTestId("import-state");
  expect(asked(program, "sound_sources")).toEqual([]);
  expect(asked(program, "import_recording")).toEqual([
    {
      file: "/media/recorder/visit.m4a",
      visit: {
        patient_label: "Jordan M.",
        reason: "",
        expected: "",
        template: "full-visit",
        language: null,
        kind: null,
        consent: { asked_by: "anna", given_by: "patient", method: "spoken" },
      },
    },
  ]);
});

it("needs a file, and shows why one was not taken", async () => {
  const program = await importForm({
    import_recording: () => {
      throw refusal("sound", "The audio file is empty: it holds no sound.");
    },
  });
  await click("consent-confirm");
  expect(screen.getByTestId<HTMLButtonElement>("start-import").disabled).toBe(true);
  await type("file", "/tmp/empty.wav");
  await click("start-import");
  expect((await screen.findByTestId("failure")).textContent).toContain("holds no sound");
  expect(asked(program, "read_visit")).toEqual([]);
});

const bars = () => screen.getAllByRole("progressbar").map((bar) => bar.getAttribute("aria-valuetext"));

it("shows how far the file and its transcript have come, stops and goes on", async () => {
  const program = await openVisit(
    { row: running, source: "visit.m4a", saved: null, segments: [] },
    { record: () => "visit.m4a" },
  );
  const happens = async (...events: Parameters<typeof program.happens>) => {
    events.forEach((event) => { program.happens(event); });
    await tick();
  };
  await happens({ kind: "importing", passed: 0, of: 600_000 });
  await happens({ kind: "kept", recorded: 300_000 });
  await happens({ kind: "backlog", behind: 240_000 });
  expect(bars()).toEqual(["5:00 of 10:00", "1:00 of 10:00"]);
  expect(screen.queryByTestId("pause")).toBeNull();

  await press("s");
  expect(asked(program, "stop")).toHaveLength(1);
  await happens({ kind: "state", visit: VISIT, state: "paused" });
  await happens({ kind: "interrupted" });
  expect(screen.getByTestId("import-state").dataset["state"]).toBe("stopped");
  await click("import-on");
  expect(asked(program, "record")).toEqual([{ visit: VISIT, source: null }]);
  await happens({ kind: "state", visit: VISIT, state: "recording" });
  await happens({ kind: "importing", passed: 150_000, of: 600_000 });
  expect(screen.getByText("Finding the place where it stopped")).toBeTruthy();
  expect(bars()[0]).toBe("2:30 of 10:00");
  await happens({ kind: "importing", passed: 300_000, of: 600_000 });
  expect(screen.queryByText("Finding the place where it stopped")).toBeNull();
});

it("shows no share of a file that does not say how long it is", async () => {
  const program = await openVisit({ row: running, source: "visit.mp3", saved: null, segments: [] });
  program.happens({ kind: "importing", passed: 0, of: null });
  program.happens({ kind: "kept", recorded: 61_000 });
  await tick();
  expect(bars()[0]).toBe("1:01");
  expect(screen.getAllByRole("progressbar")[0]?.getAttribute("aria-valuenow")).toBeNull();
});

it("finishes what was imported as it is", async () => {
  const program = await openVisit({ row: running, source: "visit.m4a", saved: null, segments: [] });
  program.happens({ kind: "interrupted" });
  await tick();
  await click("finish-import");
  expect(asked(program, "draft")).toEqual([{ visit: VISIT, template: "full-visit" }]);
});

it("goes on with an import from the list", async () => {
  const cutOff = row({ state: "paused", unfinished: true, imported: true, revision: null });
  const program = await openPage({ list_visits: () => [cutOff], record: () => "visit.m4a" });
  const button = await screen.findByTestId("resume-visit");
  expect(button.textContent).toContain("Go on");
  expect(button.getAttribute("title")).toContain("import");
  await click("resume-visit");
  expect(asked(program, "record")).toEqual([{ visit: VISIT, source: null }]);
});
