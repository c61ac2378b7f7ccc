// Buttons of a message, and the emoji that stand on controls.

import { externalLink, h, icon } from "../core/dom.js";

const STYLES = { 1: "primary", 2: "secondary", 3: "success", 4: "danger", 5: "link", 6: "premium" };

/** An emoji of Discord's shape: the character itself, or a custom one's name. */
export function emojiNode(emoji) {
  if (!emoji) return null;
  if (emoji.id) return h("span", { class: "custom-emoji", title: `custom emoji ${emoji.id}` }, `:${emoji.name}:`);
  return h("span", { class: "emoji" }, emoji.name);
}

/** `context`: {press(customId), buy(skuId), busy: customId or undefined, locked: bool}. */
export function drawButton(button, context) {
  const label = [emojiNode(button.emoji), button.label && h("span", null, button.label)];
  const style = STYLES[button.style] ?? "secondary";
  if (button.style === 5 && !button.disabled) {
    return externalLink(button.url, { class: "component-button link" }, label, icon("external", 14));
  }
  const busy = context.busy === button.custom_id && button.custom_id !== undefined;
  return h("button",
    {
      type: "button", class: `component-button ${style}${busy ? " busy" : ""}`, dataset: { customId: button.custom_id ?? "" },
      disabled: Boolean(button.disabled) || context.locked, "aria-busy": busy ? "true" : null,
      "aria-label": button.label ? null : button.emoji?.name ?? (style === "premium" ? "Premium" : "Button"),
      // What is bought starts no interaction: the bot is told of the entitlement.
      onclick: () => style === "premium" ? context.buy(button.sku_id) : context.press(button.custom_id),
    },
    label, style === "premium" && !button.label && h("span", null, "Upgrade"),
    busy && h("span", { class: "dots", "aria-hidden": "true" }, h("i"), h("i"), h("i")));
}
