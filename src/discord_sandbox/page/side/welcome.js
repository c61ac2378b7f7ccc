// A server's welcome screen: what it says, and the channels it leads to.

import { on } from "../core/bus.js";
import { h } from "../core/dom.js";
import { channelIcon } from "../core/people.js";
import { go, guildHash } from "../core/router.js";
import { openDialog } from "../overlay/dialog.js";

function open(guild) {
  const { description, welcome_channels: listed } = guild.welcome_screen;
  const rows = listed.filter((one) => guild.channels.has(one.channel_id)).map((one) => h("li", null,
    h("button", { type: "button", class: "menu-item", onclick: () => { dialog.close(); go(guildHash(guild.id, one.channel_id)); } },
      h("span", null, one.emoji_name ? h("span", { class: "emoji" }, one.emoji_name) : channelIcon(guild.channels.get(one.channel_id), 16), " ", one.description),
      h("span", { class: "menu-detail" }, guild.channels.get(one.channel_id).name))));
  const dialog = openDialog(`Welcome to ${guild.name}`, [description && h("p", null, description), h("ul", { class: "forward-places" }, rows)]);
}

on("welcome:open", open);
