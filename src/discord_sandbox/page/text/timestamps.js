// `<t:SECONDS:STYLE>` and message times, in the reader's own zone and by the sandbox's clock.

import { on } from "../core/bus.js";
import { now } from "../core/clock.js";
import { h } from "../core/dom.js";

const format = (options) => new Intl.DateTimeFormat(undefined, options);
const TIME = format({ hour: "2-digit", minute: "2-digit" });
const STYLES = {
  t: TIME,
  T: format({ hour: "2-digit", minute: "2-digit", second: "2-digit" }),
  d: format({ day: "2-digit", month: "2-digit", year: "numeric" }),
  D: format({ day: "numeric", month: "long", year: "numeric" }),
  f: format({ day: "numeric", month: "long", year: "numeric", hour: "2-digit", minute: "2-digit" }),
  F: format({ weekday: "long", day: "numeric", month: "long", year: "numeric", hour: "2-digit", minute: "2-digit" }),
};
const DAY = format({ weekday: "long", day: "numeric", month: "long", year: "numeric" });
const SHORT = format({ day: "2-digit", month: "2-digit", year: "numeric", hour: "2-digit", minute: "2-digit" });
const RELATIVE = new Intl.RelativeTimeFormat(undefined, { numeric: "auto" });
const STEPS = [["year", 31_557_600], ["month", 2_629_800], ["day", 86_400], ["hour", 3600], ["minute", 60]];

/** "in 5 minutes", "2 hours ago": the largest unit that fits, rounded to the nearest. */
export function relative(seconds, nowMs) {
  const difference = seconds - nowMs / 1000;
  for (const [unit, size] of STEPS) {
    if (Math.abs(difference) >= size) return RELATIVE.format(Math.round(difference / size), unit);
  }
  return RELATIVE.format(Math.round(difference), "second");
}

/** The text of a timestamp; an unknown style shows as `f`. */
export function timestampText(seconds, style, nowMs) {
  const date = new Date(seconds * 1000);
  if (Number.isNaN(date.getTime())) return "invalid date";
  return style === "R" ? relative(seconds, nowMs) : (STYLES[style] ?? STYLES.f).format(date);
}

/** A `<time>` that shows an instant; relative ones keep themselves up to date. */
export function timestamp(seconds, style = "f") {
  const date = new Date(seconds * 1000);
  const valid = !Number.isNaN(date.getTime());
  return h("time",
    {
      class: "timestamp", datetime: valid ? date.toISOString() : null, title: valid ? STYLES.F.format(date) : null,
      dataset: { seconds: String(seconds), style },
    },
    timestampText(seconds, style, now()));
}

const dayKey = (ms) => new Date(ms).toDateString();
export const sameDay = (a, b) => dayKey(a) === dayKey(b);
export const dayName = (ms) => DAY.format(new Date(ms));
export const clockTime = (ms) => TIME.format(new Date(ms));
export const clockTimeSeconds = (ms) => STYLES.T.format(new Date(ms));
export const fullTime = (ms) => STYLES.F.format(new Date(ms));

/** "Today at 14:03", "Yesterday at 09:10", or the date: the time in a message's heading. */
export function messageTime(ms, nowMs = now()) {
  if (sameDay(ms, nowMs)) return `Today at ${clockTime(ms)}`;
  if (sameDay(ms, nowMs - 86_400_000)) return `Yesterday at ${clockTime(ms)}`;
  if (sameDay(ms, nowMs + 86_400_000)) return `Tomorrow at ${clockTime(ms)}`;
  return SHORT.format(new Date(ms));
}

function refresh(nowMs) {
  for (const el of document.querySelectorAll('time[data-style="R"]')) {
    const text = timestampText(Number(el.dataset.seconds), "R", nowMs);
    // Writing only what differs keeps a selection that a reader is making alive.
    if (el.textContent !== text) el.textContent = text;
  }
}

on("tick", refresh);
on("clock", refresh);
