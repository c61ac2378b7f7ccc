// A forum: its posts as a list, by tag where one is chosen, and the way to begin one.

import { act, get } from "../core/api.js";
import { on, oncePerFrame } from "../core/bus.js";
import { fill, h, icon } from "../core/dom.js";
import { emojiNode, emojisIn } from "../core/emojis.js";
import { avatar, channelName, nameOf, userById } from "../core/people.js";
import { addressAs, currentUser, go, guildHash } from "../core/router.js";
import { findChannel, may, PERMISSION, state } from "../core/store.js";
import { openDialog } from "../overlay/dialog.js";
import { attempt } from "../overlay/toast.js";
import { inlineMarkdown } from "../text/markdown.js";
import { messageTime } from "../text/timestamps.js";

const PINNED = 2;
const REQUIRE_TAG = 16;
const EXCERPT = 180;
const RELOAD_MS = 150;

export const boardElement = h("section", { class: "board", tabIndex: 0 });

let shown = null;
let posts = null;
let wanted = null;
let timer = null;

/** Shows the posts of a forum; null shows nothing. */
export function openBoard(forumId) {
  if (forumId === shown) return draw();
  shown = forumId;
  posts = null;
  wanted = null;
  boardElement.replaceChildren();
  if (forumId !== null) load(forumId);
}

async function load(forumId) {
  const answer = await attempt(() => get(`/members/${currentUser()}/channels/${forumId}/posts`));
  if (forumId !== shown || answer === undefined) return;
  posts = answer;
  draw();
}

/** A tag's emoji, where it has one, and its name. */
function tagName(tag) {
  if (tag.emoji_name) return `${tag.emoji_name} ${tag.name}`;
  if (!tag.emoji_id) return tag.name;
  const known = emojisIn(shown).find((emoji) => emoji.id === tag.emoji_id);
  return [emojiNode(known ?? { id: tag.emoji_id, name: "emoji" }), " ", tag.name];
}

const draw = oncePerFrame(() => {
  const { channel, guild } = findChannel(shown);
  if (!channel || posts === null) return;
  boardElement.setAttribute("aria-label", `Posts in ${channelName(channel)}`);
  const tags = channel.available_tags ?? [];
  const listed = posts.filter((post) => wanted === null || post.applied_tags.includes(wanted));
  const allowed = may(channel, PERMISSION.SEND_MESSAGES);
  fill(boardElement,
    h("div", { class: "board-head" },
      h("div", { class: "board-tags", role: "group", "aria-label": "Show posts with a tag" }, tags.map((tag) => filterChip(tag))),
      h("button", { type: "button", class: "button primary", disabled: !allowed, title: allowed ? null : "You may not begin posts here", onclick: () => begin(channel, guild) }, icon("plus", 16), " New post")),
    listed.length === 0
      ? h("p", { class: "empty-note" }, wanted === null ? "Nobody has posted here yet." : "No post has this tag.")
      : h("ul", { class: "board-posts" }, listed.map((post) => row(post, tags, guild))));
});

function filterChip(tag) {
  const chosen = wanted === tag.id;
  return h("button",
    {
      type: "button", class: `tag-chip${chosen ? " mine" : ""}`, "aria-pressed": String(chosen),
      onclick: () => {
        wanted = chosen ? null : tag.id;
        draw();
      },
    }, tagName(tag));
}

function row(post, tags, guild) {
  const first = post.first_message;
  const author = userById(post.owner_id) ?? first?.author;
  const unread = state.view.unread[post.id] ?? 0;
  const marks = [
    (post.flags & PINNED) !== 0 && h("span", { class: "tag-chip" }, icon("pin", 13), " Pinned"),
    post.thread_metadata.locked && h("span", { class: "tag-chip" }, "Locked"),
    post.thread_metadata.archived && h("span", { class: "tag-chip" }, "Archived"),
    tags.filter((tag) => post.applied_tags.includes(tag.id)).map((tag) => h("span", { class: "tag-chip" }, tagName(tag))),
  ];
  return h("li", null,
    h("a", { class: `board-post${unread > 0 ? " unread" : ""}`, href: addressAs(currentUser(), guildHash(guild.id, post.id)), "aria-label": post.name },
      h("div", { class: "board-marks" }, marks),
      h("h3", null, post.name),
      h("p", { class: "board-text" }, avatar(author, { size: 18, guild }), h("strong", null, nameOf(author, guild)), h("span", null, excerpt(first, guild))),
      h("p", { class: "subtext" }, replies(post.message_count), " · ", lastWritten(post))));
}

function excerpt(first, guild) {
  if (!first) return h("em", null, "The first message was deleted.");
  return first.content ? inlineMarkdown(first.content.split("\n")[0].slice(0, EXCERPT), guild) : first.attachments?.[0]?.filename ?? "";
}

const replies = (count) => (count === 1 ? "1 reply" : `${count} replies`);

/** When the newest message was written, which its id tells. */
function lastWritten(post) {
  const id = BigInt(post.last_message_id ?? post.id);
  return messageTime(Number((id >> 22n) + 1420070400000n));
}

function begin(forum, guild) {
  const title = h("input", { class: "input", id: "post-title", maxlength: "100", required: true, "data-autofocus": true });
  const text = h("textarea", { class: "input", id: "post-text", rows: "5", maxlength: "2000", required: true });
  const chosen = new Set();
  const tags = (forum.available_tags ?? []).map((tag) => h("label", null,
    h("input", { type: "checkbox", onchange: (event) => (event.target.checked ? chosen.add(tag.id) : chosen.delete(tag.id)) }),
    h("span", null, tagName(tag))));
  const form = h("form", { class: "modal-form", onsubmit: send },
    h("div", { class: "modal-field" }, h("label", { htmlFor: "post-title" }, "Title"), title),
    h("div", { class: "modal-field" }, h("label", { htmlFor: "post-text" }, "Message"), text),
    tags.length > 0 && h("fieldset", { class: "option-group" }, h("legend", null, forum.flags & REQUIRE_TAG ? "Tags (at least one)" : "Tags"), tags),
    h("footer", { class: "dialog-actions" },
      h("button", { type: "button", class: "button subtle", onclick: () => dialog.close() }, "Cancel"),
      h("button", { type: "submit", class: "button primary" }, "Post")));
  const dialog = openDialog(`New post in ${channelName(forum)}`, form);
  async function send(event) {
    event.preventDefault();
    const body = { channel_id: forum.id, name: title.value.trim(), content: text.value.trim(), tags: [...chosen] };
    const made = await attempt(() => act(currentUser(), "post", body));
    if (made === undefined) return;
    dialog.close();
    // What the member sees is read again only in a moment, and without its post the address would lead nowhere.
    findChannel(forum.id).guild?.channels.set(made.id, { ...made, my_permissions: forum.my_permissions });
    go(guildHash(guild.id, made.id));
  }
}

function reloadSoon() {
  clearTimeout(timer);
  timer = setTimeout(() => shown !== null && load(shown), RELOAD_MS);
}

on("view", reloadSoon);
on("messages", ({ channelId }) => findChannel(channelId).channel?.parent_id === shown && shown !== null && reloadSoon());
