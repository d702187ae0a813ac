import { fireEvent } from "@testing-library/svelte";
import { tick } from "svelte";
import { expect, it, vi } from "vitest";
import * as alarm from "../src/sound/alarm";
import { row, segments } from "./fixtures";
import { asked, click, openVisit, press, screen, VISIT, within } from "./page";

const recording = () =>
  openVisit({
    row: row({ state: "recording", activity: "recording", revision: null, recorded: 2000 }),
    source: "Desk microphone",
    segments: [],
    saved: null,
  });

it("shows the state in words, the device, and the time that is kept", async () => {
  const program = await recording();
  expect(screen.getByTestId("recording-state").textContent).toContain("Recording");
  expect(screen.getByTestId("device-name").textContent).toContain("Desk microphone");
  program.happens({ kind: "kept", recorded: 61_000 });
  program.happens({ kind: "level", dbfs: -30, peak_dbfs: -12 });
  program.happens({ kind: "backlog", behind: 4200 });
  await tick();
  expect(screen.getByTestId("elapsed").textContent).toBe("1:01");
  expect(screen.getByTestId("level").getAttribute("aria-valuenow")).toBe("-30");
  expect(screen.getByTestId("backlog").textContent).toContain("4 s behind");
});

it("shows words as they come", async () => {
  const program = await recording();
  expect(screen.queryAllByTestId("segment")).toEqual([]);
  for (const segment of segments.slice(0, 2)) program.happens({ kind: "segment", ...segment });
  await tick();
  expect(screen.getAllByTestId("segment").map((line) => line.querySelector("p")?.textContent)).toEqual(
    segments.slice(0, 2).map(({ text }) => text),
  );
});

it("shows what is being said as not final until its words come, and tells no screen reader of it", async () => {
  const program = await recording();
  program.happens({ kind: "provisional", line: { start: 3000, text: "I have had" } });
  program.happens({ kind: "provisional", line: { start: 3000, text: "I have had pain for" } });
  await tick();
  const line = screen.getByTestId("provisional");
  expect(line.textContent).toContain("Not final yet");
  expect(line.querySelector("p")?.textContent).toBe("I have had pain for…");
  expect(line.getAttribute("aria-hidden")).toBe("true");
  expect(screen.queryAllByTestId("segment")).toEqual([]);
  program.happens({ kind: "provisional", line: null });
  await tick();
  expect(screen.queryByTestId("provisional")).toBeNull();
});

it("shows what was said as text, whatever it looks like", async () => {
  const program = await recording();
  const [first] = segments;
  if (!first) throw new Error("no segment");
  const text = `<img src=x onerror="alert(1)"> <a href="javascript:alert(1)">here</a>`;
  program.happens({ kind: "segment", ...first, text });
  await tick();
  const line = screen.getByTestId("segment");
  expect(line.querySelector("img, a, script")).toBeNull();
  expect(line.querySelector("p")?.textContent).toBe(text);
});

it("pauses, resumes and stops by button and by key", async () => {
  const program = await recording();
  await press(" ");
  program.happens({ kind: "state", visit: VISIT, state: "paused" });
  await tick();
  expect(screen.getByTestId("recording-state").textContent).toContain("Paused");
  await click("resume");
  program.happens({ kind: "state", visit: VISIT, state: "recording" });
  await tick();
  await press("s");
  expect(await screen.findByText("Stop the recording?")).toBeTruthy();
  expect(asked(program, "stop")).toEqual([]);
  await click("stop");
  const orders = ["pause", "resume", "stop"].map((command) => asked(program, command).length);
  expect(orders).toEqual([1, 1, 1]);
});

it("raises an alarm that a screen reader speaks at once", async () => {
  const program = await recording();
  program.happens({ kind: "alarm", alarm: "stalled", reason: null });
  await tick();
  const notice = screen.getByTestId("alarm");
  expect(notice.getAttribute("role")).toBe("alert");
  expect(notice.textContent).toContain("No sound is coming");
});

