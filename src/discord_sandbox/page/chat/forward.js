// Forwarded messages: what they keep of the first one, and where one's own go.

import { act } from "../core/api.js";
import { h, icon } from "../core/dom.js";
import { channelIcon, channelName, isForum } from "../core/people.js";
import { addressAs, currentUser, dmHash, guildHash } from "../core/router.js";
import { findChannel, may, PERMISSION, state } from "../core/store.js";
import { openDialog } from "../overlay/dialog.js";
import { attempt, toast } from "../overlay/toast.js";
import { messageTime } from "../text/timestamps.js";

/** The kept message under its heading, or null where nothing was forwarded; `drawBody` draws a message. */
export function drawForward(message, drawBody) {
  const kept = message.message_snapshots?.[0]?.message;
  if (!kept) return null;
  return h("section", { class: "forwarded", "aria-label": "Forwarded message" },
    h("p", { class: "forwarded-head" }, icon("reply", 14), " Forwarded"),
    drawBody({ ...kept, id: message.id, channel_id: message.channel_id }),
    h("p", { class: "subtext" }, origin(message.message_reference), messageTime(Date.parse(kept.timestamp))));
}

/** The place it came from, where this member can go there. */
function origin(reference) {
  const { channel, guild } = findChannel(reference?.channel_id);
  if (!channel) return null;
  const place = guild ? guildHash(guild.id, channel.id) : dmHash(channel.id);
  return [h("a", { class: "link", href: addressAs(currentUser(), place) }, `${guild ? "#" : "@"}${channelName(channel)}`), " · "];
}

/** Every place the member can write in. */
function places() {
  const found = [...state.view.dms.values()].map((channel) => ({ channel, where: "Direct message" }));
  for (const guild of state.view.guilds.values()) {
    for (const channel of guild.channels.values()) {
      if (channel.type !== 4 && !isForum(channel) && may(channel, PERMISSION.SEND_MESSAGES)) found.push({ channel, where: guild.name });
    }
  }
  return found;
}

/** Asks where a message is to be forwarded to, and forwards it there. */
export function forward(message) {
  const dialog = openDialog("Forward message", h("ul", { class: "forward-places" }, places().map(({ channel, where }) =>
    h("li", null, h("button", { type: "button", class: "menu-item", onclick: () => send(channel) },
      h("span", null, channelIcon(channel, 16), " ", channelName(channel)), h("span", { class: "menu-detail" }, where))))));
  async function send(channel) {
    const body = { channel_id: channel.id, from_channel_id: message.channel_id, message_id: message.id };
    if ((await attempt(() => act(currentUser(), "forward", body))) === undefined) return;
    dialog.close();
    toast(`Forwarded to ${channelName(channel)}.`, "info");
  }
}
