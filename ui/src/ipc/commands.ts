// Every call into the program, typed; the page has no other way out.
import { Channel, invoke } from "@tauri-apps/api/core";
import type { AdmitRequest } from "./generated/AdmitRequest";
import type { BackupReport } from "./generated/BackupReport";
import type { BackupRequest } from "./generated/BackupRequest";
import type { CorrectRequest } from "./generated/CorrectRequest";
import type { Corrected } from "./generated/Corrected";
import type { CreateRequest } from "./generated/CreateRequest";
import type { DocumentRequest } from "./generated/DocumentRequest";
import type { DocumentTaken } from "./generated/DocumentTaken";
import type { DraftRequest } from "./generated/DraftRequest";
import type { EnrolRequest } from "./generated/EnrolRequest";
import type { EraseRequest } from "./generated/EraseRequest";
import type { ExportReport } from "./generated/ExportReport";
import type { ExportRequest } from "./generated/ExportRequest";
import type { Failure } from "./generated/Failure";
import type { FromDesk } from "./generated/FromDesk";
import type { HourStep } from "./generated/HourStep";
import type { ImportRequest } from "./generated/ImportRequest";
import type { IncidentState } from "./generated/IncidentState";
import type { ListRequest } from "./generated/ListRequest";
import type { LogExport } from "./generated/LogExport";
import type { LogExported } from "./generated/LogExported";
import type { LogRequest } from "./generated/LogRequest";
import type { LogView } from "./generated/LogView";
import type { NewVisitRequest } from "./generated/NewVisitRequest";
import type { NoteCopy } from "./generated/NoteCopy";
import type { NoteTextRequest } from "./generated/NoteTextRequest";
import type { OpenRequest } from "./generated/OpenRequest";
import type { PackMade } from "./generated/PackMade";
import type { PackRequest } from "./generated/PackRequest";
import type { PracticeMade } from "./generated/PracticeMade";
import type { PracticeRequest } from "./generated/PracticeRequest";
import type { Preferences } from "./generated/Preferences";
import type { RecordRequest } from "./generated/RecordRequest";
import type { ReportRequest } from "./generated/ReportRequest";
import type { Retention } from "./generated/Retention";
import type { RevisionNumber } from "./generated/RevisionNumber";
import type { SaveRequest } from "./generated/SaveRequest";
import type { SearchRequest } from "./generated/SearchRequest";
import type { SignRequest } from "./generated/SignRequest";
import type { SoundSource } from "./generated/SoundSource";
import type { Startup } from "./generated/Startup";
import type { Statement } from "./generated/Statement";
import type { StatementFile } from "./generated/StatementFile";
import type { StatementRequest } from "./generated/StatementRequest";
import type { VisitId } from "./generated/VisitId";
import type { VisitRequest } from "./generated/VisitRequest";
import type { VisitRow } from "./generated/VisitRow";
import type { VisitView } from "./generated/VisitView";
import type { WorksheetPage } from "./generated/WorksheetPage";
import type { WorksheetRequest } from "./generated/WorksheetRequest";
import type { WorkstationView } from "./generated/WorkstationView";

async function call<Answer>(command: string, request?: object): Promise<Answer> {
  try {
    return await invoke<Answer>(command, request ? { request } : {});
  } catch (cause) {
    throw new CommandFailed(asFailure(cause));
  }
}

/** A command that the program refused or could not carry out; the message is for people. */
export class CommandFailed extends Error {
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(failure.message);
    this.name = "CommandFailed";
    this.failure = failure;
  }
}

function asFailure(cause: unknown): Failure {
  if (typeof cause === "object" && cause !== null && "code" in cause && "message" in cause) {
    return cause as Failure;
  }
  // The program's own errors always have a code: this is a call that did not reach a command.
  return { code: "rejected", message: String(cause) };
}

/** The failure behind anything that a command threw. */
export function failureOf(cause: unknown): Failure {
  return cause instanceof CommandFailed ? cause.failure : asFailure(cause);
}

