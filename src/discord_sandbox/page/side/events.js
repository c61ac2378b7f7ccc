// A server's scheduled events, and the member's interest in them.

import { act, get } from "../core/api.js";
import { on } from "../core/bus.js";
import { fill, h, icon } from "../core/dom.js";
import { nameOf, userById } from "../core/people.js";
import { eventImageUrl, pictureOr } from "../core/pictures.js";
import { currentPlace, currentUser } from "../core/router.js";
import { findChannel } from "../core/store.js";
import { openDialog } from "../overlay/dialog.js";
import { attempt } from "../overlay/toast.js";
import { markdown } from "../text/markdown.js";
import { timestamp } from "../text/timestamps.js";

const STATUS = { 2: "Live now", 3: "Ended", 4: "Cancelled" };
/** By user and event: whether they said that they are interested, as far as this window has seen. */
const interest = new Map();
let shown = null;
let counted = { guild: null, count: 0 };

const load = (guildId) => get(`/members/${currentUser()}/guilds/${guildId}/scheduled-events`);
const key = (eventId) => `${currentUser()}:${eventId}`;

/** Shows in the channel list how many events are ahead. */
export async function countEvents(guildId, { again = false } = {}) {
  if (!guildId) return;
  const mark = () => {
    const el = document.querySelector(".event-count");
    if (el && counted.guild === guildId) el.textContent = counted.count > 0 ? String(counted.count) : "";
  };
  if (counted.guild === guildId && !again) return mark();
  counted = { guild: guildId, count: 0 };
  try {
    const events = await load(guildId);
    counted = { guild: guildId, count: events.filter((event) => event.status < 3).length };
    mark();
  } catch {
    // The count is an ornament; the dialog itself says what went wrong.
  }
}

async function open(guildId) {
  const body = h("div", { class: "event-list" });
  const dialog = openDialog("Events", body, { wide: true, onClose: () => { shown = null; } });
  shown = { guildId, body, dialog };
  await draw();
}

async function draw() {
  if (shown === null) return;
  const { guildId, body } = shown;
  const events = await attempt(() => load(guildId));
  if (shown?.guildId !== guildId || events === undefined) return;
  events.sort((a, b) => a.scheduled_start_time.localeCompare(b.scheduled_start_time));
  fill(body, events.length === 0 ? h("p", { class: "empty-note" }, "This server has no scheduled events. A bot, or someone with the permission Create Events, can add one.") : events.map((event) => card(event, guildId)));
}

function place(event) {
  if (event.entity_type === 3) return event.entity_metadata?.location ?? "Somewhere else";
  return findChannel(event.channel_id).channel?.name ?? "A voice channel";
}

function card(event, guildId) {
  const start = Math.floor(Date.parse(event.scheduled_start_time) / 1000);
  const interested = interest.get(key(event.id)) ?? Boolean(event.me_interested);
  const creator = event.creator ?? userById(event.creator_id);
  return h("article", { class: "event-card", "aria-label": event.name },
    h("div", { class: "event-when" }, icon("calendar", 16), timestamp(start, "F"), " · ", timestamp(start, "R"), STATUS[event.status] && h("span", { class: "tag" }, STATUS[event.status])),
    pictureOr(eventImageUrl(event), "event-image", null),
    h("h3", null, event.name),
    event.description && markdown(event.description),
    (event.dates ?? []).length > 0 && dates(event, guildId, interested),
    h("div", { class: "event-foot" },
      h("span", { class: "subtext" }, place(event), creator && ` · by ${nameOf(creator)}`, ` · ${event.user_count ?? 0} interested`),
      h("button",
        { type: "button", class: `button ${interested ? "primary" : "subtle"}`, "aria-pressed": String(interested), onclick: () => setInterested(event, guildId, !interested) },
        icon(interested ? "check" : "bell", 16), " Interested")));
}

/** The next dates of a series: those that are moved or called off say so. */
function dates(event, guildId, interested) {
  const at = (time, style) => timestamp(Math.floor(Date.parse(time) / 1000), style);
  return h("ul", { class: "event-dates", "aria-label": `Next dates of ${event.name}` }, event.dates.map((date) => {
    const moved = !date.is_canceled && date.scheduled_start_time !== null && date.scheduled_start_time !== date.planned;
    const gone = date.is_canceled || moved;
    return h("li", null,
      gone ? h("s", null, at(date.planned, "f")) : at(date.planned, "f"),
      moved && [" ", at(date.scheduled_start_time, "f")],
      gone && h("span", { class: "tag" }, date.is_canceled ? "Cancelled" : "Moved"),
      !date.is_canceled && h("span", { class: "subtext" }, `${date.interested} interested`),
      interested && !date.is_canceled && h("button",
        { type: "button", class: "link-button", onclick: () => setComing(event, guildId, date) }, date.me_interested ? "Skip this date" : "Come after all"));
  }));
}

async function setComing(event, guildId, date) {
  const body = { guild_id: guildId, event_id: event.id, date_id: date.id, interested: !date.me_interested };
  if ((await attempt(() => act(currentUser(), "interested", body))) !== undefined) await draw();
}

async function setInterested(event, guildId, interested) {
  const done = await attempt(() => act(currentUser(), "interested", { guild_id: guildId, event_id: event.id, interested }));
  if (done === undefined) return;
  interest.set(key(event.id), interested);
  await draw();
}

on("events:open", open);
on("scheduled-events", ({ type, data }) => {
  if (/USER_(ADD|REMOVE)$/.test(type) && !data.guild_scheduled_event_exception_id) interest.set(`${data.user_id}:${data.guild_scheduled_event_id}`, type.endsWith("ADD"));
  draw();
  countEvents(currentPlace().guild, { again: true });
});
