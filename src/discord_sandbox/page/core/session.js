// One member's session: loads what they see, follows what happens, and starts again when the connection is back.

import { get } from "./api.js";
import { emit, on } from "./bus.js";
import { setClock } from "./clock.js";
import * as interactions from "./interactions.js";
import { keepOwnVotes, voted } from "./polls.js";
import { currentUser } from "./router.js";
import { channelMessages, compareIds, findMessage, normaliseView, rememberUser, removeMessage, state, touch, upsertMessage } from "./store.js";
import { openStream } from "./stream.js";

const PAGE = 50;
const TYPING_MS = 10_000;
let stream = null;
let generation = 0;
let reloadTimer = null;
/** What has happened in a channel while its newest messages were being read: the answer may be older. */
const meanwhile = new Map();

/** Loads the world; throws SandboxError where it cannot be had. */
export async function loadWorld() {
  const world = await get("/world");
  setClock({ now_ms: world.now_ms, ...(world.clock ?? {}) });
  state.world = world;
  emit("world");
  return world;
}

/** Loads what the member of this window sees, and follows it from then on. */
export function startSession() {
  generation += 1;
  stream?.close();
  stream = null;
  Object.assign(state, { view: null, channels: new Map(), commands: new Map(), typing: new Map() });
  interactions.forgetAll();
  emit("view");
  const user = currentUser();
  if (user === null) return;
  const mine = generation;
  stream = openStream(`/members/${user}/events`, {
    onFrame: (frame) => mine === generation && receive(frame),
    onState: (connection, retryMs) => mine === generation && emit("connection", { connection, retryMs }),
  });
}

/** Tries the lost connection again at once. */
export const retryNow = () => stream?.retryNow();

async function reloadAll() {
  const mine = generation;
  try {
    await loadWorld();
    await loadView(mine);
  } catch (error) {
    if (mine === generation) emit("view:error", error);
    return;
  }
  for (const messages of state.channels.values()) messages.loaded = false;
  state.commands.clear();
  emit("commands");
  emit("resync");
}

/** For each view that is being loaded: the unread counts that were told since it was asked for. */
const loadingViews = new Set();

/** Reads again what the member sees. */
export async function loadView(mine = generation) {
  const user = currentUser();
  if (user === null) return;
  const counted = new Map();
  loadingViews.add(counted);
  try {
    const answer = await get(`/members/${user}/view`);
    if (mine !== generation) return;
    setClock(answer);
    state.view = normaliseView(answer);
  } finally {
    loadingViews.delete(counted);
  }
  // What was told meanwhile may be newer than the answer, and what is newer than that is still to come.
  for (const [channelId, count] of counted) state.view.unread[channelId] = count;
  emit("view");
}

function reloadSoon() {
  if (reloadTimer !== null) return;
  reloadTimer = setTimeout(() => {
    reloadTimer = null;
    loadView().catch((error) => emit("problem", error));
  }, 120);
}

/** Loads a channel's newest messages, or those before the oldest that is loaded. */
export async function loadMessages(channelId, { older = false } = {}) {
  const messages = channelMessages(channelId);
  if (messages.loading || (older ? messages.complete : messages.loaded)) return;
  const mine = generation;
  messages.loading = true;
  if (!older) meanwhile.set(channelId, []);
  try {
    const before = older && messages.list.length > 0 ? `&before=${messages.list[0].id}` : "";
    const page = await get(`/members/${currentUser()}/channels/${channelId}/messages?limit=${PAGE}${before}`);
    if (mine !== generation) return;
    // On a fresh load the answer is the truth: what was deleted while the connection was lost must go.
    if (!older) {
      messages.list = [];
      messages.complete = false;
    }
    for (const message of page) upsertMessage(message);
    if (page.length < PAGE) messages.complete = true;
    messages.loaded = true;
    // Reactions and votes are counted: whether the answer has these in it cannot be told, so it is asked for again.
    if (!older && !retell(meanwhile.get(channelId))) messages.loaded = false;
  } finally {
    messages.loading = false;
    if (!older) meanwhile.delete(channelId);
  }
  if (!messages.loaded) return loadMessages(channelId);
  emit("messages", { channelId });
}

