// The bar over the messages: where one is, and what can be opened beside it.

import { emit } from "../core/bus.js";
import { fill, h, icon, iconButton } from "../core/dom.js";
import { authorOf, botTag, channelIcon, channelName, dmMark, dmPartner, isForum, isGroup, nameOf } from "../core/people.js";
import { findChannel } from "../core/store.js";
import { openMenu, openPopover, closePopover } from "../overlay/popover.js";
import { groupEntries } from "../side/group_dms.js";
import { inlineMarkdown } from "../text/markdown.js";
import { messageTime } from "../text/timestamps.js";
import { follow, isAnnouncement } from "./announcements.js";
import { openSearch } from "./search.js";
import { pinnedMessages } from "./timeline.js";
import { mayManageWebhooks, openWebhooks } from "./webhooks.js";

export const headerElement = h("header", { class: "chat-header" });
/** How much is unread in all: on a narrow window the servers and conversations that say so are behind the menu. */
const unreadMark = h("span", { class: "badge menu-badge" });

export function markUnread(count) {
  unreadMark.textContent = count === 0 ? "" : count > 99 ? "99+" : String(count);
  unreadMark.hidden = count === 0;
  unreadMark.setAttribute("aria-label", `${count} unread`);
}

/** Draws the bar for a channel; null where none is open. */
export function drawHeader(channelId) {
  const { channel, guild } = findChannel(channelId);
  const partner = channel && !guild ? dmPartner(channel) : null;
  fill(headerElement,
    iconButton("menu", "Servers and channels", () => emit("drawer", "left"), { class: "icon-button only-narrow" }),
    h("span", { class: "only-narrow menu-unread" }, unreadMark),
    channel && h("span", { class: "chat-icon" }, guild ? channelIcon(channel, 22) : dmMark(channel, 26)),
    channel && h("h1", null, channelName(channel)), botTag(partner),
    channel?.topic && h("p", { class: "topic" }, inlineMarkdown(channel.topic.split("\n")[0], guild)),
    h("span", { class: "grow" }),
    partner && iconButton("gear", `Conversation with ${nameOf(partner)}: block and more`, (event) => emit("profile", { userId: partner.id, guild: null, anchor: event.currentTarget })),
    isGroup(channel) && iconButton("gear", "Group", (event) => openMenu(event.currentTarget, "Group", groupEntries(channel)), { "aria-haspopup": "menu" }),
    isAnnouncement(channel) && h("button", { type: "button", class: "button small subtle", onclick: () => follow(channel) }, "Follow"),
    mayManageWebhooks(channel) && guild && iconButton("webhook", "Webhooks", () => openWebhooks(channel), { "aria-haspopup": "dialog" }),
    guild && iconButton("search", `Search ${guild.name}`, () => openSearch(guild), { "aria-haspopup": "dialog" }),
    channel && !isForum(channel) && iconButton("pin", "Pinned messages", (event) => showPins(event.currentTarget, channelId), { "aria-haspopup": "dialog" }),
    channel && iconButton("people", "Members", () => emit("drawer", "right"), { "aria-pressed": String(!document.body.classList.contains("no-members")) }),
    iconButton("pulse", "Inspector", () => emit("inspector:toggle"), { "aria-pressed": String(document.body.classList.contains("inspecting")) }));
}

function showPins(anchor, channelId) {
  const { guild } = findChannel(channelId);
  const pins = pinnedMessages(channelId);
  openPopover(anchor, h("div", { class: "pins", role: "dialog", "aria-label": "Pinned messages" },
    h("h3", null, "Pinned messages"),
    pins.length === 0
      ? h("p", { class: "empty-note" }, icon("pin", 20), " None among the messages that are loaded.")
      : h("ul", null, pins.map((message) => {
        const author = authorOf(message);
        return h("li", null, h("button",
          { type: "button", class: "pin", onclick: () => { closePopover(); emit("jump", { messageId: message.id }); } },
          h("strong", null, nameOf(author, guild)), " ", h("small", null, messageTime(Date.parse(message.timestamp))),
          h("span", { class: "pin-text" }, message.content.slice(0, 160) || message.embeds?.[0]?.title || "Message without text")));
      }))));
}
