// The second column: a server's channels, or the list of direct messages.

import { act } from "../core/api.js";
import { emit } from "../core/bus.js";
import { fill, h, icon, iconButton } from "../core/dom.js";
import { botTag, channelIcon, channelName, channelTree, dmMark, dmPartner } from "../core/people.js";
import { addressAs, currentPlace, currentUser, dmHash, guildHash } from "../core/router.js";
import { may, PERMISSION, state } from "../core/store.js";
import { confirm } from "../overlay/dialog.js";
import { openMenu } from "../overlay/popover.js";
import { attempt } from "../overlay/toast.js";
import { startGroup } from "./group_dms.js";
import { byLatest } from "./rail.js";
import { isVoice, joinVoice, voiceMembers } from "./voice.js";

export const channelsElement = h("nav", { class: "channels", "aria-label": "Channels" });
const folded = new Set();

const unreadOf = (id) => state.view.unread[id] ?? 0;

function row({ href, current, count, lead, name, extra = null, nested = false, below = null, onclick = null }) {
  return h("li", null,
    h("a",
      {
        href, onclick, class: `channel-link${current ? " current" : ""}${count > 0 ? " unread" : ""}${nested ? " nested" : ""}`,
        "aria-current": current ? "page" : null, "aria-label": count > 0 ? `${name}, ${count} unread` : name,
      },
      lead, h("span", { class: "channel-name" }, name), extra,
      count > 0 && h("span", { class: "badge", "aria-hidden": "true" }, count > 99 ? "99+" : String(count))), below);
}

/** Draws the column anew for the place that is open. */
export function drawChannels() {
  const place = currentPlace();
  if (state.view === null) {
    fill(channelsElement);
    return;
  }
  const guild = state.view.guilds.get(place.guild);
  if (guild) drawGuild(guild, place);
  else drawDms(place);
}

function drawGuild(guild, place) {
  channelsElement.setAttribute("aria-label", `Channels of ${guild.name}`);
  const user = currentUser();
  fill(channelsElement,
    h("button", { type: "button", class: "server-header", "aria-haspopup": "menu", "aria-expanded": "false", onclick: (event) => guildMenu(event.currentTarget, guild) },
      h("span", null, guild.name), icon("chevron", 18)),
    h("div", { class: "channel-scroll" },
      h("button", { type: "button", class: "channel-link events-link", onclick: () => emit("events:open", guild.id) }, icon("calendar", 18), h("span", { class: "channel-name" }, "Events"), h("span", { class: "event-count" })),
      channelTree(guild, place.channel).map(({ category, channels }) => {
        const closed = category && folded.has(category.id);
        const shown = closed ? channels.filter((channel) => unreadOf(channel.id) > 0 || channel.id === place.channel) : channels;
        return h("section", { class: "channel-group" },
          category && h("button", { type: "button", class: `category${closed ? " folded" : ""}`, "aria-expanded": String(!closed), onclick: () => fold(category.id) }, icon("chevron", 12), category.name),
          h("ul", null, shown.map((channel) => row({
            href: addressAs(user, guildHash(guild.id, channel.id)), current: channel.id === place.channel, count: unreadOf(channel.id),
            lead: channelIcon(channel), name: channelName(channel), nested: [10, 11, 12].includes(channel.type),
            ...(isVoice(channel) ? { onclick: () => joinVoice(channel), below: voiceMembers(guild, channel) } : {}),
          }))));
      })));
}

function fold(id) {
  if (!folded.delete(id)) folded.add(id);
  drawChannels();
}

function drawDms(place) {
  channelsElement.setAttribute("aria-label", "Direct messages");
  const user = currentUser();
  const dms = [...state.view.dms.values()].sort(byLatest);
  fill(channelsElement,
    h("div", { class: "server-header plain" }, h("span", null, "Direct messages"), iconButton("plus", "New group", startGroup, { size: 18 })),
    h("div", { class: "channel-scroll" },
      dms.length === 0
        ? h("p", { class: "channels-empty" }, "Nobody has written yet. Choose a person in a server's member list to write to them.")
        : h("ul", null, dms.map((dm) => row({
          href: addressAs(user, dmHash(dm.id)), current: dm.id === place.channel, count: unreadOf(dm.id),
          lead: dmMark(dm, 28), name: channelName(dm), extra: botTag(dmPartner(dm)),
        })))));
}

function guildMenu(anchor, guild) {
  openMenu(anchor, `Menu of ${guild.name}`, [
    { label: "Scheduled events", run: () => emit("events:open", guild.id) },
    ...(guild.welcome_screen ? [{ label: "Welcome screen", run: () => emit("welcome:open", guild) }] : []),
    { label: "Invite people", run: () => emit("invite:open", guild) },
    ...(may(guild, PERMISSION.VIEW_AUDIT_LOG) ? [{ label: "Audit log", run: () => emit("audit:open", guild) }] : []),
    { label: "Mark as read", run: () => readAll(guild) },
    { label: "Copy server ID", run: () => attempt(() => navigator.clipboard.writeText(guild.id)) },
    null,
    { label: "Leave server", danger: true, run: () => leave(guild) },
  ]);
}

function readAll(guild) {
  for (const id of guild.channels.keys()) {
    if (unreadOf(id) > 0) attempt(() => act(currentUser(), "read", { channel_id: id }));
    state.view.unread[id] = 0;
  }
  emit("channels");
}

/** Leaves a server, once the person has said so. */
export async function leave(guild) {
  const text = `You stop seeing ${guild.name}. You can join again from your member menu.`;
  if (!(await confirm(`Leave ${guild.name}`, text, "Leave server"))) return;
  await attempt(() => act(currentUser(), "leave", { guild_id: guild.id }));
}
