// Where the person writes: messages, replies, edits, mentions, and the slash that opens the commands.

import { act } from "../core/api.js";
import { on } from "../core/bus.js";
import { fill, h, iconButton } from "../core/dom.js";
import { emojisIn, withEmojis, withNames } from "../core/emojis.js";
import { authorOf, avatar, channelName, nameOf, userById } from "../core/people.js";
import { currentUser } from "../core/router.js";
import { loadCommands } from "../core/session.js";
import { findChannel, may, PERMISSION, state } from "../core/store.js";
import { entities, matching } from "../components/entities.js";
import { openPalette } from "../chat/reactions.js";
import { openStickers, stickersIn } from "../chat/stickers.js";
import { lastOwnMessage } from "../chat/timeline.js";
import { Suggestions } from "../overlay/suggestions.js";
import { attempt, toast } from "../overlay/toast.js";
import { CommandForm } from "./command_form.js";
import { filterCommands, runnable } from "./commands.js";
import { openLauncher } from "./launcher.js";

const LONGEST = 2000;
const MENTION = /(^|\s)([@#])([^\s@#]{0,32})$/;

let channelId = null;
let mode = { kind: "write" };
/** What stands in the text as "@Ada", with what is sent in its place. */
let mentions = new Map();
const drafts = new Map();
let draftKey = null;

const input = h("textarea", { class: "composer-input", rows: "1", maxlength: String(LONGEST), oninput: typed, onkeydown: key, onblur: () => list.hide() });
const list = new Suggestions({ label: "Suggestions", onPick: (item) => item.use() }).attach(input);
const bar = h("div", { class: "composer-bar" });
const stickerButton = iconButton("sticker", "Send a sticker", (event) => openStickers(event.currentTarget, channelId), { hidden: true, "aria-haspopup": "dialog" });
const line = h("div", { class: "composer-line" },
  iconButton("apps", "Apps and commands", (event) => openLauncher(event.currentTarget, channelId, startCommand)), input,
  stickerButton,
  iconButton("smile", "Insert an emoji", (event) => openPalette(event.currentTarget, channelId, insertEmoji)),
  iconButton("send", "Send message", () => send()));
export const composerElement = h("div", { class: "composer" }, list.el, bar, line);

/** Shows the composer for a channel; what was being written elsewhere, or as another member, waits there. */
export function composeIn(id) {
  const wanted = id === null ? null : `${currentUser()}:${id}`;
  if (wanted === draftKey) return;
  if (draftKey !== null) drafts.set(draftKey, { text: input.value, mentions });
  channelId = id;
  draftKey = wanted;
  const draft = drafts.get(wanted) ?? { text: "", mentions: new Map() };
  mentions = draft.mentions;
  write(draft.text);
  label();
}

function label() {
  const { channel } = findChannel(channelId);
  const dm = channel && (channel.type === 1 || channel.type === 3);
  const text = channel ? `Message ${dm ? "@" : "#"}${channelName(channel)}` : "";
  const allowed = may(channel, PERMISSION.SEND_MESSAGES);
  input.placeholder = allowed ? text : "You may not send messages in this channel";
  input.readOnly = !allowed;
  stickerButton.hidden = !allowed || stickersIn(channelId).length === 0;
  input.setAttribute("aria-label", text);
}

/** Goes back to plain writing with this text in the field. */
function write(text = "", next = { kind: "write" }) {
  mode = next;
  input.value = text;
  list.hide();
  fill(bar);
  composerElement.replaceChildren(list.el, bar, line);
  if (mode.kind !== "write") {
    fill(bar, h("span", null, mode.label), iconButton("close", mode.kind === "edit" ? "Stop editing" : "Stop replying", () => write(mode.kind === "edit" ? "" : input.value), { size: 16 }));
  }
  grow();
}

function grow() {
  input.style.height = "auto";
  input.style.height = `${Math.min(input.scrollHeight, 220)}px`;
}

function typed() {
  grow();
  const text = input.value;
  if (mode.kind === "write" && text.startsWith("/")) suggestCommands(text.slice(1));
  else suggestMentions();
}

async function suggestCommands(wanted) {
  let commands;
  try {
    commands = await loadCommands(channelId);
  } catch (error) {
    list.show([], { note: error.message });
    return;
  }
  // The person may have typed on while the commands came.
  if (input.value !== `/${wanted}`) return;
  const leaves = runnable(commands);
  const exact = wanted.endsWith(" ") && leaves.find((leaf) => leaf.title === wanted.trim());
  if (exact) {
    useCommand(exact);
    return;
  }
  const found = filterCommands(leaves, wanted);
  const byApp = [...found].sort((a, b) => appOf(a).localeCompare(appOf(b)));
  list.show((wanted === "" ? byApp : found).map((leaf) => ({
    key: leaf.title, label: `/${leaf.title}`, detail: leaf.description, group: wanted === "" ? appOf(leaf) : null,
    lead: avatar(appUser(leaf), { size: 24 }), trail: h("span", { class: "suggestion-app" }, appOf(leaf)), use: () => useCommand(leaf),
  })), { note: found.length > 0 ? null : noCommands(leaves.length) });
}

const appOf = (leaf) => leaf.command.application?.name ?? "";
const appUser = (leaf) => {
  const application = state.world?.applications.find((one) => one.id === leaf.command.application?.id);
  return userById(application?.bot_user_id) ?? { id: leaf.command.application_id ?? "0", username: appOf(leaf) };
};
const noCommands = (total) => (total > 0 ? "No command matches. Esc to write it as a message." : "No bot offers a command here yet. A bot that registers one shows up at once.");

function useCommand(leaf) {
  const form = new CommandForm(leaf, { channelId, done: leave, cancel: leave });
  function leave() {
    write("");
    input.focus();
  }
  list.hide();
  input.value = "";
  mode = { kind: "command", form };
  composerElement.replaceChildren(form.el);
  form.focus();
  return form;
}

function startCommand() {
  write("/");
  input.focus();
  typed();
}

function suggestMentions() {
  const match = MENTION.exec(input.value.slice(0, input.selectionStart));
  if (!match) {
    list.hide();
    return;
  }
  const [, , sign, wanted] = match;
  const from = match.index + match[1].length;
  const found = matching(entities(sign === "@" ? "mentionable" : "channel", channelId), wanted, 10);
  if (found.length === 0) {
    list.hide();
    return;
  }
  list.show(found.map((entry) => ({ ...entry, use: () => useMention(entry, sign, from) })));
}

const WIRE = { user: (id) => `<@${id}>`, role: (id) => `<@&${id}>`, channel: (id) => `<#${id}>` };

function useMention(entry, sign, from) {
  const shown = `${sign}${entry.label.replace(/^@/, "")}`;
  if (!/^@(everyone|here)$/.test(shown)) mentions.set(shown, WIRE[entry.kind](entry.value));
  const end = input.selectionStart;
  input.setRangeText(`${shown} `, from, end, "end");
  list.hide();
  grow();
}

function insert(text) {
  input.setRangeText(text, input.selectionStart, input.selectionEnd, "end");
  grow();
  input.focus();
}

const insertEmoji = ({ id, name }) => insert(id && emojisIn(channelId).some((emoji) => emoji.id === id) ? `:${name}:` : id ? `<:${name}:${id}>` : name);

function key(event) {
  if (list.key(event)) return;
  if (list.open && (event.key === "Enter" || event.key === "Tab") && !event.shiftKey && list.active >= 0) {
    event.preventDefault();
    list.pickActive();
  } else if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    send();
  } else if (event.key === "Escape") {
    if (list.open) list.hide();
    else if (mode.kind !== "write") write("");
    else return;
    event.preventDefault();
  } else if (event.key === "ArrowUp" && input.value === "" && mode.kind === "write") {
    const last = lastOwnMessage();
    if (last) edit(last);
    event.preventDefault();
  }
}

function outgoing(text) {
  let content = withEmojis(text.trim(), channelId);
  // Longer names first, so that "@Ada Lovelace" is not taken for "@Ada".
  for (const [shown, wire] of [...mentions].sort((a, b) => b[0].length - a[0].length)) content = content.replaceAll(shown, wire);
  return content;
}

/** Enter can be quicker than the list of commands: a command typed in full is never sent as a message. */
async function sendAsCommand(text) {
  const where = draftKey;
  const commands = await loadCommands(channelId).catch(() => []);
  if (draftKey !== where) return true;
  const leaf = runnable(commands).find((one) => `/${one.title}` === text.trim());
  if (!leaf) return false;
  const opened = mode.kind === "command" && mode.form.leaf.title === leaf.title;
  if (!opened && input.value !== text) return true;
  const form = opened ? mode.form : useCommand(leaf);
  if (!leaf.options.some((option) => option.required)) form.el.requestSubmit();
  return true;
}

async function send() {
  if (mode.kind === "write" && input.value.startsWith("/") && (await sendAsCommand(input.value))) return;
  const content = outgoing(input.value);
  if (content === "" || mode.kind === "command") return;
  const was = { text: input.value, mode, mentions, channelId };
  const body = was.mode.kind === "edit"
    ? ["edit", { channel_id: channelId, message_id: mode.message.id, content }]
    : ["message", { channel_id: channelId, content, ...(mode.kind === "reply" ? { reply_to: mode.message.id } : {}) }];
  mentions = new Map();
  write("");
  try {
    await act(currentUser(), ...body);
  } catch (error) {
    toast(error.message);
    // What was written is not lost to a refusal.
    if (was.channelId === channelId && input.value === "") {
      mentions = was.mentions;
      write(was.text, was.mode);
    }
  }
}

function edit(message) {
  // Mentions go back to the names that people read.
  const text = withNames(message.content, channelId).replace(/<@!?(\d+)>/g, (wire, id) => {
    const user = userById(id);
    if (!user) return wire;
    mentions.set(`@${nameOf(user)}`, wire);
    return `@${nameOf(user)}`;
  });
  write(text, { kind: "edit", message, label: "Editing message. Esc to stop, Enter to save" });
  input.focus();
}

function reply(message) {
  const author = authorOf(message);
  write(input.value, { kind: "reply", message, label: `Replying to ${nameOf(author, findChannel(channelId).guild)}` });
  input.focus();
}

async function commandMention({ name }) {
  const commands = await attempt(() => loadCommands(channelId));
  const leaf = commands && runnable(commands).find((one) => one.title === name);
  if (leaf) useCommand(leaf);
  else if (commands) toast(`/${name} is not offered in this channel.`, "info");
}

on("composer:reply", reply);
on("composer:edit", edit);
on("composer:command", commandMention);
on("composer:insert", insert);
on("view", label);
on("commands", () => input.value.startsWith("/") && list.open && typed());
