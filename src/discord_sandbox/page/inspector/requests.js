// The record of REST requests as they happen, with what limits and faults did to them.

import { get } from "../core/api.js";
import { on, oncePerFrame } from "../core/bus.js";
import { now } from "../core/clock.js";
import { fill, h } from "../core/dom.js";
import { nameOf, userById } from "../core/people.js";
import { clockTimeSeconds } from "../text/timestamps.js";

const KEPT = 300;
const WINDOW_MS = 10_000;

/** A request of the sandbox's own, to an application's endpoint: its status says little, `problem` what was wrong. */
const outgoing = (row) => row.route === "POST interactions_endpoint_url";
const ofStatus = (status) => (status === 429 ? "limited" : status >= 500 || !status ? "failed" : status >= 400 ? "refused" : "good");
const kind = (row) => (row.problem && outgoing(row) ? "failed" : outgoing(row) ? "good" : ofStatus(row.status));

/** The panel: {el, add(row), refresh()}. */
export function requestsPanel() {
  let rows = [];
  let wanted = "";
  let only = "all";
  const summary = h("div", { class: "request-summary", role: "status" });
  const list = h("tbody");
  const filter = h("input", { type: "search", class: "input small", placeholder: "Filter by path", "aria-label": "Filter requests by path", oninput: () => { wanted = filter.value.toLowerCase(); draw(); } });
  const which = h("select", { class: "input small", "aria-label": "Which requests", onchange: () => { only = which.value; draw(); } },
    [["all", "All"], ["limited", "Rate limited"], ["fault", "With a fault"], ["refused", "Errors"]].map(([value, label]) => h("option", { value }, label)));
  const el = h("div", { class: "requests" }, summary,
    h("div", { class: "request-tools" }, filter, which),
    h("div", { class: "request-scroll" },
      h("table", null, h("caption", { class: "sr-only" }, "Requests, newest first"),
        h("thead", null, h("tr", null, ["Time", "Request", "Status", "ms"].map((name) => h("th", { scope: "col" }, name)))), list)));

  const shows = (row) => {
    if (wanted && !String(row.path).toLowerCase().includes(wanted)) return false;
    if (only === "limited") return row.status === 429 || Boolean(row.ratelimited);
    if (only === "fault") return Boolean(row.fault);
    return only === "refused" ? kind(row) !== "good" : true;
  };

  function line(row) {
    const marks = [row.fault && mark("fault", row.fault), row.ratelimited && mark("limited", row.ratelimited)];
    const { pathname, search } = split(row.path);
    return h("tr", { class: kind(row) },
      h("td", null, h("time", { title: new Date(row.at_ms).toISOString() }, clockTimeSeconds(row.at_ms))),
      h("td", { class: "request-path", title: `${row.method} ${row.path}${row.bot ? `\n${outgoing(row) ? "to" : "by"} ${nameOf(userById(row.bot))}` : ""}${row.code ? `\ncode ${row.code}` : ""}` }, h("span", { class: `method ${row.method}` }, row.method), " ", pathname, search && h("span", { class: "query" }, search), marks,
        row.problem && h("span", { class: "request-problem" }, outgoing(row) ? `The endpoint ${row.problem}` : row.problem)),
      h("td", { class: "status" }, row.status ? String(row.status) : "lost"),
      h("td", { class: "number" }, row.duration_ms === undefined || row.duration_ms === null ? "" : String(Math.round(row.duration_ms * 10) / 10)));
  }

  const drawNow = () => {
    const shown = rows.filter(shows);
    fill(list, shown.map(line));
    if (shown.length === 0) fill(list, h("tr", null, h("td", { colspan: "4", class: "empty-note" }, rows.length === 0 ? "No bot has asked for anything yet." : "No request fits the filter.")));
    sum();
  };
  const draw = oncePerFrame(drawNow);

  function sum() {
    const since = now() - WINDOW_MS;
    const recent = rows.filter((row) => row.at_ms >= since).length;
    const limited = rows.filter((row) => row.status === 429).length;
    const faults = rows.filter((row) => row.fault).length;
    fill(summary, figure((recent / (WINDOW_MS / 1000)).toFixed(1), "requests/s"), figure(limited, "rate limited", limited > 0 ? "limited" : ""), figure(faults, "with a fault", faults > 0 ? "fault" : ""));
  }

  on("tick", () => document.contains(el) && sum());

  return {
    el,
    add(row) {
      if (rows.some((one) => one.n === row.n)) return;
      rows = [row, ...rows].slice(0, KEPT);
      if (document.contains(el)) draw();
    },
    async refresh() {
      try {
        const answer = await get(`/requests?limit=${KEPT}`);
        rows = [...answer].sort((a, b) => b.n - a.n).slice(0, KEPT);
      } catch (error) {
        fill(summary, h("span", { class: "failure" }, error.message));
        return;
      }
      drawNow();
    },
  };
}

const figure = (value, label, className = "") => h("span", { class: `figure ${className}` }, h("strong", null, String(value)), " ", label);
const mark = (className, text) => h("span", { class: `request-mark ${className}` }, text);
function split(path) {
  const [pathname, query] = String(path).replace(/^\/api\/v\d+/, "").split("?");
  return { pathname, search: query ? `?${query}` : "" };
}
