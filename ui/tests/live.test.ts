import { describe, expect, it } from "vitest";
import type { Event as VisitEvent } from "../src/ipc/generated/Event";
import { LiveVisit } from "../src/state/live.svelte";
import { note, row, segments, view, VISIT } from "./fixtures";

function after(...events: VisitEvent[]): LiveVisit {
  const live = new LiveVisit();
  for (const event of events) live.take(event);
  return live;
}

const state = (to: "recording" | "paused" | "recorded"): VisitEvent => ({ kind: "state", visit: VISIT, state: to });
const segment = (n: number, text?: string): VisitEvent => {
  const one = segments[n];
  if (!one) throw new Error("no such segment");
  return { kind: "segment", ...one, text: text ?? one.text };
};

describe("a visit under way", () => {
  it("shows only what is kept as recorded", () => {
    const live = after(state("recording"), { kind: "level", dbfs: -20, peak_dbfs: -9 });
    expect(live.recorded).toBe(0);
    live.take({ kind: "kept", recorded: 3000 });
    expect(live.recorded).toBe(3000);
  });

  it("shows no level while the microphone is closed", () => {
    const live = after(state("recording"), { kind: "level", dbfs: -20, peak_dbfs: -9 }, state("paused"));
    expect(live.dbfs).toBe(-Infinity);
    expect(live.isRecording).toBe(true);
  });

  it("takes a segment that comes a second time in the place of the first", () => {
    const live = after(segment(0), segment(1), segment(1, "again"));
    expect(live.segments.map(({ text }) => text)).toEqual([segments[0]?.text, "again"]);
  });

  it("keeps segments that came while the store was being read", () => {
    const live = after(segment(0), segment(1));
    live.startFrom(view({ segments: segments.slice(0, 1) }));
    expect(live.segments).toHaveLength(2);
  });

  it("is not recorded only because it was cut off while it was", () => {
    const live = new LiveVisit();
    live.startFrom(view({ row: row({ state: "recording", unfinished: true }) }));
    expect(live.isRecording).toBe(false);
  });

  it("waits for the note once the recording has ended", () => {
    expect(after(state("recording"), state("recorded")).isDrafting).toBe(true);
  });

  it("says why there is no note when speech recognition has failed before the end", () => {
    const failed: VisitEvent = { kind: "worker_failed", worker: "speech", message: "It cannot start." };
    const live = after(state("recording"), failed, state("recorded"));
    expect([live.phase, live.failure]).toEqual(["failed", "It cannot start."]);
  });
});

