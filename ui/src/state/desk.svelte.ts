// The page's own state: which screen is shown, what runs, what a person has to be told.
import { SvelteMap } from "svelte/reactivity";
import * as program from "../ipc/commands";
import type { BackupStage } from "../ipc/generated/BackupStage";
import type { Command } from "../ipc/generated/Command";
import type { Failure } from "../ipc/generated/Failure";
import type { FoundingStage } from "../ipc/generated/FoundingStage";
import type { FromDesk } from "../ipc/generated/FromDesk";
import type { Preferences } from "../ipc/generated/Preferences";
import type { Startup } from "../ipc/generated/Startup";
import type { VisitId } from "../ipc/generated/VisitId";
import { singleKeys } from "../keyboard/shortcuts.svelte";
import { soundAlarm } from "../sound/alarm";
import { LiveVisit } from "./live.svelte";
import { theme } from "./theme.svelte";

export type OfficePart = "overview" | "workstation" | "audit" | "incident";
export type Screen =
  | { name: "visits" }
  | { name: "new"; from: "microphone" | "file" }
  | { name: "visit"; visit: VisitId }
  | { name: "office"; part: OfficePart };

class Desk {
  startup: Startup | undefined = $state.raw();
  isOpen = $state(false);
  screen: Screen = $state.raw({ name: "visits" });
  failure: Failure | undefined = $state.raw();
  message = $state("");
  /** Takes back what the message tells of, where it can be. */
  undo: (() => void) | undefined = $state.raw();
  closeAsked = $state(false);
  helpShown = $state(false);
  backupShown = $state(false);
  retentionShown = $state(false);
  incidentShown = $state(false);
  /** The screen is covered while another person is about to sign in. */
  covering: "no" | "saving" | "failed" = $state("no");
  /** How far the set-up of a small practice is. */
  settingUp: FoundingStage | undefined = $state.raw();
  /** How far a backup is, while one runs. */
  backup: { stage: BackupStage; percent: number } | undefined = $state.raw();
  backupFolder = $state("");
  /** Set by a screen that holds unsaved work: asked before it is left. */
  mayLeave: (() => Promise<boolean>) | undefined;
  /** Set by the same screen: keeps that work without asking; answers whether it is kept. */
  keep: (() => Promise<boolean>) | undefined;
  #live = new SvelteMap<VisitId, LiveVisit>();

