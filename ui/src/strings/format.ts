// Times and lengths as people read them.

const two = (n: number) => String(n).padStart(2, "0");

/** Minutes and seconds, with hours only where there are any: `4:05`, `1:02:03`. */
export function clock(millis: number): string {
  const seconds = Math.floor(millis / 1000);
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  return hours > 0
    ? `${hours}:${two(minutes)}:${two(seconds % 60)}`
    : `${minutes}:${two(seconds % 60)}`;
}

/** A length that can be read out: `PT245S` as HTML's `time` wants it. */
export function isoDuration(millis: number): string {
  return `PT${Math.floor(millis / 1000)}S`;
}

/** Seconds with one decimal below ten. */
export function seconds(millis: number): string {
  const value = millis / 1000;
  return value < 10 ? value.toFixed(1) : String(Math.round(value));
}

/** An amount of data, in the decimal megabytes that disks are sold in. */
export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

/** An error's words as a sentence: they come without a capital letter and a full stop. */
export function sentence(words: string): string {
  const stop = /[.!?]$/.test(words) ? "" : ".";
  return words.charAt(0).toLocaleUpperCase() + words.slice(1) + stop;
}

/** Hour and minute of an instant, in the computer's way of writing them. */
export function timeOfDay(unixMillis: number): string {
  return new Date(unixMillis).toLocaleTimeString("en", { hour: "numeric", minute: "2-digit" });
}

/** Day, month and year of an instant. */
export function day(unixMillis: number): string {
  return new Date(unixMillis).toLocaleDateString("en", {
    weekday: "long",
    day: "numeric",
    month: "long",
    year: "numeric",
  });
}

/** Whether two instants lie on the same day of the computer's calendar. */
export function sameDay(a: number, b: number): boolean {
  return new Date(a).toDateString() === new Date(b).toDateString();
}

/** An instant to the second, short enough for a table. */
export function dateAndTime(unixMillis: number): string {
  const at = new Date(unixMillis);
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
}

/** The first instant of a day as it is typed, `2026-01-31`, by the computer's clock; `null` for none and for what is no day. */
export function dayStart(typed: string): number | null {
  const found = /^\s*(\d{4})-(\d{1,2})-(\d{1,2})\s*$/.exec(typed);
  if (!found) return null;
  const [year, month, date] = found.slice(1).map(Number) as [number, number, number];
  const at = new Date(year, month - 1, date);
  return at.getMonth() === month - 1 && at.getDate() === date ? at.getTime() : null;
}

/** Whether something is typed that is no day. */
export const isNoDay = (typed: string): boolean => typed.trim() !== "" && dayStart(typed) === null;

/** The first instant after that day. */
export function dayEnd(typed: string): number | null {
  const start = dayStart(typed);
  if (start === null) return null;
  const next = new Date(start);
  next.setDate(next.getDate() + 1);
  return next.getTime();
}
