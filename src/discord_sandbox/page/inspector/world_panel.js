// The world: who and what there is, and forms that add to it.

import { post, put } from "../core/api.js";
import { fill, h } from "../core/dom.js";
import { loadWorld } from "../core/session.js";
import { state } from "../core/store.js";
import { attempt } from "../overlay/toast.js";
import { showToken } from "../side/start.js";

const field = (label, control) => h("label", { class: "form-field" }, h("span", null, label), control);

function form(title, fields, run) {
  const el = h("form",
    {
      class: "world-form",
      async onsubmit(event) {
        event.preventDefault();
        if ((await attempt(() => run(new FormData(el)))) === undefined) return;
        el.reset();
        await attempt(loadWorld);
      },
    },
    fields, h("button", { type: "submit", class: "button primary small" }, title));
  return h("details", null, h("summary", null, title), el);
}

const named = (label, name = "name") => field(label, h("input", { class: "input small", name, required: true, maxlength: "80" }));
const choice = (label, name, options) => field(label, h("select", { class: "input small", name, required: true }, options.map(({ id, name: shown }) => h("option", { value: id }, shown))));

/** How a bot is reached: by the gateway, or at its endpoint. */
function reached({ connected, interactions_endpoint_url: url }) {
  if (url) return h("span", { class: "live open", title: url }, "over HTTP");
  return h("span", { class: `live ${connected ? "open" : "lost"}` }, connected ? "connected" : "not connected");
}

/** The panel: {el, refresh()}. */
export function worldPanel() {
  const el = h("div", { class: "world" });

  function draw() {
    const { world } = state;
    // Someone who is filling in a form keeps it.
    if (world === null || el.contains(document.activeElement)) return;
    const people = world.users.filter((user) => !user.bot).map((user) => ({ id: user.id, name: user.global_name ?? user.username }));
    fill(el,
      h("h3", null, `Bots — ${world.applications.length}`),
      world.applications.length === 0
        ? h("p", { class: "empty-note" }, "None yet. Add one, and start your own bot with its token.")
        : h("ul", null, world.applications.map((app) =>
          h("li", { class: "server-row" }, h("span", null, app.name, " ", h("code", null, app.id)), reached(app)))),
      form("Add a bot", [named("Name")], addBot),
      form("Put a bot into a server", [choice("Bot", "application_id", world.applications), choice("Server", "guild", world.guilds)], (data) =>
        post(`/guilds/${data.get("guild")}/bots`, { application_id: data.get("application_id") })),
      form("Set a bot's interactions endpoint", [choice("Bot", "application_id", world.applications), field("Address; none for the gateway", h("input", { class: "input small", name: "url", type: "url", placeholder: "http://127.0.0.1:8080/interactions" }))], setEndpoint),
      h("h3", null, `People — ${people.length}`),
      form("Add a person", [named("User name", "username"), field("Display name", h("input", { class: "input small", name: "global_name" }))], (data) =>
        post("/users", { username: data.get("username"), ...(data.get("global_name") ? { global_name: data.get("global_name") } : {}) })),
      h("h3", null, `Servers — ${world.guilds.length}`),
      form("Add a server", [named("Name"), choice("Owner", "owner_id", people), field("Channels", h("input", { class: "input small", name: "channels", value: "general, bots" }))], addGuild));
  }

  async function addBot(data) {
    const answer = await post("/applications", { name: data.get("name") });
    showToken(answer);
    return answer;
  }

  const setEndpoint = (data) => put(`/applications/${data.get("application_id")}/interactions-endpoint`, { url: data.get("url") || null });

  const addGuild = (data) => post("/guilds", {
    name: data.get("name"), owner_id: data.get("owner_id"), channels: data.get("channels").split(",").map((name) => name.trim()).filter(Boolean),
    members: [data.get("owner_id")], bots: [],
  });

  return { el, refresh: draw };
}
