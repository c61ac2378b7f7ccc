// Buttons of a message.

import { externalLink, h, icon } from "../core/dom.js";
import { emojiNode } from "../core/emojis.js";

const STYLES = { 1: "primary", 2: "secondary", 3: "success", 4: "danger", 5: "link", 6: "premium" };

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
