// The messages of the open channel: grouped, with days between, kept at the foot, older ones loaded on the way up.

import { on, oncePerFrame } from "../core/bus.js";
import { fill, h } from "../core/dom.js";
import * as interactions from "../core/interactions.js";
import { channelName } from "../core/people.js";
import { loadMessages } from "../core/session.js";
import { byWebhook, channelMessages, compareIds, findChannel, markRead, state } from "../core/store.js";
import { attempt } from "../overlay/toast.js";
import { dayName, sameDay } from "../text/timestamps.js";
import { drawMessage, failureText, FLAG } from "./message.js";

const GROUP_MS = 7 * 60_000;
const AT_FOOT_PX = 60;

const log = h("ol", { class: "log", role: "log", "aria-live": "polite" });
const scroller = h("div", { class: "timeline", tabIndex: 0, onscroll: scrolled }, log);
const typing = h("div", { class: "typing", role: "status" });
export const timelineElements = [scroller, typing];

let shown = null;
let drawn = new Map();
let atFoot = true;
let epoch = 0;

const toFoot = () => {
  scroller.scrollTop = scroller.scrollHeight;
};
new ResizeObserver(() => atFoot && toFoot()).observe(log);
new ResizeObserver(() => atFoot && toFoot()).observe(scroller);

/** Shows a channel; null shows nothing. */
export function openChannel(channelId) {
  if (channelId === shown) return;
  shown = channelId;
  drawn = new Map();
  log.replaceChildren();
  atFoot = true;
  if (channelId === null) return;
  const messages = channelMessages(channelId);
  const unread = state.view?.unread[channelId] ?? 0;
  messages.unreadAtOpen = unread;
  messages.firstUnread = null;
  render();
  load(channelId);
}

async function load(channelId) {
  await attempt(() => loadMessages(channelId));
  const messages = channelMessages(channelId);
  if (channelId !== shown) return;
  if (messages.unreadAtOpen > 0) messages.firstUnread = messages.list.at(-messages.unreadAtOpen)?.id ?? null;
  messages.unreadAtOpen = 0;
  render();
  toFoot();
  readNow();
}

function readNow() {
  if (shown !== null && atFoot && document.hasFocus()) markRead(shown);
}

function scrolled() {
  atFoot = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < AT_FOOT_PX;
  if (atFoot) readNow();
  const messages = shown && channelMessages(shown);
  if (messages && scroller.scrollTop < 120 && messages.loaded && !messages.complete && !messages.loading) loadOlder();
}

async function loadOlder() {
  const before = scroller.scrollHeight;
  await attempt(() => loadMessages(shown, { older: true }));
  renderNow();
  // What the reader was looking at stays where it was.
  scroller.scrollTop += scroller.scrollHeight - before;
}

/** Whether a message continues the one above it under the same heading. */
function continues(message, previous) {
  if (!previous || message.author?.id !== previous.author?.id) return false;
  if (byWebhook(message) && (message.author.username !== previous.author.username || message.author.avatar !== previous.author.avatar)) return false;
  if (message.type !== 0 || previous.type !== 0 || message.message_reference) return false;
  if ((Number(message.flags ?? 0) | Number(previous.flags ?? 0)) & FLAG.PUBLISHED) return false;
  if (message.interaction_metadata || message.interaction) return false;
  if ((Number(message.flags ?? 0) ^ Number(previous.flags ?? 0)) & FLAG.EPHEMERAL) return false;
  return Date.parse(message.timestamp) - Date.parse(previous.timestamp) < GROUP_MS;
}

/** The rows of the log: `{key, signature, draw}`, oldest first. */
function rows(channelId) {
  const messages = channelMessages(channelId);
  const { channel, guild } = findChannel(channelId);
  const all = [];
  if (messages.complete && channel) all.push({ key: "begin", signature: `${channelName(channel)}:${epoch}`, draw: () => beginning(channel) });
  let previous = null;
  for (const message of messages.list) {
    const when = Date.parse(message.timestamp);
    if (!previous || !sameDay(when, Date.parse(previous.timestamp))) {
      all.push({ key: `day-${new Date(when).toDateString()}`, signature: "", draw: () => divider(dayName(when)) });
      previous = null;
    }
    if (message.id === messages.firstUnread) {
      all.push({ key: "new", signature: "", draw: () => divider("New", "new") });
      previous = null;
    }
    const grouped = continues(message, previous);
    all.push({ key: message.id, signature: `${message.revision}:${grouped}:${epoch}`, draw: () => drawMessage(message, { guild, grouped }) });
    previous = message;
  }
  for (const entry of interactions.pendingIn(channelId)) {
    all.push({ key: `pending-${entry.id}`, signature: String(entry.failed), draw: () => pending(entry) });
  }
  return all;
}

const divider = (text, kind = "") => h("li", { class: `divider ${kind}`, role: "separator", "aria-label": text }, h("span", null, text));

