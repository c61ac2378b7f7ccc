// Draws a parsed message: the trees of blocks.js and inline.js become DOM nodes.

import { externalLink, h, httpUrl } from "../core/dom.js";
import { emit } from "../core/bus.js";
import { emojiNode } from "../core/emojis.js";
import { channelIcon, channelName, hex, nameOf, userById } from "../core/people.js";
import { go, guildHash } from "../core/router.js";
import { findChannel, state } from "../core/store.js";
import { parseBlocks } from "./blocks.js";
import { parseInline } from "./inline.js";
import { timestamp } from "./timestamps.js";

const TAGS = { bold: "strong", italic: "em", underline: "u", strike: "s" };

/** Content as blocks, for messages, embed descriptions and text displays. `guild` names mentions. */
export function markdown(content, guild = null) {
  return h("div", { class: "markdown" }, parseBlocks(String(content ?? "")).map((block) => drawBlock(block, guild)));
}

/** Content on one line's terms: no headings, lists or quotes; for titles, field names and previews. */
export function inlineMarkdown(content, guild = null) {
  return drawNodes(parseInline(String(content ?? "")), guild);
}

function drawBlock(block, guild) {
  switch (block.type) {
    case "code":
      return h("pre", { class: "code-block", dataset: { language: block.language }, tabIndex: 0 }, h("code", null, block.text));
    case "quote":
      return h("blockquote", null, block.children.map((child) => drawBlock(child, guild)));
    case "heading":
      return h(`h${block.level + 2}`, { class: `heading-${block.level}` }, inlineMarkdown(block.text, guild));
    case "small":
      return h("small", { class: "subtext" }, inlineMarkdown(block.text, guild));
    case "list":
      return drawList(block.items, guild);
    default:
      return h("p", { class: onlyEmoji(block.text) ? "big-emoji" : null }, inlineMarkdown(block.text, guild));
  }
}

function drawList(items, guild) {
  // One flat list with indents: Discord's lists may skip levels, which nested lists cannot say.
  const ordered = items[0].number !== null;
  return h(ordered ? "ol" : "ul", { class: "list" },
    items.map((item) =>
      h("li", { value: item.number, class: item.number === null ? "bullet" : "numbered", style: { "--depth": String(item.depth) } },
        inlineMarkdown(item.text, guild))));
}

const onlyEmoji = (given) => {
  const text = given.replace(/<a?:\w{1,32}:\d+>/g, "\u{1F642}");
  return text.length < 60 && /^(?:\p{Extended_Pictographic}|\p{Emoji_Modifier}|[\u200d\ufe0f\s])+$/u.test(text);
};

const drawNodes = (nodes, guild) => nodes.map((node) => (typeof node === "string" ? node : drawNode(node, guild)));

const draw = {
  code: (node) => h("code", { class: "inline-code" }, node.text),
  link: (node, guild) => {
    const shown = drawNodes(node.children, guild);
    return externalLink(node.url, { class: "link", title: node.title ?? httpUrl(node.url) }, shown);
  },
  spoiler: (node, guild) => spoiler(drawNodes(node.children, guild)),
  user: (node, guild) => userMention(node.id, guild),
  role: (node, guild) => {
    const role = guild?.roles.get(node.id);
    const style = role?.color ? { "--mention": hex(role.color) } : {};
    return h("span", { class: "mention role-mention", style }, `@${role?.name ?? "deleted-role"}`);
  },
  channel: (node) => channelMention(node.id),
  command: (node) =>
    h("button", { type: "button", class: "mention", onclick: () => emit("composer:command", node) }, `/${node.name}`),
  everyone: (node) => h("span", { class: "mention" }, `@${node.name}`),
  emoji: emojiNode,
  time: (node) => timestamp(node.seconds, node.style),
};

function drawNode(node, guild) {
  if (TAGS[node.type]) return h(TAGS[node.type], null, drawNodes(node.children, guild));
  return draw[node.type](node, guild);
}

function spoiler(children) {
  const hide = h("span",
    {
      class: "spoiler", role: "button", tabIndex: 0, "aria-expanded": "false", "aria-label": "Spoiler: press to show",
      onclick: (event) => reveal(event),
      onkeydown: (event) => (event.key === "Enter" || event.key === " ") && reveal(event),
    },
    h("span", { class: "spoiler-content" }, children));
  function reveal(event) {
    if (hide.classList.contains("shown")) return;
    event.preventDefault();
    hide.classList.add("shown");
    hide.setAttribute("aria-expanded", "true");
    hide.removeAttribute("aria-label");
  }
  return hide;
}

function userMention(id, guild) {
  const user = userById(id);
  const mine = id === state.view?.me.id ? " mention-me" : "";
  return h("button",
    { type: "button", class: `mention${mine}`, onclick: (event) => emit("profile", { userId: id, guild, anchor: event.currentTarget }) },
    `@${user ? nameOf(user, guild) : "unknown-user"}`);
}

function channelMention(id) {
  const { channel, guild } = findChannel(id);
  if (!channel) return h("span", { class: "mention" }, "# No access");
  return h("button", { type: "button", class: "mention", onclick: () => guild && go(guildHash(guild.id, id)) },
    channelIcon(channel, 14), channelName(channel));
}
