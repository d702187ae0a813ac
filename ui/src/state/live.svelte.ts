// What is known of a visit that is under way, built up from the program's events.
import type { Alarm } from "../ipc/generated/Alarm";
import type { Event as VisitEvent } from "../ipc/generated/Event";
import type { MissingSound } from "../ipc/generated/MissingSound";
import type { ProvisionalLine } from "../ipc/generated/ProvisionalLine";
import type { Segment } from "../ipc/generated/Segment";
import type { Statement } from "../ipc/generated/Statement";
import type { VisitState } from "../ipc/generated/VisitState";
import type { VisitView } from "../ipc/generated/VisitView";
import { strings } from "../strings";
import { seconds, sentence } from "../strings/format";

/** Something that has to be seen; `grave` ones sound, and stay until they are dismissed. */
export interface Notice {
  id: number;
  text: string;
  grave: boolean;
  /** The trouble that it tells of, where that lasts: it sounds again and again until it is over or dismissed. */
  trouble?: Trouble | undefined;
}

/** Trouble that lasts. */
export type Trouble = "sound" | "signal" | "disk" | "store" | "end";

export type DraftPhase = "none" | "waiting" | "reading" | "writing" | "complete" | "failed";

/** A section of a draft while it is being written. */
export interface DraftSection {
  statements: Statement[];
  writing: string;
  ended: boolean;
}

let lastNotice = 0;

export class LiveVisit {
  state: VisitState | undefined = $state();
  /** The recording has ended without having been stopped, and has not gone on since. */
  interrupted = $state(false);
  source = $state("");
  dbfs = $state(-Infinity);
  peakDbfs = $state(-Infinity);
  recorded = $state(0);
  behind = $state(0);
  /** Whether the sound comes from a file; then how much was passed over since it began or went on, and the length of its file. */
  imports = $state(false);
  passed = $state(0);
  fileLength: number | null = $state(null);
  segments: Segment[] = $state.raw([]);
  /** What is being said and not final yet. */
  provisional: ProvisionalLine | undefined = $state.raw();
  /** How often a person has said who spoke, and not taken it back. */
  corrections = $state(0);
  gaps: MissingSound[] = $state.raw([]);
  transcriptComplete = $state(false);
  notices: Notice[] = $state([]);
  phase: DraftPhase = $state("none");
  /** The template of the draft that is being made, where it is not the visit's own. */
  template = $state("");
  tokensRead = $state(0);
  tokensToRead = $state(0);
  sections: DraftSection[] = $state([]);
  failure = $state("");
  tookMillis = $state(0);
  #transcriptFailure = "";
  #givenUp = false;
  #readingSince = 0;
  #readAtFirst = 0;
  #now: () => number;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Whether the microphone is open or could be opened again with one press. */
  get isRecording(): boolean {
    return this.state === "recording" || this.state === "paused";
  }

  /** Whether an alarm stands that nobody has dismissed. */
  get isAlarmed(): boolean {
    return (this.state === "recording" || this.interrupted) && this.notices.some(({ grave, trouble }) => grave && trouble);
  }

  /** Whether a draft is being made. */
  get isDrafting(): boolean {
    return this.phase === "waiting" || this.phase === "reading" || this.phase === "writing";
  }

  /** Seconds until the model has read the visit, by its speed so far. */
  get readingSecondsLeft(): number | undefined {
    const read = this.tokensRead - this.#readAtFirst;
    const elapsed = this.#now() - this.#readingSince;
    if (this.phase !== "reading" || read <= 0 || elapsed < 1000) return undefined;
    return Math.ceil(((this.tokensToRead - this.tokensRead) * elapsed) / read / 1000);
  }

  /** Makes ready for a draft with the given template. */
  expectDraft(template: string): void {
    this.template = template;
    this.#givenUp = false;
    this.phase = "waiting";
    this.failure = this.#transcriptFailure = "";
    this.transcriptComplete = false;
    this.tokensRead = 0;
    this.tokensToRead = 0;
    this.sections = [];
  }

  /** What broke off is finished as it is. */
  finish(template: string): void {
    this.interrupted = false;
    this.#over("end");
    this.expectDraft(template);
  }

  /** A person has stopped the draft: its end is what they wanted, not a failure. */
  giveUp(): void {
    this.#givenUp = true;
  }

  /** Takes what the store holds, so that events only have to add to it. */
  startFrom({ row, segments, corrections, gaps, source }: VisitView): void {
    // What was cut off stands in the store as if it still ran.
    if (!row.unfinished) this.state ??= row.state;
    this.source ||= source ?? "";
    this.recorded = Math.max(this.recorded, row.recorded);
    if (segments.length > this.segments.length) this.segments = segments;
    this.corrections = corrections;
    if (gaps.length > this.gaps.length) this.gaps = gaps;
    if (this.phase === "none" && (row.activity === "transcribing" || row.activity === "drafting")) {
      this.phase = "waiting";
      this.transcriptComplete = row.activity === "drafting";
    }
  }

  dismiss(id: number): void {
    this.notices = this.notices.filter((notice) => notice.id !== id);
  }