describe("alarms", () => {
  it("must be heard when sound is missing or the store fails", () => {
    const live = new LiveVisit();
    expect(live.take({ kind: "alarm", alarm: "stalled", reason: null })).toBe(true);
    expect(live.take({ kind: "alarm", alarm: "dropped", missing: 1500 })).toBe(true);
    expect(live.take({ kind: "alarm", alarm: "store_failed", message: "The disk is full." })).toBe(true);
    expect(live.notices.map(({ grave }) => grave)).toEqual([true, true, true]);
  });

  it("say why a microphone does not come back, as soon as it is known", () => {
    const live = after(state("recording"), { kind: "alarm", alarm: "stalled", reason: null });
    live.take({ kind: "alarm", alarm: "stalled", reason: "Another program uses the microphone." });
    expect(live.notices).toHaveLength(1);
    expect(live.notices[0]?.text).toContain("Another program uses the microphone.");
  });

  it("tell that a store refuses until it takes everything again", () => {
    const live = after(state("recording"), { kind: "alarm", alarm: "store_refuses", message: "the disk is full" });
    expect(live.isAlarmed).toBe(true);
    live.take({ kind: "alarm", alarm: "store_again" });
    expect(live.isAlarmed).toBe(false);
  });

  it("stand after the recording has broken off, until it goes on", () => {
    const live = after(state("recording"), { kind: "alarm", alarm: "source_failed", message: "unplugged" }, state("paused"), { kind: "interrupted" });
    expect([live.isRecording, live.interrupted, live.isAlarmed]).toEqual([false, true, true]);
    live.take(state("recording"));
    expect([live.isRecording, live.interrupted, live.isAlarmed]).toEqual([true, false, false]);
  });

  it("need not be heard when things are well again", () => {
    const live = after({ kind: "alarm", alarm: "stalled", reason: null });
    expect(live.take({ kind: "alarm", alarm: "recovered", missing: 2500, device: null })).toBe(false);
    expect(live.notices.map(({ text }) => text)).toEqual(["Sound is back. About 2.5 s are missing and marked."]);
  });

  it("stand until the trouble is over, and only while sound is being recorded", () => {
    const live = after(state("recording"), { kind: "alarm", alarm: "silent" });
    expect(live.isAlarmed).toBe(true);
    live.take({ kind: "alarm", alarm: "signal_again", silent: 12_000 });
    expect(live.isAlarmed).toBe(false);
    live.take({ kind: "alarm", alarm: "stalled", reason: null });
    expect(live.isAlarmed).toBe(true);
    live.take(state("paused"));
    expect(live.isAlarmed).toBe(false);
  });

  it("name another microphone that has taken over, and must be heard", () => {
    const live = after({ kind: "alarm", alarm: "stalled", reason: null });
    expect(live.take({ kind: "alarm", alarm: "recovered", missing: 4000, device: "Webcam" })).toBe(true);
    expect(live.source).toBe("Webcam");
    expect(live.notices.map(({ text }) => text)).toEqual([
      "Sound is back from another microphone, Webcam. About 4.0 s are missing and marked.",
    ]);
  });

  it("tell of the disk in one notice, with the minutes that are left", () => {
    const live = after(state("recording"), { kind: "alarm", alarm: "disk_low", minutes: 90 });
    expect(live.isAlarmed).toBe(false);
    expect(live.take({ kind: "alarm", alarm: "disk_short", minutes: 14 })).toBe(true);
    expect(live.notices).toHaveLength(1);
    expect(live.notices[0]?.text).toContain("about 14 more minutes");
    expect(live.isAlarmed).toBe(true);
    live.take({ kind: "alarm", alarm: "disk_enough" });
    expect(live.notices).toEqual([]);
  });

  it("go when they are dismissed", () => {
    const live = after({ kind: "alarm", alarm: "stalled", reason: null });
    live.dismiss(live.notices[0]?.id ?? -1);
    expect(live.notices).toEqual([]);
  });
});

describe("a draft", () => {
  it("grows section by section", () => {
    const statement = note.sections[0]?.statements[0];
    if (!statement) throw new Error("no statement");
    const live = after(
      { kind: "draft_reading", tokens: 100, of: 400 },
      { kind: "draft_writing", section: 1, text: "Right kn" },
      { kind: "draft_statement", section: 1, statement },
      { kind: "draft_section_ended", section: 1 },
    );
    expect(live.phase).toBe("writing");
    expect(live.sections[0]).toEqual({ statements: [], writing: "", ended: false });
    expect(live.sections[1]).toEqual({ statements: [statement], writing: "", ended: true });
  });

  it("tells how long the reading will take, by its speed", () => {
    let now = 0;
    const live = new LiveVisit(() => now);
    live.take({ kind: "draft_reading", tokens: 0, of: 1000 });
    expect(live.readingSecondsLeft).toBeUndefined();
    now = 4000;
    live.take({ kind: "draft_reading", tokens: 400, of: 1000 });
    expect(live.readingSecondsLeft).toBe(6);
  });

  it("is no failure when a person has given it up", () => {
    const live = after({ kind: "draft_reading", tokens: 1, of: 9 });
    live.giveUp();
    live.take({ kind: "draft_failed", message: "cancelled" });
    expect([live.phase, live.failure]).toEqual(["none", ""]);
  });

  it("starts anew when it is written again", () => {
    const live = after({ kind: "draft_failed", message: "No." });
    live.expectDraft("soap");
    expect([live.phase, live.failure, live.template]).toEqual(["waiting", "", "soap"]);
  });
});
