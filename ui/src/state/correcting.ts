// A person's word about who spoke, from the menu to the transcript that is shown.
import * as program from "../ipc/commands";
import type { Corrected } from "../ipc/generated/Corrected";
import type { CorrectRequest } from "../ipc/generated/CorrectRequest";
import type { VisitId } from "../ipc/generated/VisitId";
import { strings } from "../strings";
import { desk } from "./desk.svelte";
import type { LiveVisit } from "./live.svelte";

/** Who spoke what, in a person's word. */
export type Said = Omit<CorrectRequest, "visit">;

const words = strings.speakers;

/** Corrects who spoke; `revised` is called when the note's verdicts have changed with it. */
export const correctSpeaker = (visit: VisitId, live: LiveVisit, said: Said, revised: () => void) =>
  show(visit, live, () => program.correctSpeaker({ visit, ...said }), revised, words.corrected);

/** Takes the last correction back. */
export const takeBack = (visit: VisitId, live: LiveVisit, revised: () => void) =>
  show(visit, live, () => program.takeCorrectionBack(visit), revised, words.takenBack);

async function show(visit: VisitId, live: LiveVisit, ask: () => Promise<Corrected>, revised: () => void, told: string) {
  const done = await desk.attempt(ask);
  if (!done) return;
  live.segments = done.segments;
  live.corrections = done.corrections;
  const undo = told === words.corrected ? () => void takeBack(visit, live, revised) : undefined;
  desk.say(done.revision === null ? told : `${told} ${words.judged}`, undo);
  if (done.revision !== null) revised();
}
