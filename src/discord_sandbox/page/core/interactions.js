// The interactions this member has started: what waits for an answer, what got none, and what was chosen meanwhile.

import { act } from "./api.js";
import { emit } from "./bus.js";
import { currentUser } from "./router.js";
import { channelOf, findMessage, touch } from "./store.js";

const REMEMBERED = 200;

/** By interaction id: `{id, kind, channelId, messageId, customId, name, failed}`. */
const waiting = new Map();
/** Ends that were told before the request that started the interaction had answered. */
const ended = new Map();
/** By message id: why its last interaction failed. */
const failures = new Map();
/** By `message:custom_id`: the values chosen in a select, until the message changes. */
const chosen = new Map();

export function forgetAll() {
  for (const map of [waiting, ended, failures, chosen]) map.clear();
}

/**
 * Starts an interaction: `kind` is command, component or modal, `local` says where its outcome is shown.
 * Returns its id; throws SandboxError where the sandbox refuses it.
 */
export async function start(kind, body, local) {
  if (local.messageId) {
    failures.delete(local.messageId);
    markBusy(local.messageId, local.customId);
    redraw(local);
  }
  let id;
  try {
    ({ interaction_id: id } = await act(currentUser(), kind, body));
  } catch (error) {
    if (local.messageId) {
      busy.delete(local.messageId);
      failures.set(local.messageId, error.message);
      redraw(local);
    }
    throw error;
  }
  const end = ended.get(id);
  if (end === undefined) waiting.set(id, { id, kind, ...local, failed: false });
  else settle({ id, kind, ...local, failed: false }, end);
  emit("interactions", local.channelId);
  return id;
}

const busy = new Map();

function markBusy(messageId, customId) {
  busy.set(messageId, customId);
}

function redraw({ channelId, messageId }) {
  const message = messageId && findMessage(channelId, messageId);
  if (message) touch(message);
  emit("messages", { channelId });
}

/** Another window or a test can act as the same member: that one's failures are shown here too. */
export function started({ interaction_id: id, message_id: messageId }) {
  if (!messageId || waiting.has(id) || ended.has(id)) return;
  const channelId = channelOf(messageId);
  if (channelId) waiting.set(id, { id, kind: "component", channelId, messageId, customId: null, failed: false });
}

export const done = ({ interaction_id: id, response_type: type }) => end(id, { ok: true, type });
export const failed = ({ interaction_id: id, reason }) => end(id, { ok: false, reason });

function end(id, outcome) {
  ended.set(id, outcome);
  if (ended.size > REMEMBERED) ended.delete(ended.keys().next().value);
  const entry = waiting.get(id);
  if (entry) settle(entry, outcome);
  emit("interaction:end", { id, ...outcome });
}

function settle(entry, outcome) {
  if (entry.messageId) busy.delete(entry.messageId);
  if (outcome.ok || entry.messageId) waiting.delete(entry.id);
  else waiting.set(entry.id, { ...entry, failed: true, reason: outcome.reason });
  if (!outcome.ok && entry.messageId) failures.set(entry.messageId, outcome.reason ?? "");
  if (entry.messageId) redraw(entry);
  emit("interactions", entry.channelId);
}

/** The outcome of an interaction if it is known: `{ok, reason?}` or undefined. */
export const outcomeOf = (id) => ended.get(id);

/** Commands of this channel that wait for an answer, or got none. */
export const pendingIn = (channelId) =>
  [...waiting.values()].filter((entry) => entry.channelId === channelId && !entry.messageId && entry.kind === "command");

/** Takes a failed command off the channel. */
export function dismissPending(id) {
  const entry = waiting.get(id);
  waiting.delete(id);
  if (entry) emit("interactions", entry.channelId);
}

export const failureOf = (messageId) => failures.get(messageId);
export const busyControl = (messageId) => busy.get(messageId);

export const chosenValues = (messageId, customId) => chosen.get(`${messageId}:${customId}`);
export const choose = (messageId, customId, values) => chosen.set(`${messageId}:${customId}`, values);

/** Forgets what was chosen in a message's selects: the message was changed and shows its own defaults again. */
export function forgetChoices(messageId) {
  for (const key of chosen.keys()) if (key.startsWith(`${messageId}:`)) chosen.delete(key);
}
