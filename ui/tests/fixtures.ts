// A small visit, as the program would hand it out.
import type { Command } from "../src/ipc/generated/Command";
import type { IncidentState } from "../src/ipc/generated/IncidentState";
import type { LogView } from "../src/ipc/generated/LogView";
import type { Note } from "../src/ipc/generated/Note";
import type { Segment } from "../src/ipc/generated/Segment";
import type { OrganisationView } from "../src/ipc/generated/OrganisationView";
import type { StaffRole } from "../src/ipc/generated/StaffRole";
import type { Startup } from "../src/ipc/generated/Startup";
import type { Statement } from "../src/ipc/generated/Statement";
import type { VisitRow } from "../src/ipc/generated/VisitRow";
import type { VisitView } from "../src/ipc/generated/VisitView";

export const VISIT = "7c1e0a3e-52d1-4c7e-9d54-0f7d3c1b2a10";

/** Monday, 23 November 2026, 09:30 in the test machine's own time zone. */
export const MORNING = new Date(2026, 10, 23, 9, 30).getTime();

const CLINICAL: Command[] = [
  "create_visit", "record", "list_visits", "search_visits", "read_visit", "draft_note", "edit_note", "take_note", "withdraw_consent",
];
const EVERYBODY: Command[] = ["open_vault", "lock_vault", "change_passphrase", "recover", "read_retention", "report_incident"];
const INCIDENT: Command[] = ["show_worksheet", "make_incident_pack"];

/** What each role may do, as the program tells it at the sign-in (crates/governance/tests/roles.txt). */
export const MAY: Record<StaffRole, Command[]> = {
  physician: [...EVERYBODY, ...CLINICAL, ...INCIDENT, "sign_note", "discard", "create_vault", "admit_person", "take_document", "back_up", "lift_lockdown", "record_drill"],
  nurse: [...EVERYBODY, ...CLINICAL, "create_vault"],
  administrator: [...EVERYBODY, ...INCIDENT, "create_vault", "change_ways", "rotate_key", "admit_person", "take_document", "back_up", "restore", "change_retention", "lift_lockdown", "record_drill"],
  oversight: [...EVERYBODY, ...INCIDENT, "show_log", "export_log", "lift_lockdown", "record_drill"],
  auditor: [...EVERYBODY, ...INCIDENT, "show_log", "export_log"],
};

/** In a store without an organisation whoever has its passphrase may do everything. */
const EVERYTHING = [...new Set(Object.values(MAY).flat())];

/** The start of a person with this role, signed in. */
export const signedIn = (role: StaffRole, changes: Partial<Startup> = {}): Startup =>
  startup({ accounts: true, organisation: "Northside Clinic", signed_in: `${role}@northside.example`, role, may: MAY[role], ...changes });

export const organisation: OrganisationView = {
  name: "Northside Clinic",
  domains: ["northside.example"],
  key: "0b2fb85bd294e534",
  check_code: "ABCD-EFGH",
  recovery_key: "age1recovery",
  serial: 7,
  from: MORNING - 30 * 86_400_000,
  until: MORNING + 3650 * 86_400_000,
  newer: null,
  for_all: false,
  folder: "/home/anna/.local/share/Inroom/organisation",
  people: [
    { name: "Ada Nkemelu", account: "ada@northside.example", role: "physician", from: MORNING, until: null, refused: null, has_way: true },
    { name: "Ben Ortiz", account: "ben@northside.example", role: "nurse", from: MORNING, until: null, refused: null, has_way: false },
  ],
  models: [
    {
      id: "whisper-base", role: "speech", sha256: "ab".repeat(32), until: MORNING + 86_400_000, hardware: "Room 4", measured: MORNING,
      figures: [{ what: "WER, %", is: "9.1" }], refused: null,
    },
  ],
  pilot: [],
};

export const log = (changes: Partial<LogView> = {}): LogView => ({
  entries: [
    { number: 12, at: MORNING, who: "ada@northside.example", act: `read the visit ${VISIT}`, visit: VISIT, refused: false },
    { number: 11, at: MORNING - 1000, who: "ben@northside.example", act: "was refused to sign a note", visit: null, refused: true },
  ],
  matched: 2,
  checked: 12,
  fault: null,
  key: "ed25519:abc",
  ...changes,
});

export const incident = (changes: Partial<IncidentState> = {}): IncidentState => ({
  reported: 0,
  lifted: 0,
  locked_down: false,
  steps: [{ minute: 0, who: "whoever notices", what: "Report the suspicion.", command: "inroomctl incident report" }],
  recovery_key: "age1recovery",
  ...changes,
});

export const startup = (changes: Partial<Startup> = {}): Startup => ({
  version: "0.1.0",
  folder: "/home/anna/.local/share/Inroom/vault",
  door: "open",
  accounts: false,
  signed_in: null,
  role: null,
  may: EVERYTHING,
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
