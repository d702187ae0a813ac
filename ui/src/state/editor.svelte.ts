// A note under a person's hands: changes with undo and redo, and what is not saved yet.
import type { Note } from "../ipc/generated/Note";
import type { Statement } from "../ipc/generated/Statement";

/** Where a statement stands: section and place in it. */
export interface Place {
  section: number;
  statement: number;
}

export const samePlace = (a: Place | undefined, b: Place | undefined): boolean =>
  a?.section === b?.section && a?.statement === b?.statement;

/** A person's line, before the program has said what bears it out. */
export const writtenByHand = (text: string): Statement => ({
  text,
  origin: "person",
  support: "unsupported",
  reason: "",
  evidence: [],
});

export class NoteEditor {
  note: Note = $state.raw() as Note;
  #saved: Note = $state.raw() as Note;
  #past: Note[] = $state.raw([]);
  #future: Note[] = $state.raw([]);

  constructor(note: Note) {
    this.note = note;
    this.#saved = note;
  }

  get isChanged(): boolean {
    return this.note !== this.#saved;
  }

  get canUndo(): boolean {
    return this.#past.length > 0;
  }

  get canRedo(): boolean {
    return this.#future.length > 0;
  }

  /** Statements that the transcript does not wholly bear out and that nobody has kept all the same. */
  get toCheck(): Place[] {
    return this.places().filter((place) => {
      const one = this.at(place);
      return one?.support !== "supported" && one?.origin !== "accepted";
    });
  }

  /** Every statement's place, in reading order. */
  places(): Place[] {
    return this.note.sections.flatMap((section, s) =>
      section.statements.map((_, n) => ({ section: s, statement: n })),
    );
  }

  at(place: Place): Statement | undefined {
    return this.note.sections[place.section]?.statements[place.statement];
  }

  /** Puts a statement in the place of another. Filling a line that was just begun is one step with beginning it. */
  replace(place: Place, statement: Statement): void {
    const put = (all: Statement[]) => all.with(place.statement, statement);
    if (this.at(place)?.text === "") this.note = this.#with(place.section, put);
    else this.#change(place.section, put);
  }

  /** Puts a statement in place without a step of its own in the undo list. */
  settle(place: Place, before: Statement, statement: Statement): void {
    if (this.at(place) === before) {
      this.note = this.#with(place.section, (all) => all.with(place.statement, statement));
    }
  }

  /** Adds an empty line after the given one, or at the section's end; answers its place. */
  add(section: number, after?: number): Place {
    const end = this.note.sections[section]?.statements.length ?? 0;
    const statement = after === undefined ? end : after + 1;
    this.#change(section, (all) => all.toSpliced(statement, 0, writtenByHand("")));
    return { section, statement };
  }

  /** Keeps a line of the model as it is: from now on it is a person's word. */
  accept(place: Place): void {
    const statement = this.at(place);
    if (statement) this.replace(place, { ...statement, origin: "accepted" });
  }

  remove(place: Place): void {
    this.#change(place.section, (all) => all.toSpliced(place.statement, 1));
  }

  /** Takes back a line that was begun and left empty, as if it had never been there. */
  abandon(place: Place): void {
    if (this.at(place)?.text === "") this.undo();
  }

  undo(): void {
    const before = this.#past.at(-1);
    if (!before) return;
    this.#past = this.#past.slice(0, -1);
    this.#future = [...this.#future, this.note];
    this.note = before;
  }

  redo(): void {
    const after = this.#future.at(-1);
    if (!after) return;
    this.#future = this.#future.slice(0, -1);
    this.#past = [...this.#past, this.note];
    this.note = after;
  }

  /** The note as given to the store is what the store has now. */
  markSaved(note: Note): void {
    this.#saved = note;
  }

  #change(section: number, edit: (all: Statement[]) => Statement[]): void {
    this.#past = [...this.#past, this.note];
    this.#future = [];
    this.note = this.#with(section, edit);
  }

  #with(section: number, edit: (all: Statement[]) => Statement[]): Note {
    const sections = this.note.sections.map((one, n) =>
      n === section ? { ...one, statements: edit(one.statements) } : one,
    );
    return { ...this.note, sections };
  }
}
