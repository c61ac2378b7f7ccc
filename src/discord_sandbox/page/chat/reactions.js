// Reactions under a message, and the small palette they are chosen from.

import { act } from "../core/api.js";
import { add, h, icon } from "../core/dom.js";
import { emojiNode, emojisIn, typedEmoji } from "../core/emojis.js";
import { currentUser } from "../core/router.js";
import { closePopover, openPopover } from "../overlay/popover.js";
import { attempt } from "../overlay/toast.js";

const PALETTE = [..."👍👎👏🙌🙏💪🎉🔥⭐🚀✅❌❓❗👀💯😀😂😅😉😍🤔😢😡😱🤖👋🤝☕🍕🏆🎯🔔📌📅⏰💤🛡🐉"];

const wire = (emoji) => (emoji.id ? `${emoji.name}:${emoji.id}` : emoji.name);

function toggle(message, reaction) {
  const body = { channel_id: message.channel_id, message_id: message.id, emoji: wire(reaction.emoji) };
  attempt(() => act(currentUser(), reaction.me ? "unreact" : "react", body));
}

/** The row of reactions, or null where there are none. */
export function drawReactions(message) {
  const reactions = message.reactions ?? [];
  if (reactions.length === 0) return null;
  return h("div", { class: "reactions" },
    reactions.map((reaction) =>
      h("button",
        {
          type: "button", class: `reaction${reaction.me ? " mine" : ""}`, "aria-pressed": String(Boolean(reaction.me)),
          "aria-label": `${reaction.emoji.name}, ${reaction.count} ${reaction.count === 1 ? "reaction" : "reactions"}`,
          onclick: () => toggle(message, reaction),
        },
        emojiNode(reaction.emoji), h("span", null, reaction.count))),
    h("button", { type: "button", class: "reaction add", "aria-label": "Add reaction", onclick: (event) => chooseReaction(event.currentTarget, message) },
      icon("smile", 16)));
}

/** Opens the palette beside `anchor` and adds what is chosen to `message`. */
export function chooseReaction(anchor, message) {
  openPalette(anchor, message.channel_id, (emoji) => toggle(message, { emoji, me: false }));
}

/** Opens the palette for a channel; `use(emoji)` gets `{name, id}`, whose id is null for a character. */
export function openPalette(anchor, channelId, use) {
  const choose = (emoji) => {
    closePopover({ refocus: true });
    use(emoji);
  };
  const other = h("input", { class: "input", "aria-label": "Another emoji", placeholder: "Another emoji, or name:id", maxlength: "60" });
  const form = h("form", {
    class: "palette-other",
    onsubmit: (event) => {
      event.preventDefault();
      if (other.value.trim()) choose(typedEmoji(other.value.trim()));
    },
  }, other);
  const grid = h("div", { class: "palette-grid" });
  const entry = (emoji) => h("button", { type: "button", class: "palette-emoji", "aria-label": emoji.name, title: emoji.id ? `:${emoji.name}:` : null, onclick: () => choose(emoji) }, emojiNode(emoji));
  add(grid, PALETTE.map((name) => entry({ id: null, name })));
  const own = emojisIn(channelId);
  const ownGrid = own.length > 0 && h("div", { class: "palette-grid own", role: "group", "aria-label": "Emojis of the server" }, own.map(entry));
  openPopover(anchor, h("div", { class: "palette", role: "dialog", "aria-label": "Choose an emoji" }, ownGrid, grid, form), { side: "above" });
}
