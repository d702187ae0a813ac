// The list of visits as people look through it.
import type { VisitRow } from "../ipc/generated/VisitRow";
import { strings } from "../strings";
import { day, sameDay } from "../strings/format";

/** What was cut off comes first; then the latest, under the name of their day. */
export function byDay(
  rows: readonly VisitRow[],
  now: number,
): { name: string; visits: VisitRow[] }[] {
  const DAY = 86_400_000;
  const days: { name: string; visits: VisitRow[] }[] = [];
  const latest = rows.toSorted((a, b) => Number(b.unfinished) - Number(a.unfinished) || b.started_at - a.started_at);
  for (const row of latest) {
    const name = row.unfinished ? strings.visits.unfinished : sameDay(row.started_at, now)
      ? strings.visits.today
      : sameDay(row.started_at, now - DAY)
        ? strings.visits.yesterday
        : day(row.started_at);
    const last = days.at(-1);
    if (last?.name === name) last.visits.push(row);
    else days.push({ name, visits: [row] });
  }
  return days;
}