  /** The visit that is being recorded. */
  get recording(): { visit: VisitId; live: LiveVisit } | undefined {
    for (const [visit, live] of this.#live) if (live.isRecording) return { visit, live };
    return undefined;
  }

  /** Whether whoever is signed in may do all of this, by the program's table of roles. */
  may(...commands: Command[]): boolean {
    return commands.every((command) => this.startup?.may.includes(command));
  }

  /** Where a session begins: with the visits, or where the role has no visits with an overview. */
  get home(): Screen {
    return this.may("list_visits") ? { name: "visits" } : { name: "office", part: "overview" };
  }

  /** A visit with an alarm that nobody has dismissed: it is recorded, or its recording has broken off. */
  get alarmed(): LiveVisit | undefined {
    return [...this.#live.values()].find((live) => live.isAlarmed);
  }

  async start(): Promise<void> {
    await program.listen((message) => {
      this.#hear(message);
    });
    this.startup = await program.startup();
    this.isOpen = this.startup.door === "open";
    this.screen = this.home;
    theme.choose(this.startup.preferences.theme);
    singleKeys.on = this.startup.preferences.single_key_shortcuts;
    this.backupFolder = this.startup.preferences.backup_folder;
    this.failure = this.startup.preferences_failure ?? undefined;
  }

  /** Changes how the page looks and behaves for this person, now and at the next start. */
  async prefer(change: Partial<Preferences>): Promise<void> {
    const preferences = {
      theme: theme.chosen,
      single_key_shortcuts: singleKeys.on,
      backup_folder: this.backupFolder,
      ...change,
    };
    theme.choose(preferences.theme);
    singleKeys.on = preferences.single_key_shortcuts;
    this.backupFolder = preferences.backup_folder;
    await this.attempt(() => program.setPreferences(preferences));
  }

  live(visit: VisitId): LiveVisit {
    const known = this.#live.get(visit);
    if (known) return known;
    const fresh = new LiveVisit();
    this.#live.set(visit, fresh);
    return fresh;
  }

  /** What is known of a visit that is under way, if anything. */
  known(visit: VisitId): LiveVisit | undefined {
    return this.#live.get(visit);
  }

  async go(screen: Screen): Promise<void> {
    if (this.mayLeave && !(await this.mayLeave())) return;
    this.mayLeave = undefined;
    this.failure = undefined;
    this.screen = screen;
  }

  async lock(): Promise<void> {
    if (this.mayLeave && !(await this.mayLeave())) return;
    await this.#lock();
  }

  /** Nobody is there any more: what is not saved is kept first. Where that fails it says so, and is tried again. */
  async lockIdle(): Promise<void> {
    const isKept = !this.keep || (await this.keep());
    // Where the store is locked down no edit is taken, and that is said on the screen.
    if (isKept || this.startup?.locked_down) await this.#lock();
  }

  /**
   * Covers the screen at once, keeps what was written and ends the session, so that somebody else can
   * sign in. While a visit is recorded or written down only the same person comes back. Where the work
   * cannot be kept the screen stays covered and asks.
   */
  async switchUser(): Promise<void> {
    if (!this.isOpen || this.startup?.demo || this.covering === "saving") return;
    this.helpShown = this.backupShown = this.retentionShown = this.incidentShown = this.closeAsked = false;
    // Begun before anything is hidden: the line that is being typed is taken while it has the keyboard.
    const keeping = this.keep?.() ?? Promise.resolve(true);
    this.covering = "saving";
    if ((await keeping) || this.startup?.locked_down) await this.#lock();
    this.#uncover();
  }

  /** Where the session could not be ended nothing is shown before the person says so. */
  #uncover(): void {
    this.covering = this.isOpen ? "failed" : "no";
  }

  async #lock(): Promise<void> {
    const done = await this.attempt(() => program.lockVault());
    if (done === undefined) return;
    this.mayLeave = this.keep = undefined;
    this.screen = { name: "visits" };
    this.forget();
    await this.#locked();
  }

  async #locked(): Promise<void> {
    this.isOpen = false;
    // What is known of whoever has left is not shown to whoever comes.
    this.startup = undefined;
    this.startup = await program.startup();
  }

  /** The store is open, or its screen unlocked: what was recorded meanwhile is shown first. */
  async opened(): Promise<void> {
    // Who has signed in decides what is shown.
    await this.look();
    this.screen = this.recording ? { name: "visit", visit: this.recording.visit } : this.home;
    this.isOpen = true;
  }

  /** Asks what is known of the open store. */
  async look(): Promise<void> {
    await this.load(async () => {
      this.startup = await program.startup();
    });
  }

  /** Forgets everything that was heard of visits. */
  forget(): void {
    this.#live.clear();
  }

  say(message: string, undo?: () => void): void {
    this.message = message;
    this.undo = undo;
  }

  /** Does what a person asked for, and shows why if it fails; `undefined` is a failure. */
  async attempt<Answer>(action: () => Promise<Answer>): Promise<Answer | undefined> {
    this.failure = undefined;
    return this.load(action);
  }

  /** The same for what the page does by itself: an older failure stays in sight. */
  async load<Answer>(action: () => Promise<Answer>): Promise<Answer | undefined> {
    try {
      return await action();
    } catch (cause) {
      this.failure = program.failureOf(cause);
      return undefined;
    }
  }

  #hear(message: FromDesk): void {
    if (message.kind === "close_asked") {
      this.closeAsked = true;
      return;
    }
    if (message.kind === "locked") {
      void this.load(() => this.#locked());
      return;
    }
    if (message.kind === "retention_failed" || message.kind === "store_damaged") {
      this.failure = { code: "store", message: message.message };
      return;
    }
    if (message.kind === "setting_up") {
      this.settingUp = message.stage;
      return;
    }
    if (message.kind === "backing_up") {
      this.backup = { stage: message.stage, percent: message.percent };
      return;
    }
    const mustBeHeard = this.live(message.visit).take(message.event);
    if (mustBeHeard) soundAlarm();
  }
}

export const desk = new Desk();
