// Searching a server's messages: a field, and what was found, which leads to where it was said.

import { get } from "../core/api.js";
import { emit } from "../core/bus.js";
import { fill, h } from "../core/dom.js";
import { authorOf, channelName, nameOf } from "../core/people.js";
import { addressAs, currentPlace, currentUser, guildHash } from "../core/router.js";
import { findChannel } from "../core/store.js";
import { openDialog } from "../overlay/dialog.js";
import { attempt } from "../overlay/toast.js";
import { messageTime } from "../text/timestamps.js";

const LONGEST = 1024;

/** Asks for words, and lists the newest messages of the server that have them. */
export function openSearch(guild) {
  const input = h("input", { class: "input", type: "search", name: "content", maxlength: String(LONGEST), "aria-label": `Search ${guild.name}`, placeholder: "Words to search for", "data-autofocus": true });
  const results = h("div", { class: "search-results", role: "status" });
  const form = h("form", { class: "search-form", role: "search", onsubmit: search }, input, h("button", { type: "submit", class: "button" }, "Search"));
  const dialog = openDialog(`Search ${guild.name}`, [form, results]);

  async function search(event) {
    event.preventDefault();
    const content = input.value.trim();
    if (content === "") return;
    const answer = await attempt(() => get(`/members/${currentUser()}/guilds/${guild.id}/search?${new URLSearchParams({ content })}`));
    if (answer === undefined) return;
    const found = answer.messages.map((group) => group[0]);
    fill(results,
      h("p", { class: "subtext" }, count(answer.total_results, found.length)),
      h("ul", null, found.map((message) => h("li", null, result(message)))));
  }

  function result(message) {
    const { channel } = findChannel(message.channel_id);
    const author = authorOf(message);
    return h("a", { class: "search-result", href: addressAs(currentUser(), guildHash(guild.id, message.channel_id)), onclick: () => follow(message) },
      h("strong", null, nameOf(author, guild)), " ", h("small", null, `#${channelName(channel)} · ${messageTime(Date.parse(message.timestamp))}`),
      h("span", { class: "pin-text" }, message.content.slice(0, 160) || "Message without text"));
  }

  function follow(message) {
    dialog.close();
    if (currentPlace().channel === message.channel_id) emit("jump", { messageId: message.id });
  }
}

function count(total, shown) {
  if (total === 0) return "Nothing was found.";
  const said = `${total} ${total === 1 ? "message" : "messages"}`;
  return shown < total ? `${said}, of which the newest ${shown}` : said;
}
