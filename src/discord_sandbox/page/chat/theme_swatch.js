// The theme of a client that a message shares, as a swatch of its colours.

import { h } from "../core/dom.js";

const MODES = ["dark", "dark", "light", "darker", "midnight"];

/** The swatch, or null where the message shares none. */
export function drawTheme(message) {
  const theme = message.shared_client_theme;
  if (!theme) return null;
  const colours = theme.colors.map((colour) => `#${colour}`);
  // A gradient is of two colours and more.
  const stops = colours.length === 1 ? [colours[0], colours[0]] : colours;
  const mode = MODES[theme.base_theme] ?? MODES[0];
  return h("section", { class: "theme-share", "aria-label": "Shared theme" },
    h("div", { class: "theme-swatch", role: "img", "aria-label": `Colours ${colours.join(", ")}`, style: { background: `linear-gradient(${theme.gradient_angle}deg, ${stops.join(", ")})` } }),
    h("p", { class: "subtext" }, `A ${mode} theme, ${theme.base_mix} % strong`));
}
