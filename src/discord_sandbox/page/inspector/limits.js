// The rate limits that the sandbox keeps to, each of which can be set or switched off.

import { get, put } from "../core/api.js";
import { fill, h } from "../core/dom.js";
import { attempt, toast } from "../overlay/toast.js";

const NUMBERS = {
  global_per_second: "Requests per second over all routes",
  dm_opens_per_10m: "DM channels opened in 10 minutes",
  invalid_per_10m: "Invalid requests in 10 minutes, then a ban",
  nonce_window_s: "Seconds for which a nonce is remembered",
  identify_every_s: "Seconds between two identifies (5 at Discord)",
  identifies_per_day: "Sessions begun in a day",
  commands_per_day: "New commands in a day",
  publishes_per_hour: "Messages published in an hour, per channel",
  file_bytes: "Bytes of a file",
};
const SWITCHES = { buckets: "Buckets of the routes", dm_buckets: "One bucket over all DMs" };

/** The panel: {el, refresh()}. */
export function limitsPanel() {
  const el = h("div", { class: "limits" });

  function draw(limits) {
    const numbers = Object.entries(NUMBERS).map(([name, label]) => [name, h("input", { class: "input small", type: "number", min: "0", step: "1", name, value: limits[name] ?? "", placeholder: "no limit", "aria-label": label }), label]);
    const switches = Object.entries(SWITCHES).map(([name, label]) => [name, h("input", { type: "checkbox", role: "switch", checked: Boolean(limits[name]) }), label]);
    fill(el,
      h("p", { class: "subtext" }, `Invalid requests (401, 403, 429) in the last 10 minutes: ${limits.invalid_count}`),
      h("form",
        {
          class: "world-form", "aria-label": "Rate limits",
          onsubmit: (event) => {
            event.preventDefault();
            const body = {};
            for (const [name, input] of numbers) body[name] = input.value === "" ? null : Number(input.value);
            for (const [name, input] of switches) body[name] = input.checked;
            save(body);
          },
        },
        switches.map(([, input, label]) => h("label", { class: "switch-row" }, h("span", null, label), input)),
        numbers.map(([, input, label]) => h("label", { class: "form-field" }, h("span", null, label, " (empty: no limit)"), input)),
        h("button", { type: "submit", class: "button primary" }, "Set these limits")));
  }

  async function save(body) {
    const answer = await attempt(() => put("/limits", body));
    if (!answer) return;
    draw(answer);
    toast("The limits are set, and what was counted so far is forgotten.", "info");
  }

  async function refresh() {
    const limits = await attempt(() => get("/limits"));
    if (limits) draw(limits);
  }

  return { el, refresh };
}
