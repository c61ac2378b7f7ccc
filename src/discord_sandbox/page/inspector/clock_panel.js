// The sandbox's clock: what it shows, and the buttons that move it.

import { post } from "../core/api.js";
import { on } from "../core/bus.js";
import { declaredOffset, now, setClock } from "../core/clock.js";
import { fill, h } from "../core/dom.js";
import { attempt } from "../overlay/toast.js";

const STEPS = [["+1 min", 60_000], ["+10 min", 600_000], ["+1 h", 3_600_000], ["+1 day", 86_400_000]];
const SHOWN = new Intl.DateTimeFormat(undefined, { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", second: "2-digit" });

/** "1 d 2 h 5 min ahead": how far the clock is from the machine's. */
export function offsetText(ms) {
  const seconds = Math.round(Math.abs(ms) / 1000);
  if (seconds < 1) return "in step with this machine";
  const parts = [[86_400, "d"], [3600, "h"], [60, "min"], [1, "s"]];
  let rest = seconds;
  const words = [];
  for (const [size, unit] of parts) {
    if (rest >= size) words.push(`${Math.floor(rest / size)} ${unit}`);
    rest %= size;
  }
  return `${words.slice(0, 2).join(" ")} ${ms > 0 ? "ahead" : "behind"}`;
}

const move = (body) => attempt(async () => setClock(await post("/clock", body)));

/** A Date as `datetime-local` takes it, in the browser's zone. */
function localValue(ms) {
  const date = new Date(ms);
  return new Date(ms - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** The panel: {el}. */
export function clockPanel() {
  const time = h("time", { class: "sandbox-time" });
  const offset = h("span", { class: "subtext" });
  const to = h("input", { type: "datetime-local", class: "input small", "aria-label": "Set the clock to" });
  const setter = h("form",
    {
      class: "clock-set", "aria-label": "Set the clock", hidden: true,
      onsubmit: (event) => {
        event.preventDefault();
        if (to.value) move({ set_ms: new Date(to.value).getTime() });
        setter.hidden = true;
      },
    },
    to, h("button", { type: "submit", class: "button primary small" }, "Set"));
  const el = h("section", { class: "clock-panel", "aria-label": "Clock of the sandbox" },
    h("div", { class: "clock-face" }, time, offset),
    h("div", { class: "clock-steps" },
      STEPS.map(([label, step]) => h("button", { type: "button", class: "button subtle small", onclick: () => move({ step_ms: step }) }, label)),
      h("button", { type: "button", class: "button subtle small", "aria-expanded": "false", onclick: ask }, "to…"),
      h("button", { type: "button", class: "button subtle small", title: "Back to this machine's time", onclick: () => move({ offset_ms: 0 }) }, "Reset")),
    setter);

  function ask(event) {
    setter.hidden = !setter.hidden;
    event.currentTarget.setAttribute("aria-expanded", String(!setter.hidden));
    if (setter.hidden) return;
    to.value = localValue(now());
    to.focus();
  }

  function draw() {
    if (el.offsetParent === null) return;
    fill(time, SHOWN.format(new Date(now())));
    fill(offset, offsetText(declaredOffset()));
  }
  on("tick", draw);
  on("clock", draw);
  on("inspector", draw);
  return { el };
}