  /** Takes one event; answers whether it has to be heard as well as seen. */
  take(event: VisitEvent): boolean {
    switch (event.kind) {
      case "state":
        this.#enter(event.state);
        return false;
      case "level":
        // A page that has just been made anew was not told the state.
        this.state ??= "recording";
        this.dbfs = event.dbfs;
        this.peakDbfs = event.peak_dbfs;
        return false;
      case "kept":
        this.recorded = event.recorded;
        return false;
      case "importing":
        this.imports = true;
        this.passed = event.passed;
        this.fileLength = event.of;
        return false;
      case "segment":
        this.#addSegment(event);
        return false;
      case "provisional":
        this.provisional = event.line ?? undefined;
        return false;
      case "backlog":
        this.behind = event.behind;
        return false;
      case "gap":
        this.gaps = [...this.gaps, { at: event.at, missing: event.missing, cause: event.cause }];
        return false;
      case "interrupted":
        this.#interrupt();
        return false;
      case "alarm":
        return this.#alarm(event);
      case "worker_restarted":
        return this.#tell(strings.alarm.restarted[event.worker], false);
      case "worker_failed":
        this.#transcriptFailure = event.message;
        if (!this.isRecording) this.#fail(event.message);
        return this.#tell(sentence(event.message), true);
      case "transcript_complete":
        this.transcriptComplete = true;
        this.behind = 0;
        return false;
      default:
        this.#takeDraft(event);
        return false;
    }
  }

  #takeDraft(event: Extract<VisitEvent, { kind: `draft_${string}` }>): void {
    switch (event.kind) {
      case "draft_reading":
        if (this.phase !== "reading") {
          this.phase = "reading";
          this.#readingSince = this.#now();
          this.#readAtFirst = event.tokens;
        }
        this.tokensRead = event.tokens;
        this.tokensToRead = event.of;
        return;
      case "draft_writing": {
        this.phase = "writing";
        this.#section(event.section).writing = event.text;
        return;
      }
      case "draft_statement": {
        this.phase = "writing";
        const section = this.#section(event.section);
        section.statements.push(event.statement);
        section.writing = "";
        return;
      }
      case "draft_section_ended": {
        const section = this.#section(event.section);
        section.writing = "";
        section.ended = true;
        return;
      }
      case "draft_complete":
        this.phase = "complete";
        this.tookMillis = event.speed.total_ms;
        return;
      case "draft_failed":
        if (this.#givenUp) this.phase = "none";
        else this.#fail(event.message);
    }
  }

  #enter(state: VisitState): void {
    this.state = state;
    if (state === "recording") {
      this.interrupted = false;
      this.#over("end");
    } else {
      this.dbfs = this.peakDbfs = -Infinity;
      this.#over("signal");
    }
    if (state !== "recorded") return;
    if (this.#transcriptFailure) this.#fail(this.#transcriptFailure);
    else if (this.phase === "none") this.phase = "waiting";
  }

  /** What was cut off stands in the store as if it still ran: it is shown with what can be done. */
  #interrupt(): void {
    this.state = undefined;
    this.interrupted = true;
    this.dbfs = this.peakDbfs = -Infinity;
    for (const trouble of ["sound", "signal", "store"] as const) this.#over(trouble);
  }

  #fail(message: string): void {
    this.phase = "failed";
    this.failure = sentence(message);
  }

  #section(index: number): DraftSection {
    while (this.sections.length <= index) {
      this.sections.push({ statements: [], writing: "", ended: false });
    }
    return this.sections[index] as DraftSection;
  }

  /** A worker that was restarted may send a segment again: its index decides. */
  #addSegment(segment: Segment): void {
    const known = this.segments.findIndex((other) => other.index === segment.index);
    this.segments =
      known < 0 ? [...this.segments, segment] : this.segments.with(known, segment);
  }

  #alarm(alarm: Alarm): boolean {
    switch (alarm.alarm) {
      case "stalled":
        this.#over("signal");
        this.#over("sound");
        return this.#tell([strings.alarm.stalled, alarm.reason ?? ""].join(" ").trim(), true, "sound");
      case "recovered": {
        this.#over("sound");
        const length = seconds(alarm.missing);
        return alarm.device === null
          ? this.#tell(strings.alarm.recovered(length), false)
          : this.#change(alarm.device, length);
      }
      case "silent":
        return this.#tell(strings.alarm.silent, true, "signal");
      case "signal_again":
        this.#over("signal");
        return this.#tell(strings.alarm.signalAgain(seconds(alarm.silent)), false);
      case "disk_low":
        this.#over("disk");
        return this.#tell(strings.alarm.diskLow(alarm.minutes), false, "disk");
      case "disk_short":
        this.#over("disk");
        return this.#tell(strings.alarm.diskShort(alarm.minutes), true, "disk");
      case "disk_enough":
        this.#over("disk");
        return false;
      case "dropped": {
        const missing = seconds(alarm.missing);
        return this.imports
          ? this.#tell(strings.alarm.unreadable(missing), false)
          : this.#tell(strings.alarm.dropped(missing), true);
      }
      case "store_refuses":
        return this.#tell(`${sentence(alarm.message)} ${strings.alarm.held}`, true, "store");
      case "store_again":
        this.#over("store");
        return this.#tell(strings.alarm.storeAgain, false);
      case "store_failed":
      case "source_failed":
        this.#over("store");
        return this.#tell(sentence(alarm.message), true, "end");
    }
  }

  /** Another microphone has taken over. */
  #change(device: string, missing: string): boolean {
    this.source = device;
    return this.#tell(strings.alarm.replaced(missing, device), true);
  }

  #over(trouble: Trouble): void {
    this.notices = this.notices.filter((notice) => notice.trouble !== trouble);
  }

  #tell(text: string, grave: boolean, trouble?: Trouble): boolean {
    const others = this.notices.filter((notice) => notice.text !== text).slice(-3);
    lastNotice += 1;
    this.notices = [...others, { id: lastNotice, text, grave, trouble }];
    return grave;
  }
}
