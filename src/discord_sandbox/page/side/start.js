// What is shown where there is nothing to show: no world, no member chosen, no place open, no connection.

import { post } from "../core/api.js";
import { h } from "../core/dom.js";
import { avatar, nameOf } from "../core/people.js";
import { addressAs, become } from "../core/router.js";
import { loadWorld } from "../core/session.js";
import { openDialog } from "../overlay/dialog.js";
import { attempt } from "../overlay/toast.js";
import { players } from "./me.js";

const code = (text) => h("pre", { class: "code-block", tabIndex: 0 }, h("code", null, text));

/** No world yet: how to make one. */
export function noWorld() {
  return h("div", { class: "empty-state" },
    h("h1", null, "This sandbox is empty"),
    h("p", null, "It has no people and no servers yet. Make a small world to begin with, and change it later in the Inspector:"),
    h("p", null, h("button", { type: "button", class: "button primary", onclick: makeWorld }, "Make a small world")),
    h("p", null, "Or start the sandbox with one of your own:"), code("discord-sandbox serve --seed world.json"),
    h("p", null, "Or make it from a test or a script, through the control API:"),
    code(`curl -X POST ${location.origin}/sandbox/users \\\n  -H 'Content-Type: application/json' -d '{"username": "ada"}'`));
}

async function makeWorld() {
  await attempt(async () => {
    const people = [];
    for (const [username, globalName] of [["ada", "Ada"], ["ben", "Ben"], ["cleo", "Cleo"]]) {
      people.push(await post("/users", { username, global_name: globalName }));
    }
    const application = await post("/applications", { name: "My bot" });
    await post("/guilds", {
      name: "Playground", owner_id: people[0].id, channels: ["general", "bots"], members: people.map((user) => user.id), bots: [application.application.id],
    });
    await loadWorld();
    become(people[0].id, "");
    showToken(application);
  });
}

/** Says how a bot is started with the token it was given. */
export function showToken({ application, token }) {
  openDialog(`${application.name} is ready`, [
    h("p", null, "Start your bot with this token, and with Discord's addresses set to this sandbox:"),
    code(`token       ${token}\npublic key  ${application.verify_key}\nREST        ${location.origin}/api/v10\ngateway     ${location.origin.replace(/^http/, "ws")}/gateway`),
    h("p", null, "With discord.py:"),
    code(`import discord, yarl\n\ndiscord.http.Route.BASE = "${location.origin}/api/v10"\ndiscord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL("${location.origin.replace(/^http/, "ws")}/gateway")`),
  ], { wide: true });
}

/** There is a world: whom to play. */
export function chooseMember(unknown = null) {
  return h("div", { class: "empty-state" },
    h("h1", null, unknown === null ? "Who are you today?" : "Nobody here has that id"),
    h("p", null, unknown === null
      ? "Choose a member to play. Open a second window to be two of them at once."
      : `The address asks for member ${unknown}, whom this sandbox does not know. Choose one that it does:`),
    h("ul", { class: "choose-list" }, players().slice(0, 60).map((user) =>
      h("li", null, h("a", { class: "choose", href: addressAs(user.id, ""), "aria-label": `Play ${nameOf(user)}` }, avatar(user, { size: 56 }), h("span", null, nameOf(user)))))));
}

/** A member is chosen, but no channel is open. */
export function noPlace(kind) {
  return h("div", { class: "empty-state" },
    h("h1", null, kind === "dm" ? "No conversation is open" : "No channel is open"),
    h("p", null, kind === "dm"
      ? "Choose one at the left, or a person in a server's member list and then Message."
      : "You may not see the one in the address, or it is gone. Choose one at the left. A server that you have left can be joined again from your member settings at the lower left."));
}

/** The first connection could not be made. */
export const unreachable = (text) => h("div", { class: "empty-state" }, h("h1", null, "The sandbox does not answer"), h("p", null, text), h("p", null, "This page goes on trying by itself."));
