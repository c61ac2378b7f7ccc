// Faults: the ones ordered, how often each has struck, and a form to order another.

import { get, post, remove } from "../core/api.js";
import { fill, h, iconButton } from "../core/dom.js";
import { attempt } from "../overlay/toast.js";

/** What each kind does, and the fields of the form that matter to it. */
const KINDS = {
  lose_answer: ["The request is carried out and its answer lost", []],
  drop: ["The connection is cut before anything is done", []],
  status: ["Answers with an error status", ["status", "code"]],
  ratelimit: ["Answers 429", ["scope", "retry_after"]],
  slow: ["Waits before it does the work", ["seconds"]],
  slow_after_commit: ["Does the work, then waits before it answers", ["seconds"]],
  hold: ["Holds the request until it is released", ["stage"]],
  gateway_drop: ["Cuts the gateway connection", []],
  gateway_reconnect: ["Asks the bot to reconnect (op 7)", []],
  gateway_invalid_session: ["Declares the session invalid (op 9)", []],
  gateway_silent: ["Leaves heartbeats, or what the path names, unanswered", []],
};
const IN_PASSING = ["count", "probability", "after"];

const field = (label, control) => h("label", { class: "form-field" }, h("span", null, label), control);
const number = (name, value, props = {}) => h("input", { class: "input small", type: "number", name, value, min: "0", step: "any", ...props });

/** The panel: {el, changed(fault), refresh()}. */
export function faultsPanel() {
  const list = h("div", { class: "fault-list" });
  const about = h("p", { class: "subtext" });
  const kind = h("select", { class: "input", name: "kind", onchange: fit }, Object.keys(KINDS).map((name) => h("option", { value: name }, name)));
  const inputs = {
    method: h("select", { class: "input small", name: "method" }, ["", "GET", "POST", "PATCH", "PUT", "DELETE"].map((value) => h("option", { value }, value || "any"))),
    path: h("input", { class: "input small", name: "path", placeholder: "/channels/\\d+/messages" }),
    status: number("status", "503", { min: "400", max: "599" }),
    code: number("code", ""),
    scope: h("select", { class: "input small", name: "scope" }, ["user", "shared", "global"].map((value) => h("option", { value }, value))),
    retry_after: number("retry_after", "2"),
    seconds: number("seconds", "5"),
    stage: h("select", { class: "input small", name: "stage" }, ["before", "after"].map((value) => h("option", { value }, value))),
    count: number("count", "1", { step: "1" }),
    probability: number("probability", "", { max: "1" }),
    after: number("after", "", { step: "1" }),
  };
  const labels = {
    method: "Method", path: "Path (regular expression)", status: "Status", code: "Error code", scope: "Scope", retry_after: "Retry after, s",
    seconds: "Seconds", stage: "Stage", count: "How often (empty: always)", probability: "Probability, 0 to 1", after: "After this many requests",
  };
  const rows = Object.fromEntries(Object.entries(inputs).map(([name, input]) => [name, field(labels[name], input)]));
  const form = h("form", { class: "fault-form", "aria-label": "Order a fault", onsubmit: order },
    field("Kind", kind), about, h("div", { class: "form-grid" }, Object.values(rows)),
    h("button", { type: "submit", class: "button primary" }, "Order this fault"));
  const el = h("div", { class: "faults" }, h("h3", null, "Ordered"), list, h("h3", null, "Order a fault"), form);
  fit();

  function fit() {
    const [text, needs] = KINDS[kind.value];
    about.textContent = `${text}.`;
    const gateway = kind.value.startsWith("gateway");
    inputs.path.placeholder = gateway ? "INTERACTION_CREATE (empty: at once)" : "/channels/\\d+/messages";
    for (const name of ["status", "code", "scope", "retry_after", "seconds", "stage"]) rows[name].hidden = !needs.includes(name);
    rows.method.hidden = gateway;
  }

  async function order(event) {
    event.preventDefault();
    const body = { kind: kind.value };
    const atOnce = kind.value.startsWith("gateway") && kind.value !== "gateway_silent" && inputs.path.value === "";
    for (const [name, input] of Object.entries(inputs)) {
      if (rows[name].hidden || input.value === "" || (atOnce && IN_PASSING.includes(name))) continue;
      body[name] = input.type === "number" ? Number(input.value) : input.value;
    }
    if (await attempt(() => post("/faults", body))) await refresh();
  }

  function card(fault) {
    const where = [fault.method, fault.path].filter(Boolean).join(" ") || "any request";
    return h("article", { class: "fault", "aria-label": `Fault ${fault.kind}` },
      h("div", null, h("strong", null, fault.kind), h("span", { class: "subtext" }, ` ${where}`)),
      h("div", { class: "subtext" }, `struck ${fault.struck} ${fault.struck === 1 ? "time" : "times"}`, fault.count ? ` of ${fault.count}` : "", fault.holding ? `, holding ${fault.holding}` : "", fault.probability !== undefined && fault.probability !== null && fault.probability < 1 ? `, probability ${fault.probability}` : ""),
      h("span", { class: "fault-actions" },
        fault.kind === "hold" && !fault.released && h("button", { type: "button", class: "button subtle small", onclick: () => attempt(() => post(`/faults/${fault.id}/release`)).then(refresh) }, "Release"),
        iconButton("trash", `Take back ${fault.kind}`, () => attempt(() => remove(`/faults/${fault.id}`)).then(refresh), { size: 16 })));
  }

  async function refresh() {
    try {
      const faults = await get("/faults");
      fill(list, faults.length === 0 ? h("p", { class: "empty-note" }, "None: every request is answered as Discord would.") : faults.map(card));
      if (faults.length > 1) list.append(h("button", { type: "button", class: "button subtle small", onclick: () => attempt(() => remove("/faults")).then(refresh) }, "Take back all"));
    } catch (error) {
      fill(list, h("p", { class: "failure" }, error.message));
    }
  }

  return { el, refresh, changed: () => document.contains(el) && refresh() };
}
