// Custom emojis: drawn, offered, and written as `:name:` while a message is being written.

import { h } from "./dom.js";
import { emojiUrl } from "./pictures.js";
import { findChannel, state } from "./store.js";

/** An emoji of Discord's shape: the character itself, or the picture of a custom one; its name where that is gone. */
export function emojiNode(emoji) {
  if (!emoji) return null;
  if (!emoji.id) return h("span", { class: "emoji" }, emoji.name);
  const name = `:${emoji.name}:`;
  const img = h("img", { class: "custom-emoji", src: emojiUrl(emoji), alt: name, title: name, draggable: "false" });
  img.addEventListener("error", () => img.replaceWith(h("span", { class: "emoji-name", title: `custom emoji ${emoji.id}` }, name)), { once: true });
  return img;
}

/** The emojis that the member can choose in a channel: its server's, and in a DM those of all their servers. */
export function emojisIn(channelId) {
  if (state.view === null) return [];
  const { guild } = findChannel(channelId);
  return (guild ? [guild] : [...state.view.guilds.values()]).flatMap((one) => {
    const mine = one.members.get(state.view.me.id)?.roles ?? [];
    return one.emojis.filter(({ roles }) => roles.length === 0 || roles.some((role) => mine.includes(role)));
  });
}

const wire = (emoji) => `<${emoji.animated ? "a" : ""}:${emoji.name}:${emoji.id}>`;

/** The text as it is sent: each `:name:` of an emoji that the member has, outside of code, stands for that emoji. */
export function withEmojis(text, channelId) {
  const emojis = emojisIn(channelId);
  return text.replace(/`[^`]*`|(?<!<a?):(\w{2,32}):(?!\d)/g, (whole, name) => {
    const found = name && emojis.find((emoji) => emoji.name === name);
    return found ? wire(found) : whole;
  });
}

/** The text as it is written: the opposite, for those emojis that would be found again. */
export function withNames(text, channelId) {
  const emojis = emojisIn(channelId);
  return text.replace(/<a?:(\w{2,32}):(\d+)>/g, (whole, name, id) =>
    (emojis.find((emoji) => emoji.name === name)?.id === id ? `:${name}:` : whole));
}

/** An emoji as it is typed: a character, or `name:id`. */
export function typedEmoji(text) {
  const custom = /^<?a?:?(\w+):(\d+)>?$/.exec(text);
  return custom ? { id: custom[2], name: custom[1] } : { id: null, name: text };
}
