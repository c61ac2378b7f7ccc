// How users, members, roles and channels are named and drawn.

import { h, icon } from "./dom.js";
import { avatarUrl, iconUrl, pictureOr, roleIconUrl } from "./pictures.js";
import { state } from "./store.js";

const HUES = [8, 32, 58, 140, 168, 195, 222, 262, 295, 330];

/** A hue for an id, the same in every window. */
function hueOf(id) {
  let sum = 0;
  for (const char of String(id)) sum = (sum * 31 + char.charCodeAt(0)) % 9973;
  return HUES[sum % HUES.length];
}

/** Up to two letters that stand for a name. */
export function initials(name) {
  const words = String(name ?? "?").trim().split(/[\s_.-]+/).filter(Boolean);
  const letters = words.length > 1 ? [words[0], words[1]] : [words[0] ?? "?"];
  return letters.map((word) => [...word][0].toUpperCase()).join("");
}

export const userById = (id) => state.view?.users.get(id) ?? state.world?.users.find((user) => user.id === id) ?? null;

/** Who wrote a message, as they are now. */
export const authorOf = (message) => userById(message.author?.id) ?? message.author;

/** The name a person goes by, in a server where one is given. */
export function nameOf(user, guild = null) {
  if (!user) return "Unknown user";
  return guild?.members.get(user.id)?.nick || user.global_name || user.username || "Unknown user";
}

/** How a name is shown in the colours of the member's highest coloured role: `{class, style}` for an element. */
export function paintedName(userId, guild, className) {
  const roles = (guild?.members.get(userId)?.roles ?? []).map((id) => guild.roles.get(id)).filter(isColoured);
  roles.sort((a, b) => b.position - a.position);
  const style = roles.length > 0 ? roleColours(roles[0]) : {};
  return { class: "--colour-2" in style ? `${className} gradient` : className, style };
}

const isColoured = (role) => role && (role.color || role.colors?.secondary_color);

/** The colours of a role as properties for the styles: the first, and where it has more those of the gradient. */
export function roleColours(role) {
  const { secondary_color: second, tertiary_color: third } = role.colors ?? {};
  if (!isColoured(role)) return {};
  const style = { "--colour": hex(role.color) };
  if (second !== null && second !== undefined) Object.assign(style, { "--colour-2": hex(second), "--colour-3": hex(third ?? second) });
  return style;
}

export const hex = (colour) => `#${Number(colour).toString(16).padStart(6, "0")}`;

/** The icon of a member's highest role that has one, or null. */
export function roleIcon(userId, guild) {
  const roles = (guild?.members.get(userId)?.roles ?? []).map((id) => guild.roles.get(id)).filter((role) => role?.icon || role?.unicode_emoji);
  if (roles.length === 0) return null;
  const [role] = roles.sort((a, b) => b.position - a.position);
  const shown = role.icon ? pictureOr(roleIconUrl(role), "role-icon", null) : h("span", { class: "emoji" }, role.unicode_emoji);
  return h("span", { class: "role-mark", title: role.name, role: "img", "aria-label": role.name }, shown);
}

/** A user, round: their picture, else initials on their own colour; with presence where it is given. */
export function avatar(user, { size = 40, status = null, guild = null } = {}) {
  const name = nameOf(user);
  return h("span",
    { class: "avatar", "aria-hidden": "true", style: { "--size": `${size}px`, "--hue": String(hueOf(user?.id ?? name)) } },
    pictureOr(avatarUrl(user, guild), "covering", h("span", null, initials(name))),
    status && h("span", { class: `presence presence-${status}`, title: status }));
}

/** A server's mark for the rail. */
export function guildMark(guild) {
  return h("span", { class: "guild-mark", "aria-hidden": "true", style: { "--hue": String(hueOf(guild.id)) } },
    pictureOr(iconUrl(guild), "covering", h("span", null, initials(guild.name))));
}

/** The mark that tells programs from people. */
export const botTag = (user) => (user?.bot ? h("span", { class: "tag", title: "This account is a program" }, "APP") : null);

const CHANNEL_ICONS = { 2: "speaker", 5: "megaphone", 10: "thread", 11: "thread", 12: "thread", 13: "speaker", 15: "forum", 16: "forum" };

export const channelIcon = (channel, size = 18) => icon(CHANNEL_ICONS[channel.type] ?? "hash", size);

/** What a channel is called; a DM goes by those it is with. */
export function channelName(channel) {
  if (!channel) return "unknown channel";
  if (channel.name) return channel.name;
  const others = (channel.recipients ?? []).filter((user) => user.id !== state.view?.me.id);
  return others.map((user) => nameOf(userById(user.id) ?? user)).join(", ") || "Direct message";
}

const GROUP_DM = 3;
export const isGroup = (channel) => channel?.type === GROUP_DM;

/** The mark of a DM: its other person's picture, or that of several. */
export const dmMark = (channel, size) => (isGroup(channel)
  ? h("span", { class: "avatar", "aria-hidden": "true", style: { "--size": `${size}px`, "--hue": String(hueOf(channel.id)) } }, icon("people", size / 2))
  : avatar(dmPartner(channel), { size }));

/** The other person of a DM of two, or null. */
export function dmPartner(channel) {
  if (isGroup(channel)) return null;
  const other = (channel?.recipients ?? []).find((user) => user.id !== state.view?.me.id);
  return other ? userById(other.id) ?? other : null;
}

/** Whether a channel has posts instead of messages. */
export const isForum = (channel) => [15, 16].includes(channel?.type);

/**
 * Channels in the order of the list: those without a category first, then each category with its own.
 * Of a forum's posts only the one that is open stands there, and those with something new: the forum lists them all.
 */
export function channelTree(guild, open = null) {
  const worthARow = (parent, thread) => !isForum(parent) || thread.id === open || (state.view.unread[thread.id] ?? 0) > 0;
  const all = [...guild.channels.values()].sort((a, b) => (a.position ?? 0) - (b.position ?? 0) || Number(BigInt(a.id) - BigInt(b.id)));
  const threadsOf = (parent) => all.filter((channel) => [10, 11, 12].includes(channel.type) && channel.parent_id === parent.id && worthARow(parent, channel));
  const plain = (parent) =>
    all.filter((channel) => ![4, 10, 11, 12].includes(channel.type) && (channel.parent_id ?? null) === parent)
      .flatMap((channel) => [channel, ...threadsOf(channel)]);
  const groups = [{ category: null, channels: plain(null) }];
  for (const category of all.filter((channel) => channel.type === 4)) groups.push({ category, channels: plain(category.id) });
  return groups.filter((group) => group.category !== null || group.channels.length > 0);
}
