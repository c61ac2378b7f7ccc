// The left rail: home for direct messages, then one mark per server, each with its unread count.

import { fill, h, icon } from "../core/dom.js";
import { channelTree, dmMark, guildMark, channelName } from "../core/people.js";
import { addressAs, currentPlace, currentUser, dmHash, guildHash } from "../core/router.js";
import { compareIds, guildUnread, state } from "../core/store.js";

export const railElement = h("nav", { class: "rail", "aria-label": "Servers" });
const lastChannel = new Map();

/** The channel to show when a server is opened: the one last open there, else the first that is text. */
export function defaultChannel(guild) {
  const last = lastChannel.get(`${currentUser()}:${guild.id}`);
  if (last && guild.channels.has(last)) return last;
  return channelTree(guild).flatMap((group) => group.channels).find((channel) => channel.type !== 2 && channel.type !== 13)?.id ?? null;
}

export const rememberChannel = (guildId, channelId) => lastChannel.set(`${currentUser()}:${guildId}`, channelId);

const badge = (count) => (count > 0 ? h("span", { class: "badge", "aria-hidden": "true" }, count > 99 ? "99+" : String(count)) : null);
const unreadText = (count) => (count > 0 ? `, ${count} unread` : "");

function entry({ href, label, count, current, mark, className = "" }) {
  return h("li", { class: `rail-item${current ? " current" : ""}${count > 0 ? " unread" : ""} ${className}` },
    h("span", { class: "rail-pill", "aria-hidden": "true" }),
    h("a", { href, class: "rail-link", "aria-label": `${label}${unreadText(count)}`, title: label, "aria-current": current ? "page" : null }, mark, badge(count)));
}

/** Draws the rail anew. */
export function drawRail() {
  const { view } = state;
  const place = currentPlace();
  const user = currentUser();
  if (view === null || user === null) {
    fill(railElement, h("ul", null, h("li", { class: "rail-item" }, h("span", { class: "rail-link brand", "aria-hidden": "true" }, icon("home", 24)))));
    return;
  }
  const dms = [...view.dms.values()].filter((dm) => (view.unread[dm.id] ?? 0) > 0).sort(byLatest);
  const allDms = dms.reduce((sum, dm) => sum + view.unread[dm.id], 0);
  fill(railElement, h("ul", null,
    entry({ href: addressAs(user, dmHash()), label: "Direct messages", count: allDms, current: place.kind === "dm", mark: icon("home", 24), className: "home" }),
    // A DM that was not read stands in the rail, so that it is seen from any server.
    dms.map((dm) => entry({
      href: addressAs(user, dmHash(dm.id)), label: `Direct message with ${channelName(dm)}`, count: view.unread[dm.id],
      current: place.channel === dm.id, mark: dmMark(dm, 44),
    })),
    h("li", { class: "rail-line", role: "separator" }),
    [...view.guilds.values()].map((guild) => entry({
      href: addressAs(user, guildHash(guild.id, defaultChannel(guild))), label: guild.name, count: guildUnread(guild),
      current: place.guild === guild.id, mark: guildMark(guild),
    }))));
}

/** Direct messages by their last message, newest first. */
export const byLatest = (a, b) => compareIds(b.last_message_id ?? b.id, a.last_message_id ?? a.id);
