// The whole page, mounted on a played program.
import { fireEvent, render, screen, within } from "@testing-library/svelte";
import App from "../src/App.svelte";
import { desk } from "../src/state/desk.svelte";
import { playProgram, type Program } from "./program";
import { row, view, VISIT } from "./fixtures";

/** The page with the list of visits, as after opening the store. */
export async function openPage(answers: Parameters<typeof playProgram>[0] = {}): Promise<Program> {
  // The page's state outlives a test's page: it is put back to where a fresh window stands.
  desk.startup = desk.failure = desk.mayLeave = desk.keep = undefined;
  desk.isOpen = desk.helpShown = desk.backupShown = desk.retentionShown = desk.incidentShown = desk.closeAsked = false;
  desk.covering = "no";
  desk.settingUp = undefined;
  desk.screen = { name: "visits" };
  const program = playProgram(answers);
  render(App);
  await screen.findByTestId("show-help");
  return program;
}

/** The page with one visit opened. */
export async function openVisit(changes: Parameters<typeof view>[0] = {}, answers: Parameters<typeof playProgram>[0] = {}): Promise<Program> {
  desk.forget();
  const program = await openPage({
    list_visits: () => [row(changes.row)],
    read_visit: () => view(changes),
    ...answers,
  });
  await fireEvent.click(await screen.findByTestId("visit-row"));
  await screen.findByTestId("back");
  return program;
}

export const press = (key: string, more: KeyboardEventInit = {}) =>
  fireEvent.keyDown(document.activeElement ?? document.body, { key, bubbles: true, ...more });

export const type = (testid: string, value: string) =>
  fireEvent.input(screen.getByTestId(testid), { target: { value } });

/** Chooses in a list. The tests' engine does not know that the chosen option matches `:checked`. */
export function choose(testid: string, value: string) {
  const select = screen.getByTestId<HTMLSelectElement>(testid);
  const option = [...select.options].find((one) => one.value === value);
  Object.assign(select, { querySelector: () => option });
  return fireEvent.change(select);
}

export const click = async (testid: string) => fireEvent.click(await screen.findByTestId(testid));

export const asked = (program: Program, command: string) =>
  program.asked.filter((one) => one.command === command).map(({ request }) => request);

export { screen, within, VISIT };
