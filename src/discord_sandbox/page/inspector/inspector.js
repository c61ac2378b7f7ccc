// The panel that shows what goes on underneath: requests, limits, faults, the clock, and the world itself.

import { emit, on } from "../core/bus.js";
import { setClock } from "../core/clock.js";
import { fill, h, iconButton } from "../core/dom.js";
import { loadWorld } from "../core/session.js";
import { openStream } from "../core/stream.js";
import { clockPanel } from "./clock_panel.js";
import { faultsPanel } from "./faults.js";
import { limitsPanel } from "./limits.js";
import { requestsPanel } from "./requests.js";
import { worldPanel } from "./world_panel.js";

const KEY = "sandbox-inspector";
const status = h("span", { class: "live", role: "status" });
const tabs = [
  { name: "Requests", panel: requestsPanel() },
  { name: "Limits", panel: limitsPanel() },
  { name: "Faults", panel: faultsPanel() },
  { name: "World", panel: worldPanel() },
];
const clock = clockPanel();
const tabList = h("div", { class: "tabs", role: "tablist", "aria-label": "Inspector", onkeydown: arrow });
const body = h("div", { class: "inspector-body", role: "tabpanel", id: "inspector-panel", tabIndex: 0 });
export const inspectorElement = h("aside", { class: "inspector", "aria-label": "Inspector" },
  h("header", { class: "inspector-header" }, h("h2", null, "Inspector"), status, h("span", { class: "grow" }), iconButton("close", "Close the inspector", () => toggle(false), { size: 18 })),
  clock.el, tabList, body);

let stream = null;
let chosen = 0;

function choose(index) {
  chosen = index;
  fill(tabList, tabs.map((tab, at) =>
    h("button",
      { type: "button", role: "tab", class: "tab", "aria-selected": String(at === index), "aria-controls": "inspector-panel", tabIndex: at === index ? 0 : -1, onclick: () => choose(at) },
      tab.name)));
  body.setAttribute("aria-label", tabs[index].name);
  fill(body, tabs[index].panel.el);
  tabs[index].panel.refresh();
}

function arrow(event) {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!step) return;
  choose((chosen + step + tabs.length) % tabs.length);
  tabList.querySelector("[aria-selected=true]").focus();
}

function receive({ t: type, d: data }) {
  if (type === "CLOCK") setClock(data);
  else if (type === "REQUEST") tabs[0].panel.add(data);
  else if (type === "FAULT") tabs[2].panel.changed(data);
  else if (/^(GUILD_(CREATE|DELETE|UPDATE)|ENDPOINT_CHANGED)$/.test(type)) loadWorld().catch(() => {});
}

/** Opens or closes the panel. It follows the sandbox only while it is open. */
export function toggle(open = !document.body.classList.contains("inspecting")) {
  document.body.classList.toggle("inspecting", open);
  emit("inspector");
  localStorage.setItem(KEY, open ? "open" : "");
  document.querySelector(".chat-header [aria-label=Inspector]")?.setAttribute("aria-pressed", String(open));
  stream?.close();
  stream = null;
  if (!open) return;
  choose(chosen);
  stream = openStream("/events", {
    onFrame: receive,
    onState(state) {
      status.className = `live ${state}`;
      status.textContent = state === "open" ? "live" : "not connected";
      if (state === "open") tabs[chosen].panel.refresh();
    },
  });
}

/** As it was when the page was last left. */
export function restoreInspector() {
  if (localStorage.getItem(KEY) === "open" && innerWidth > 1100) toggle(true);
}

on("inspector:toggle", () => toggle());
on("world", () => tabs[chosen].name === "World" && document.body.classList.contains("inspecting") && tabs[chosen].panel.refresh());
