// What the page knows: the world, what the chosen member sees, and the messages loaded so far.

import { post } from "./api.js";

/**
 * `world` is the answer of /sandbox/world or null; `view` what the member sees, by id:
 * guilds {channels, members, roles as Maps}, dms, users, activities; `unread` counts by channel.
 */
export const state = {
  world: null,
  view: null,
  channels: new Map(),
  commands: new Map(),
  typing: new Map(),
};

const byId = (list) => new Map((list ?? []).map((item) => [item.id, item]));

/** The user id that a member entry speaks of, whether it carries the user or its id. */
const memberUserId = (member) => (typeof member.user === "object" ? member.user.id : member.user ?? member.user_id);

/** Turns the answer of `…/view` into Maps by id. */
export function normaliseView(answer) {
  const users = byId(answer.users);
  users.set(answer.me.id, answer.me);
  const guilds = new Map();
  for (const guild of answer.guilds ?? []) {
    const members = new Map();
    for (const member of guild.members ?? []) {
      const id = memberUserId(member);
      if (typeof member.user === "object" && !users.has(id)) users.set(id, member.user);
      members.set(id, {
        nick: member.nick ?? null, roles: member.roles ?? [], status: member.status ?? "offline",
        avatar: member.avatar ?? null, banner: member.banner ?? null, bio: member.bio ?? null,
      });
    }
    guilds.set(guild.id, { ...guild, voice_states: guild.voice_states ?? [], channels: byId(guild.channels), roles: byId(guild.roles), members });
  }
  for (const dm of answer.dms ?? []) for (const user of dm.recipients ?? []) if (!users.has(user.id)) users.set(user.id, user);
  const activities = new Map((answer.activities ?? []).map((one) => [one.instance_id, one]));
  return { me: answer.me, activities, guilds, dms: byId(answer.dms), users, unread: { ...(answer.unread ?? {}) } };
}

/** A channel by id, with the server it belongs to: `{channel, guild}`; guild is null for a DM. */
export function findChannel(id) {
  if (state.view === null || !id) return { channel: null, guild: null };
  if (state.view.dms.has(id)) return { channel: state.view.dms.get(id), guild: null };
  for (const guild of state.view.guilds.values()) {
    if (guild.channels.has(id)) return { channel: guild.channels.get(id), guild };
  }
  return { channel: null, guild: null };
}

/** Compares snowflakes as numbers of any length. */
export function compareIds(a, b) {
  if (a.length !== b.length) return a.length - b.length;
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The messages of a channel: `{list (oldest first), loaded, complete, loading, firstUnread}`; made when first asked for. */
export function channelMessages(id) {
  if (!state.channels.has(id)) {
    state.channels.set(id, { list: [], loaded: false, complete: false, loading: false, firstUnread: null });
  }
  return state.channels.get(id);
}

let revision = 0;

/** Marks a message as changed, so that it is drawn anew. */
export function touch(message) {
  revision += 1;
  message.revision = revision;
  return message;
}

/** Whether a message is by a webhook, which may have another name and picture each time: it is no user. */
export const byWebhook = (message) => Boolean(message.webhook_id) && message.webhook_id !== message.application_id;

/** Puts a message in its place by id, over the one that has the same id. */
export function upsertMessage(message) {
  if (!byWebhook(message)) rememberUser(message.author);
  for (const user of message.mentions ?? []) rememberUser(user);
  const { list } = channelMessages(message.channel_id);
  let at = list.length;
  while (at > 0 && compareIds(list[at - 1].id, message.id) > 0) at -= 1;
  if (at > 0 && list[at - 1].id === message.id) {
    list[at - 1] = touch({ ...list[at - 1], ...message });
    return list[at - 1];
  }
  list.splice(at, 0, touch({ ...message }));
  return list[at];
}

/** A loaded message, or undefined. */
export function findMessage(channelId, messageId) {
  return state.channels.get(channelId)?.list.find((message) => message.id === messageId);
}

/** The channel of a loaded message, or undefined. */
export function channelOf(messageId) {
  for (const [id, { list }] of state.channels) if (list.some((message) => message.id === messageId)) return id;
  return undefined;
}

const ALL = (1n << 64n) - 1n;
export const PERMISSION = { VIEW_AUDIT_LOG: 1n << 7n, MUTE_MEMBERS: 1n << 22n, SEND_MESSAGES: 1n << 11n, MANAGE_MESSAGES: 1n << 13n, MANAGE_WEBHOOKS: 1n << 29n };

/** Whether the member may do something in a channel; in a DM they may do anything that there is. */
export const may = (channel, permission) => (BigInt(channel?.my_permissions ?? ALL) & permission) !== 0n;

export function removeMessage(channelId, messageId) {
  const messages = state.channels.get(channelId);
  if (messages) messages.list = messages.list.filter((message) => message.id !== messageId);
}

export function rememberUser(user) {
  if (user?.id && state.view && !state.view.users.has(user.id)) state.view.users.set(user.id, user);
}

/** How many unread messages a server has in all. */
export function guildUnread(guild) {
  let sum = 0;
  for (const id of guild.channels.keys()) sum += state.view.unread[id] ?? 0;
  return sum;
}

/** Tells the sandbox that the member has read a channel; silent where that fails, for it is told again. */
export function markRead(channelId) {
  if (!state.view?.unread[channelId]) return;
  state.view.unread[channelId] = 0;
  post(`/members/${state.view.me.id}/read`, { channel_id: channelId }).catch(() => {});
}