/** Applies again what may be newer than the answer; false if something among it cannot be applied twice. */
function retell(frames) {
  for (const { t: type, d: data } of frames) if (/^MESSAGE_(CREATE|UPDATE|DELETE)/.test(type)) handlers[type](data);
  return !frames.some(({ t: type }) => /^MESSAGE_(REACTION|POLL_VOTE)/.test(type));
}

/** The commands the member can use in a channel; kept until they change. */
export async function loadCommands(channelId) {
  if (!state.commands.has(channelId)) {
    const answer = get(`/members/${currentUser()}/channels/${channelId}/commands`);
    state.commands.set(channelId, answer);
    answer.catch(() => state.commands.delete(channelId));
  }
  return state.commands.get(channelId);
}

const handlers = {
  // From this frame on nothing is missed: what is loaded after it leaves no gap.
  WATCHING: reloadAll,
  MESSAGE_CREATE(message) {
    state.typing.get(message.channel_id)?.delete(message.author?.id);
    upsertMessage(message);
    const dm = state.view?.dms.get(message.channel_id);
    if (dm) dm.last_message_id = message.id;
    emit("messages", { channelId: message.channel_id, created: message });
    emit("channels");
  },
  MESSAGE_UPDATE(message) {
    interactions.forgetChoices(message.id);
    const known = findMessage(message.channel_id, message.id);
    // A change is told to all in the same words, so its `me` is not this reader's.
    const poll = message.poll && known?.poll ? keepOwnVotes(message.poll, known.poll) : message.poll;
    if (known) upsertMessage({ ...message, reactions: known.reactions, poll });
    else if (state.channels.get(message.channel_id)?.loaded) upsertIfRecent(message);
    emit("messages", { channelId: message.channel_id });
  },
  MESSAGE_DELETE({ id, channel_id: channelId }) {
    removeMessage(channelId, id);
    emit("messages", { channelId });
  },
  MESSAGE_DELETE_BULK({ ids, channel_id: channelId }) {
    for (const id of ids) removeMessage(channelId, id);
    emit("messages", { channelId });
  },
  MESSAGE_REACTION_ADD: (event) => changeReaction(event, 1),
  MESSAGE_REACTION_REMOVE: (event) => changeReaction(event, -1),
  MESSAGE_REACTION_REMOVE_ALL: (event) => clearReactions(event, () => false),
  MESSAGE_REACTION_REMOVE_EMOJI: (event) => clearReactions(event, (one) => emojiKey(one.emoji) !== emojiKey(event.emoji)),
  MESSAGE_POLL_VOTE_ADD: (event) => changeVotes(event, 1),
  MESSAGE_POLL_VOTE_REMOVE: (event) => changeVotes(event, -1),
  CHANNEL_PINS_UPDATE() {},
  // What it tells of is told by itself, too.
  GUILD_AUDIT_LOG_ENTRY_CREATE() {},
  UNREAD({ channel_id: channelId, count }) {
    for (const counted of loadingViews) counted.set(channelId, count);
    if (!state.view) return;
    state.view.unread[channelId] = count;
    emit("channels");
  },
  COMMANDS_CHANGED() {
    state.commands.clear();
    emit("commands");
  },
  TYPING_START({ channel_id: channelId, user_id: userId }) {
    if (userId === currentUser()) return;
    if (!state.typing.has(channelId)) state.typing.set(channelId, new Map());
    state.typing.get(channelId).set(userId, performance.now() + TYPING_MS);
    emit("typing", channelId);
  },
  PRESENCE_UPDATE({ guild_id: guildId, user, status }) {
    const member = state.view?.guilds.get(guildId)?.members.get(user.id);
    if (member) member.status = status;
    emit("members");
  },
  ACTIVITY_UPDATE(activity) {
    if (!state.view) return;
    if (activity.users.length > 0) state.view.activities.set(activity.instance_id, activity);
    else state.view.activities.delete(activity.instance_id);
    for (const message of channelMessages(activity.location.channel_id).list) if (message.activity) touch(message);
    emit("activities");
    emit("messages", { channelId: activity.location.channel_id });
  },
  ACTIVITY_LAUNCHED: (activity) => emit("activity:launched", activity),
  INSTALLED: () => loadWorld().catch((error) => emit("problem", error)),
  VOICE_STATE_UPDATE(told) {
    // A view that is on its way may be from before this.
    if (loadingViews.size > 0) reloadSoon();
    const guild = state.view?.guilds.get(told.guild_id);
    if (!guild) return;
    guild.voice_states = guild.voice_states.filter((one) => one.user_id !== told.user_id);
    if (told.channel_id) guild.voice_states.push(told);
    emit("channels");
  },
  VOICE_CHANNEL_STATUS_UPDATE({ id, guild_id: guildId, status }) {
    if (loadingViews.size > 0) reloadSoon();
    const channel = state.view?.guilds.get(guildId)?.channels.get(id);
    if (channel) channel.status = status;
    emit("channels");
  },
  CLOCK: setClock,
  INTERACTION_STARTED: interactions.started,
  INTERACTION_DONE: interactions.done,
  INTERACTION_FAILED: interactions.failed,
  MODAL_OPEN: (modal) => emit("modal", modal),
};