function beginning(channel) {
  const dm = channel.type === 1 || channel.type === 3;
  const name = channelName(channel);
  return h("li", { class: "beginning" },
    h("h2", null, dm ? name : `Welcome to #${name}`),
    h("p", null, dm ? `This is the beginning of your direct messages with ${name}.` : channel.topic || `This is the beginning of #${name}.`));
}

function pending(entry) {
  const dots = h("span", { class: "dots", "aria-hidden": "true" }, h("i"), h("i"), h("i"));
  return h("li", { class: `message pending${entry.failed ? " failed" : ""}` },
    h("div", { class: "message-row" }, h("div", { class: "message-main", role: entry.failed ? "alert" : "status" },
      entry.failed
        ? [h("span", { class: "failure" }, `/${entry.name}: ${failureText(entry.reason)}`), " · ",
          h("button", { type: "button", class: "link-button", onclick: () => interactions.dismissPending(entry.id) }, "Dismiss")]
        : [dots, ` Sending /${entry.name}…`])));
}

function renderNow() {
  if (shown === null) return;
  const { channel } = findChannel(shown);
  log.setAttribute("aria-label", `Messages in ${channelName(channel)}`);
  const next = new Map();
  let cursor = log.firstChild;
  for (const row of rows(shown)) {
    const old = drawn.get(row.key);
    const el = old?.signature === row.signature ? old.el : replaced(old?.el, row);
    next.set(row.key, { signature: row.signature, el });
    if (cursor !== null && !cursor.isConnected) cursor = el;
    if (el === cursor) cursor = cursor.nextSibling;
    else log.insertBefore(el, cursor);
  }
  while (cursor) {
    const gone = cursor;
    cursor = cursor.nextSibling;
    gone.remove();
  }
  drawn = next;
  if (atFoot) toFoot();
}

/** Draws a row anew; a control in it that had the focus keeps it. */
function replaced(old, row) {
  const el = row.draw();
  const focused = old?.contains(document.activeElement) ? document.activeElement.dataset.customId : undefined;
  if (focused && old.isConnected) {
    old.replaceWith(el);
    const control = [...el.querySelectorAll("[data-custom-id]")].find((one) => one.dataset.customId === focused);
    // A disabled control cannot hold the focus: the message does until the answer is there.
    (control?.disabled ? el.querySelector("article") : control ?? el.querySelector("article"))?.focus();
    waitingFocus = control?.disabled ? { key: row.key, customId: focused } : null;
  } else if (waitingFocus?.key === row.key && old?.contains(document.activeElement) && old.isConnected) {
    old.replaceWith(el);
    const control = [...el.querySelectorAll("[data-custom-id]")].find((one) => one.dataset.customId === waitingFocus.customId && !one.disabled);
    (control ?? el.querySelector("article"))?.focus();
    if (control) waitingFocus = null;
  }
  return el;
}

let waitingFocus = null;
const render = oncePerFrame(renderNow);

function renderTyping() {
  const { guild } = findChannel(shown);
  const names = [...(state.typing.get(shown)?.keys() ?? [])].map((id) => guild?.members.get(id)?.nick ?? state.view?.users.get(id)?.global_name ?? state.view?.users.get(id)?.username ?? "Someone");
  if (names.length === 0) fill(typing);
  else {
    fill(typing, h("span", { class: "dots", "aria-hidden": "true" }, h("i"), h("i"), h("i")),
      names.length > 3 ? " Several people are typing…" : ` ${names.join(", ")} ${names.length === 1 ? "is" : "are"} typing…`);
  }
}

on("messages", ({ channelId, created }) => {
  if (channelId !== shown) return;
  render();
  const mine = created?.author?.id === state.view?.me.id;
  if (mine) atFoot = true;
});
on("channels", () => setTimeout(readNow, 0));
on("interactions", (channelId) => channelId === shown && render());
on("typing", (channelId) => channelId === shown && renderTyping());
on("view", () => {
  epoch += 1;
  render();
});
on("resync", () => shown !== null && load(shown));
on("jump", ({ messageId }) => {
  const el = log.querySelector(`[data-message-id="${CSS.escape(messageId)}"]`);
  el?.scrollIntoView({ block: "center" });
  el?.classList.add("flash");
  setTimeout(() => el?.classList.remove("flash"), 1600);
});
let day = null;
on("tick", (nowMs) => {
  // "Today" and "Yesterday" in headings turn at midnight, and when the clock is set.
  const today = new Date(nowMs).toDateString();
  if (day !== null && day !== today) {
    epoch += 1;
    render();
  }
  day = today;
});
window.addEventListener("focus", readNow);

/** The last message that the member wrote in the open channel, for "arrow up to edit". */
export function lastOwnMessage() {
  const own = channelMessages(shown).list.filter((message) => message.author?.id === state.view?.me.id && message.type !== 6);
  return own.sort((a, b) => compareIds(a.id, b.id)).at(-1) ?? null;
}

/** Places of the current channel's pinned messages, newest first, among those loaded. */
export const pinnedMessages = (channelId) => channelMessages(channelId).list.filter((message) => message.pinned).reverse();

