// Announcement channels: what is published in them, where a copy comes from, and who follows.

import { act } from "../core/api.js";
import { h, icon } from "../core/dom.js";
import { channelName } from "../core/people.js";
import { addressAs, currentUser, guildHash } from "../core/router.js";
import { findChannel, may, PERMISSION, state } from "../core/store.js";
import { openDialog } from "../overlay/dialog.js";
import { attempt, toast } from "../overlay/toast.js";

const ANNOUNCEMENT = 5;
const TEXT = 0;
const FLAG = { CROSSPOSTED: 1, IS_CROSSPOST: 2, SOURCE_DELETED: 8 };
const has = (message, flag) => (Number(message.flags ?? 0) & flag) !== 0;

export const isAnnouncement = (channel) => channel?.type === ANNOUNCEMENT;

/** The mark in the heading of a message that was published, or that came from elsewhere; else null. */
export function publishedMark(message) {
  if (has(message, FLAG.IS_CROSSPOST)) return origin(message.message_reference);
  if (!has(message, FLAG.CROSSPOSTED)) return null;
  return h("span", { class: "published-mark", title: "Everyone who follows this channel has it" }, icon("megaphone", 13), " Published");
}

/** A copy's place of origin, as a link where this member can go there. */
function origin(reference) {
  const { channel, guild } = findChannel(reference?.channel_id);
  const text = [icon("megaphone", 13), " From ", channel ? `#${channelName(channel)}` : "another server"];
  if (!channel) return h("span", { class: "published-mark" }, text);
  return h("a", { class: "published-mark link", href: addressAs(currentUser(), guildHash(guild.id, channel.id)) }, text);
}

/** What stands in place of a copy whose source is deleted; null for other messages. */
export const sourceDeleted = (message) => (has(message, FLAG.SOURCE_DELETED) ? h("p", null, h("em", null, "[Original message deleted]")) : null);

/** Whether the member may publish a message. */
export function publishable(message) {
  const { channel } = findChannel(message.channel_id);
  if (!isAnnouncement(channel) || message.type !== 0 || message.poll || message.message_reference) return false;
  if (has(message, FLAG.CROSSPOSTED)) return false;
  const own = message.author?.id === currentUser();
  return may(channel, PERMISSION.SEND_MESSAGES) && (own || may(channel, PERMISSION.MANAGE_MESSAGES));
}

export const publish = (message) =>
  attempt(() => act(currentUser(), "publish", { channel_id: message.channel_id, message_id: message.id }));

/** Every text channel in which the member may make webhooks. */
function followers() {
  const found = [];
  for (const guild of state.view.guilds.values()) {
    for (const channel of guild.channels.values()) {
      if (channel.type === TEXT && may(channel, PERMISSION.MANAGE_WEBHOOKS)) found.push({ channel, guild });
    }
  }
  return found;
}

/** Asks into which channel an announcement channel is to be followed. */
export function follow(source) {
  const places = followers();
  const list = places.length === 0
    ? h("p", null, "To follow this channel you need the right to manage webhooks in a text channel.")
    : h("ul", { class: "forward-places" }, places.map(({ channel, guild }) =>
      h("li", null, h("button", { type: "button", class: "menu-item", onclick: () => send(channel) },
        h("span", null, `#${channelName(channel)}`), h("span", { class: "menu-detail" }, guild.name)))));
  const dialog = openDialog(`Follow #${channelName(source)}`, [h("p", { class: "subtext" }, "What is published here will appear there."), list]);
  async function send(channel) {
    if ((await attempt(() => act(currentUser(), "follow", { channel_id: source.id, to_channel_id: channel.id }))) === undefined) return;
    dialog.close();
    toast(`#${channelName(channel)} follows #${channelName(source)} now.`, "info");
  }
}