it("sounds a tone with the alarm, once a key or click has allowed it", async () => {
  const started: number[] = [];
  const node = { connect: () => node, frequency: {}, gain: { setValueAtTime: () => 0, exponentialRampToValueAtTime: () => 0 } };
  class Loudspeaker {
    state = "running";
    currentTime = 0;
    destination = {};
    resume = () => Promise.resolve();
    createGain = () => node;
    createOscillator = () => ({ ...node, start: (at: number) => started.push(at), stop: () => 0 });
  }
  vi.stubGlobal("AudioContext", Loudspeaker);
  const program = await recording();
  program.happens({ kind: "state", visit: VISIT, state: "paused" });
  alarm.allowTone();
  program.happens({ kind: "alarm", alarm: "recovered", missing: 1000, device: null });
  expect(started).toEqual([]);
  program.happens({ kind: "alarm", alarm: "stalled", reason: null });
  expect(started).toEqual([0, 0.22]);
  vi.unstubAllGlobals();
});

it("sounds again for as long as the alarm stands, until a person dismisses it", async () => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  const tone = vi.spyOn(alarm, "soundAlarm").mockImplementation(() => undefined);
  const program = await recording();
  program.happens({ kind: "state", visit: VISIT, state: "recording" });
  program.happens({ kind: "alarm", alarm: "stalled", reason: null });
  await tick();
  tone.mockClear();
  vi.advanceTimersByTime(10_000);
  expect(tone).toHaveBeenCalledTimes(2);
  await fireEvent.click(within(screen.getByTestId("alarm")).getByRole("button"));
  await tick();
  vi.advanceTimersByTime(20_000);
  expect(tone).toHaveBeenCalledTimes(2);
  tone.mockRestore();
  vi.useRealTimers();
});

it("sounds again when the recording has ended by itself, until a person dismisses it", async () => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  const tone = vi.spyOn(alarm, "soundAlarm").mockImplementation(() => undefined);
  const program = await recording();
  program.happens({ kind: "state", visit: VISIT, state: "recording" });
  program.happens({ kind: "alarm", alarm: "store_failed", message: "the disk is full" });
  program.happens({ kind: "state", visit: VISIT, state: "paused" });
  program.happens({ kind: "interrupted" });
  await tick();
  tone.mockClear();
  vi.advanceTimersByTime(10_000);
  expect(tone).toHaveBeenCalledTimes(2);
  await fireEvent.click(within(screen.getByTestId("alarm")).getByRole("button"));
  await tick();
  vi.advanceTimersByTime(20_000);
  expect(tone).toHaveBeenCalledTimes(2);
  tone.mockRestore();
  vi.useRealTimers();
});

it("goes on or is finished where the recording has broken off", async () => {
  const program = await recording();
  program.happens({ kind: "state", visit: VISIT, state: "paused" });
  program.happens({ kind: "interrupted" });
  await tick();
  expect(screen.getByText(/has broken off/)).toBeTruthy();
  await click("resume");
  expect(asked(program, "record")).toEqual([{ visit: VISIT, source: null }]);
  program.happens({ kind: "interrupted" });
  await tick();
  await click("stop");
  expect(asked(program, "draft")).toHaveLength(1);
  expect([asked(program, "resume"), asked(program, "stop")]).toEqual([[], []]);
});

it("marks a gap where it is, also after the last words", async () => {
  const program = await recording();
  const [first] = segments;
  if (!first) throw new Error("no segment");
  program.happens({ kind: "segment", ...first });
  program.happens({ kind: "gap", at: first.end + 500, missing: 3000, cause: "stalled" });
  program.happens({ kind: "gap", at: first.end + 900, missing: 12_000, cause: "silent" });
  await tick();
  const lines = [...screen.getByTestId("transcript").children].map((line) => line.getAttribute("data-testid"));
  expect(lines).toEqual(["segment", "gap", "gap"]);
  const [lost, muted] = screen.getAllByTestId("gap");
  expect(lost?.textContent).toContain("3.0 s of sound are missing here");
  expect(muted?.textContent).toContain("without any signal");
});

it("stays in sight when another screen is shown", async () => {
  const program = await recording();
  await click("back");
  program.happens({ kind: "kept", recorded: 75_000 });
  expect((await screen.findByTestId("recording-elsewhere")).textContent).toContain("1:15");
});

it("asks before the window is closed on a recording", async () => {
  const program = await recording();
  program.tell({ kind: "close_asked" });
  expect(await screen.findByTestId("close-asked")).toBeTruthy();
  expect(asked(program, "quit")).toEqual([]);
});
