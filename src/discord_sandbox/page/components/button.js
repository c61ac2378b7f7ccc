// Buttons of a message.

import { externalLink, h, icon } from "../core/dom.js";
import { emojiNode } from "../core/emojis.js";

const STYLES = { 1: "primary", 2: "secondary", 3: "success", 4: "danger", 5: "link", 6: "premium" };

/** `context`: {press(customId), busy: customId or undefined, locked: bool}. */
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
      onclick: () => context.press(button.custom_id),
    },
    label, style === "premium" && !button.label && h("span", null, "Upgrade"),
    busy && h("span", { class: "dots", "aria-hidden": "true" }, h("i"), h("i"), h("i")));
}
