// A small visit, as the program would hand it out.
import type { Note } from "../src/ipc/generated/Note";
import type { Segment } from "../src/ipc/generated/Segment";
import type { Startup } from "../src/ipc/generated/Startup";
import type { Statement } from "../src/ipc/generated/Statement";
import type { VisitRow } from "../src/ipc/generated/VisitRow";
import type { VisitView } from "../src/ipc/generated/VisitView";

export const VISIT = "7c1e0a3e-52d1-4c7e-9d54-0f7d3c1b2a10";

/** Monday, 23 November 2026, 09:30 in the test machine's own time zone. */
export const MORNING = new Date(2026, 10, 23, 9, 30).getTime();

export const startup = (changes: Partial<Startup> = {}): Startup => ({
  version: "0.1.0",
  folder: "/home/anna/.local/share/Inroom/vault",
  door: "open",
  accounts: false,
  signed_in: null,
  idle_lock_minutes: 15,
  locked_down: false,
  organisation: null,
  kinds: [],
  nothing_leaves: { proven: true, gaps: [] },
  demo: null,
  account: "anna",
  templates: [
    {
      id: "full-visit",
      title: "Full visit",
      sections: [
        { id: "chief-complaint", title: "CHIEF COMPLAINT", empty: "Not stated." },
        { id: "history", title: "HISTORY OF PRESENT ILLNESS", empty: "Not discussed." },
        { id: "results", title: "RESULTS", empty: "No results were stated." },
        { id: "plan", title: "ASSESSMENT AND PLAN", empty: "No plan was stated." },
      ],
    },
    { id: "soap", title: "SOAP", sections: [{ id: "subjective", title: "SUBJECTIVE", empty: "Not discussed." }] },
  ],
  default_template: "full-visit",
  consent: { version: "2026-11", text: "With your permission I would like this computer to listen to our visit and help me write the note. The recording stays on this computer and is not sent anywhere. You can say no, and you can ask me to stop at any time; your care stays the same. Do you agree?" },
  shortest_passphrase: 12,
  preferences: { theme: "system", single_key_shortcuts: true, backup_folder: "" },
  preferences_failure: null,
  ...changes,
});

const turns: [number, Segment["role"], number, string][] = [
  [1, "clinician", 0, "Good morning. What brings you in today?"],
  [2, "patient", 3200, "It's my right knee. I, um, twisted it on Saturday playing football, and it swelled up within the hour."],
  [1, "clinician", 11800, "Did you hear or feel a pop when it happened?"],
  [2, "patient", 15100, "Yes, a pop, and then I couldn't put weight on it. I've been taking ibuprofen, 400 milligrams, three times a day."],
  [1, "clinician", 24600, "Any locking, or does it give way when you walk?"],
  [2, "patient", 28900, "It gives way on the stairs. No locking, no."],
  [1, "clinician", 33500, "Let me examine it. There is a moderate effusion, and the Lachman test is positive."],
  [1, "clinician", 41200, "I'd like an MRI of the knee this week, and we'll keep you on crutches until then."],
];

export const segments: Segment[] = turns.map(([speaker, role, start, text], index) => ({
  index,
  start,
  end: start + 2500,
  speaker,
  role,
  text,
  confidence: 0.93,
  words: [],
}));

export const statement = (text: string, changes: Partial<Statement> = {}): Statement => ({
  text,
  origin: "model",
  support: "supported",
  reason: "",
  evidence: [],
  ...changes,
});

/** Evidence for the words, as they stand in a segment. */
export const words = (segment: number, text: string) => {
  const start = segments[segment]?.text.indexOf(text) ?? -1;
  if (start < 0) throw new Error(`“${text}” is not in segment ${segment}`);
  return { segment, start, end: start + text.length };
};

export const note: Note = {
  template: "full-visit",
  sections: [
    {
      id: "chief-complaint",
      title: "CHIEF COMPLAINT",
      empty: "Not stated.",
      statements: [statement("Right knee injury.", { evidence: [words(1, "my right knee")] })],
    },
    {
      id: "history",
      title: "HISTORY OF PRESENT ILLNESS",
      empty: "Not discussed.",
      statements: [
        statement("Twisted the right knee on Saturday while playing football; swelling within an hour.", {
          evidence: [words(1, "my right knee"), words(1, "twisted it on Saturday playing football, and it swelled up within the hour")],
        }),
        statement("Felt a pop and could not bear weight afterwards.", { evidence: [words(3, "Yes, a pop, and then I couldn't put weight on it")] }),
        statement("Takes ibuprofen 600 mg three times a day.", {
          support: "partial",
          reason: "the transcript says 400 milligrams",
          evidence: [words(3, "ibuprofen, 400 milligrams, three times a day")],
        }),
      ],
    },
    { id: "results", title: "RESULTS", empty: "No results were stated.", statements: [] },
    {
      id: "plan",
      title: "ASSESSMENT AND PLAN",
      empty: "No plan was stated.",
      statements: [
        statement("Suspected anterior cruciate ligament tear; MRI of the knee this week.", {
          evidence: [words(6, "the Lachman test is positive"), words(7, "an MRI of the knee this week")],
        }),
        statement("Start physiotherapy twice a week.", { support: "unsupported", reason: "no turn of the visit speaks of physiotherapy" }),
      ],
    },
  ],
  omissions: [{ segment: 5, text: "It gives way on the stairs. No locking, no.", why: "a symptom that no line holds" }],
};

export const row = (changes: Partial<VisitRow> = {}): VisitRow => ({
  id: VISIT,
  started_at: MORNING,
  patient_label: "Jordan M.",
  reason: "Knee injury",
  template: "full-visit",
  state: "drafted",
  recorded: 312_000,
  imported: false,
  sound_erased: false,
  transcript_erased: false,
  will_be_erased: [],
  segments: segments.length,
  revision: 1,
  activity: "none",
  unfinished: false,
  ...changes,
});

export const view = (changes: Partial<VisitView> = {}): VisitView => ({
  row: row(),
  consent: {
    asked_by: "anna",
    given_by: "patient",
    method: "spoken",
    wording: "…",
    wording_version: "2026-11",
    at: MORNING,
  },
  source: null,
  segments,
  corrections: 0,
  gaps: [],
  signature: null,
  saved: { number: 1, at: MORNING + 400_000, note, drafted: true, unresolved: 1 },
  ...changes,
});
