// The program's side of the calls, played by a test: what it answers is given, what it was asked
// is kept, and it can tell the page things.
import { mockIPC } from "@tauri-apps/api/mocks";
import type { Event as VisitEvent } from "../src/ipc/generated/Event";
import type { FromDesk } from "../src/ipc/generated/FromDesk";
import { incident, organisation, startup, VISIT } from "./fixtures";

type Answers = Record<string, (request: never) => unknown>;

export interface Program {
  /** What the page asked, in order. */
  asked: { command: string; request: unknown }[];
  tell: (message: FromDesk) => void;
  happens: (event: VisitEvent) => void;
}

/** Thrown by an answer: the program refuses. */
export const refusal = (code: string, message: string) => Object.assign(new Error(message), { code, message });

export function playProgram(answers: Answers = {}): Program {
  let hear: (message: FromDesk) => void = () => undefined;
  const known: Answers = {
    startup: () => startup(),
    list_visits: () => [],
    read_workstation: () => ({ organisation }),
    read_incident: () => incident(),
    sound_sources: () => [{ id: "mic-1", name: "Desk microphone", kind: "microphone", is_default: true }],
    ...answers,
  };
  const asked: Program["asked"] = [];
  mockIPC((command, payload) => {
    const { request, channel } = payload as { request?: never; channel?: { onmessage: typeof hear } };
    asked.push({ command, request });
    if (command === "listen") {
      hear = (message) => channel?.onmessage(message);
      return null;
    }
    return known[command]?.(request as never) ?? null;
  });
  const tell = (message: FromDesk) => {
    hear(message);
  };
  return { asked, tell, happens: (event) => { tell({ kind: "visit", visit: VISIT, event }); } };
}
