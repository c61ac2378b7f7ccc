// What selects and command options of a kind offer: members, roles, channels, or those of both.

import { avatar, botTag, channelIcon, channelName, nameOf, roleColours, userById } from "../core/people.js";
import { h } from "../core/dom.js";
import { findChannel, state } from "../core/store.js";

/** People who can be chosen in a channel: its server's members, or the two of a DM. */
function people(channelId) {
  const { channel, guild } = findChannel(channelId);
  const ids = guild ? [...guild.members.keys()] : [state.view.me.id, ...(channel?.recipients ?? []).map((user) => user.id)];
  return [...new Set(ids)].map(userById).filter(Boolean).map((user) => ({
    key: user.id, value: user.id, label: nameOf(user, guild), detail: user.username, kind: "user",
    lead: avatar(user, { size: 24, guild }), trail: botTag(user), search: `${nameOf(user, guild)} ${user.username}`,
  }));
}

function roles(channelId) {
  const { guild } = findChannel(channelId);
  return [...(guild?.roles.values() ?? [])].map((role) => ({
    key: role.id, value: role.id, label: role.name.startsWith("@") ? role.name : `@${role.name}`, kind: "role",
    lead: h("span", { class: "role-dot", style: roleColours(role) }), search: role.name,
  }));
}

function channels(channelId, types) {
  const { guild } = findChannel(channelId);
  return [...(guild?.channels.values() ?? [])]
    .filter((channel) => !types?.length || types.includes(channel.type))
    .map((channel) => ({
      key: channel.id, value: channel.id, label: channelName(channel), kind: "channel", lead: channelIcon(channel, 18), search: channelName(channel),
    }));
}

/** Entries for a kind: "user", "role", "mentionable" or "channel". */
export function entities(kind, channelId, { channelTypes = null } = {}) {
  if (kind === "user") return people(channelId);
  if (kind === "role") return roles(channelId);
  if (kind === "channel") return channels(channelId, channelTypes);
  return [...people(channelId), ...roles(channelId)];
}

/** Entries whose name fits what was typed, those that begin with it first. */
export function matching(entries, typed, limit = 50) {
  const wanted = typed.trim().toLowerCase().replace(/^[@#]/, "");
  const text = (entry) => (entry.search ?? entry.label).toLowerCase();
  const found = entries.filter((entry) => text(entry).includes(wanted));
  if (wanted !== "") found.sort((a, b) => Number(text(b).startsWith(wanted)) - Number(text(a).startsWith(wanted)));
  return found.slice(0, limit);
}