export const startup = () => call<Startup>("startup");
export const setPreferences = (request: Preferences) => call<null>("set_preferences", request);
export const createVault = (request: CreateRequest) => call<null>("create_vault", request);
/** Sets a small practice up; the store is open then. */
export const setUpPractice = (request: PracticeRequest) => call<PracticeMade>("set_up_practice", request);
/** Opens a scratch store into which the sample visit plays. */
export const playSample = () => call<null>("play_sample");
/** Enrols this computer with the organisation whose key and document lie in a folder. */
export const enrolComputer = (request: EnrolRequest) => call<null>("enrol_computer", request);
export const openVault = (request: OpenRequest) => call<null>("open_vault", request);
export const backUp = (request: BackupRequest) => call<BackupReport>("back_up", request);
export const lockVault = () => call<null>("lock_vault");
export const soundSources = () => call<SoundSource[]>("sound_sources");
/** The latest `limit` visits. */
export const listVisits = (limit: number) =>
  call<VisitRow[]>("list_visits", { limit } satisfies ListRequest);
/** The latest `limit` visits that hold every word of the query. */
export const searchVisits = (query: string, limit: number) =>
  call<VisitRow[]>("search_visits", { query, limit } satisfies SearchRequest);
export const readVisit = (visit: VisitId) =>
  call<VisitView>("read_visit", { visit } satisfies VisitRequest);
export const prepareVisit = (request: NewVisitRequest) => call<VisitId>("prepare_visit", request);
export const eraseVisit = (request: EraseRequest) => call<null>("erase_visit", request);
/** Makes a visit of an existing recording and starts to read it. */
export const importRecording = (request: ImportRequest) => call<VisitId>("import_recording", request);
export const record = (request: RecordRequest) => call<string>("record", request);
export const pause = () => call<null>("pause");
export const resume = () => call<null>("resume");
export const stop = () => call<null>("stop");
export const draft = (request: DraftRequest) => call<null>("draft", request);
export const cancelDraft = (visit: VisitId) =>
  call<null>("cancel_draft", { visit } satisfies VisitRequest);
export const judgeStatement = (request: StatementRequest) =>
  call<Statement>("judge_statement", request);
export const saveNote = (request: SaveRequest) => call<RevisionNumber>("save_note", request);
export const signNote = (request: SignRequest) => call<null>("sign_note", request);
export const correctSpeaker = (request: CorrectRequest) =>
  call<Corrected>("correct_speaker", request);
export const takeCorrectionBack = (visit: VisitId) =>
  call<Corrected>("take_correction_back", { visit } satisfies VisitRequest);
export const readRetention = () => call<Retention>("read_retention");
export const setRetention = (request: Retention) => call<null>("set_retention", request);
export const reportIncident = (request: ReportRequest) => call<HourStep[]>("report_incident", request);
export const readIncident = () => call<IncidentState>("read_incident");
export const readWorksheet = (request: WorksheetRequest) => call<WorksheetPage>("read_worksheet", request);
export const makePack = (request: PackRequest) => call<PackMade>("make_pack", request);
export const writeLiftStatement = (file: string) =>
  call<null>("write_lift_statement", { file } satisfies StatementFile);
export const liftLockdown = (file: string) => call<null>("lift_lockdown", { file } satisfies StatementFile);
/** The audit log, checked, with the latest entries that are looked for. */
export const readLog = (request: LogRequest) => call<LogView>("read_log", request);
export const exportLog = (file: string) => call<LogExported>("export_log", { file } satisfies LogExport);
export const readWorkstation = () => call<WorkstationView>("read_workstation");
export const takeDocument = (place: string) =>
  call<DocumentTaken>("take_document", { place } satisfies DocumentRequest);
/** Lets another person of the roster into the store. */
export const admitPerson = (request: AdmitRequest) => call<null>("admit_person", request);
export const noteText = (request: NoteTextRequest) => call<NoteCopy>("note_text", request);
export const exportNote = (request: ExportRequest) => call<ExportReport>("export_note", request);
export const quit = () => call<null>("quit");

/** Hears everything that happens, until the page is gone. */
export async function listen(on: (message: FromDesk) => void): Promise<void> {
  const channel = new Channel<FromDesk>();
  channel.onmessage = on;
  try {
    await invoke("listen", { channel });
  } catch (cause) {
    throw new CommandFailed(asFailure(cause));
  }
}
