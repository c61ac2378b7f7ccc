// Stickers: in messages, and those of a server to choose one from.

import { act } from "../core/api.js";
import { h, picture } from "../core/dom.js";
import { currentUser } from "../core/router.js";
import { findChannel } from "../core/store.js";
import { closePopover, openPopover } from "../overlay/popover.js";
import { attempt } from "../overlay/toast.js";

const LOTTIE = 3;
const ENDINGS = { 1: "png", 2: "png", 4: "gif" };

const address = ({ id, format_type: format }) => new URL(`/cdn/stickers/${id}.${ENDINGS[format]}`, location.href).href;

/** A sticker as a picture; one of Lottie, which no browser shows by itself, by its name. */
function draw(sticker) {
  if (sticker.format_type === LOTTIE) return h("div", { class: "sticker sticker-named" }, h("strong", null, sticker.name), h("span", { class: "subtext" }, "Lottie sticker"));
  return picture(address(sticker), `Sticker: ${sticker.name}`, { class: "sticker", title: sticker.name });
}

/** The stickers of a message, or null where it has none. */
export function drawStickers(message) {
  const items = message.sticker_items ?? [];
  return items.length === 0 ? null : h("div", { class: "stickers" }, items.map(draw));
}

/** The stickers that can be sent in a channel. */
export const stickersIn = (channelId) => findChannel(channelId).guild?.stickers ?? [];

/** Opens the server's stickers beside `anchor`; a press sends one. */
export function openStickers(anchor, channelId) {
  const send = (sticker) => {
    closePopover({ refocus: true });
    attempt(() => act(currentUser(), "message", { channel_id: channelId, content: "", sticker_ids: [sticker.id] }));
  };
  openPopover(anchor, h("div", { class: "palette sticker-palette", role: "dialog", "aria-label": "Choose a sticker" },
    stickersIn(channelId).map((sticker) =>
      h("button", { type: "button", class: "sticker-choice", "aria-label": sticker.name, title: sticker.name, onclick: () => send(sticker) }, draw(sticker)))), { side: "above" });
}