function receive({ t: type, d: data }) {
  const handler = handlers[type];
  meanwhile.get(data?.channel_id)?.push({ t: type, d: data });
  if (handler) handler(data);
  else if (type.startsWith("GUILD_SCHEDULED_EVENT")) emit("scheduled-events", { type, data });
  else if (/^(GUILD|CHANNEL|THREAD|USER)_/.test(type)) structureChanged(type, data);
}

function structureChanged(type, data) {
  // A channel of one's own DMs is needed at once: the message that follows is for it.
  if (type === "CHANNEL_CREATE" && !data.guild_id && state.view) {
    state.view.dms.set(data.id, data);
    for (const user of data.recipients ?? []) rememberUser(user);
    emit("channels");
  }
  state.commands.clear();
  emit("commands");
  reloadSoon();
}

/** A changed message that is older than all that is loaded waits until it is scrolled to. */
function upsertIfRecent(message) {
  const { list, complete } = state.channels.get(message.channel_id);
  if (complete || (list.length > 0 && compareIds(message.id, list[0].id) > 0)) upsertMessage(message);
}

function clearReactions({ channel_id: channelId, message_id: messageId }, keep) {
  const message = findMessage(channelId, messageId);
  if (!message) return;
  message.reactions = (message.reactions ?? []).filter(keep);
  touch(message);
  emit("messages", { channelId });
}

function changeVotes({ channel_id: channelId, message_id: messageId, user_id: userId, answer_id: answerId }, by) {
  const message = findMessage(channelId, messageId);
  if (!message?.poll) return;
  message.poll = voted(message.poll, answerId, by, userId === currentUser());
  touch(message);
  emit("messages", { channelId });
}

const emojiKey = (emoji) => emoji.id ?? emoji.name;

function changeReaction({ channel_id: channelId, message_id: messageId, user_id: userId, emoji }, by) {
  const message = findMessage(channelId, messageId);
  if (!message) return;
  const reactions = (message.reactions ?? []).map((reaction) => ({ ...reaction }));
  let reaction = reactions.find((one) => emojiKey(one.emoji) === emojiKey(emoji));
  if (!reaction) reactions.push((reaction = { emoji, count: 0, me: false }));
  reaction.count += by;
  if (userId === currentUser()) reaction.me = by > 0;
  message.reactions = reactions.filter((one) => one.count > 0);
  touch(message);
  emit("messages", { channelId });
}

on("tick", () => {
  for (const [channelId, people] of state.typing) {
    let changed = false;
    for (const [user, until] of people) if (until < performance.now()) changed = people.delete(user) || changed;
    if (changed) emit("typing", channelId);
  }
});
