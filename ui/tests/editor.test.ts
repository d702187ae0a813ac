import { describe, expect, it } from "vitest";
import { NoteEditor } from "../src/state/editor.svelte";
import { note, statement } from "./fixtures";

const texts = (editor: NoteEditor, section: number) => editor.note.sections[section]?.statements.map(({ text }) => text);
const place = { section: 1, statement: 0 };

describe("editing a note", () => {
  it("takes back and does again every change, in order", () => {
    const editor = new NoteEditor(note);
    editor.replace(place, statement("One."));
    editor.remove({ section: 1, statement: 1 });
    const changed = editor.note;
    editor.undo();
    editor.undo();
    expect(editor.note).toBe(note);
    expect(editor.isChanged).toBe(false);
    editor.redo();
    editor.redo();
    expect(editor.note).toBe(changed);
    expect(editor.canRedo).toBe(false);
  });

  it("forgets what could be done again after a new change", () => {
    const editor = new NoteEditor(note);
    editor.remove(place);
    editor.undo();
    editor.replace(place, statement("Other."));
    expect(editor.canRedo).toBe(false);
  });

  it("adds a line where it was asked for, and leaves nothing behind when it stays empty", () => {
    const editor = new NoteEditor(note);
    expect(editor.add(1, 0)).toEqual({ section: 1, statement: 1 });
    expect(texts(editor, 1)?.[1]).toBe("");
    editor.abandon({ section: 1, statement: 1 });
    expect(editor.note).toBe(note);
    expect(editor.add(2)).toEqual({ section: 2, statement: 0 });
  });

  it("does not count the program's verdict as a change of its own", () => {
    const editor = new NoteEditor(note);
    const typed = statement("Typed.", { origin: "person" });
    editor.replace(place, typed);
    editor.settle(place, typed, statement("Typed.", { origin: "person", support: "unsupported", reason: "…" }));
    editor.undo();
    expect(editor.note).toBe(note);
  });

  it("drops a verdict on text that has been changed since", () => {
    const editor = new NoteEditor(note);
    const typed = statement("Typed.");
    editor.replace(place, typed);
    editor.replace(place, statement("Typed again."));
    editor.settle(place, typed, statement("Typed.", { reason: "late" }));
    expect(editor.at(place)?.text).toBe("Typed again.");
  });

  it("is saved when what was given to the store is what stands here", () => {
    const editor = new NoteEditor(note);
    editor.remove(place);
    const given = editor.note;
    editor.remove(place);
    editor.markSaved(given);
    expect(editor.isChanged).toBe(true);
    editor.undo();
    expect(editor.isChanged).toBe(false);
  });

  it("counts the lines that need a person's eye", () => {
    expect(new NoteEditor(note).toCheck).toEqual([
      { section: 1, statement: 2 },
      { section: 3, statement: 1 },
    ]);
  });
});
