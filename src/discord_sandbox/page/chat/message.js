// One message: who wrote it and when, what it says, what hangs below it.

import { drawComponents, fileCard } from "../components/layout.js";
import { emit } from "../core/bus.js";
import { h, icon, picture } from "../core/dom.js";
import * as interactions from "../core/interactions.js";
import { authorOf, avatar, botTag, nameOf, paintedName, roleIcon, userById } from "../core/people.js";
import { act } from "../core/api.js";
import { currentUser } from "../core/router.js";
import { findMessage, removeMessage } from "../core/store.js";
import { attempt, toast } from "../overlay/toast.js";
import { inlineMarkdown, markdown } from "../text/markdown.js";
import { clockTime, fullTime, messageTime } from "../text/timestamps.js";
import { drawInvitation } from "./activity.js";
import { publishedMark, sourceDeleted } from "./announcements.js";
import { drawEmbed } from "./embed.js";
import { drawForward } from "./forward.js";
import { drawInvites } from "./invite_card.js";
import { drawPoll } from "./poll.js";
import { drawReactions } from "./reactions.js";
import { drawStickers } from "./stickers.js";
import { systemText } from "./system.js";
import { drawTheme } from "./theme_swatch.js";
import { toolbar } from "./toolbar.js";
import { drawVoice } from "./voice.js";

export const FLAG = { EPHEMERAL: 64, LOADING: 128, V2: 1 << 15, SUPPRESS_EMBEDS: 4, PUBLISHED: 1, VOICE: 1 << 13 };
const has = (message, flag) => (Number(message.flags ?? 0) & flag) !== 0;
const LINE_LIMIT = 110;
const CONTEXT_MENU_COMMAND = 23;

/** `grouped`: the message continues the one above it, so its author is not named again. */
export function drawMessage(message, { guild, grouped }) {
  const author = authorOf(message);
  const when = Date.parse(message.timestamp);
  const ephemeral = has(message, FLAG.EPHEMERAL);
  const mine = mentionsMe(message, guild);
  const system = systemText(message, guild);
  const head = grouped || system ? null : heading(message, author, guild, when);
  return h("li",
    {
      class: `message${grouped ? " grouped" : ""}${ephemeral ? " ephemeral" : ""}${mine ? " mentioned" : ""}`,
      dataset: { messageId: message.id },
    },
    h("article", { "aria-label": spoken(message, author, guild, when), tabIndex: -1 },
      system ? null : [invocation(message, guild), replyPreview(message, guild)],
      h("div", { class: "message-row" },
        grouped || system
          ? h("time", { class: "gutter-time", datetime: message.timestamp, title: fullTime(when) }, clockTime(when))
          : h("button",
            { type: "button", class: "avatar-button", tabIndex: -1, "aria-label": `Profile of ${nameOf(author, guild)}`, onclick: (event) => profile(event, author, guild) },
            avatar(author, { guild })),
        h("div", { class: "message-main" }, head, system ? h("div", { class: "system-text" }, system) : body(message, guild), below(message, ephemeral))),
      has(message, FLAG.LOADING) || system ? null : toolbar(message, { guild, ephemeral })));
}

const profile = (event, user, guild) => emit("profile", { userId: user.id, guild, anchor: event.currentTarget });

function heading(message, author, guild, when) {
  return h("div", { class: "message-head" },
    h("button", { type: "button", ...paintedName(author?.id, guild, "author"), onclick: (event) => profile(event, author, guild) }, nameOf(author, guild)),
    roleIcon(author?.id, guild), botTag(author),
    h("time", { datetime: message.timestamp, title: fullTime(when) }, messageTime(when)),
    publishedMark(message),
    message.pinned && h("span", { class: "pinned-mark", title: "Pinned" }, icon("pin", 13), h("span", { class: "sr-only" }, "Pinned")));
}

function mentionsMe(message, guild) {
  const me = currentUser();
  const roles = guild?.members.get(me)?.roles ?? [];
  return message.mention_everyone || (message.mentions ?? []).some((user) => user.id === me) || (message.mention_roles ?? []).some((id) => roles.includes(id));
}

/** What a screen reader says first: author, time and the beginning of the text. */
function spoken(message, author, guild, when) {
  const text = message.content || message.embeds?.[0]?.title || message.embeds?.[0]?.description || "";
  return `${nameOf(author, guild)}, ${messageTime(when)}${text ? `: ${text.slice(0, LINE_LIMIT)}` : ""}`;
}

/** "Ada used /remind": over the answer to a command. */
function invocation(message, guild) {
  const meta = message.interaction_metadata ?? message.interaction;
  const name = message.interaction?.name ?? message.interaction_metadata?.name;
  if (!meta || !name || meta.type !== 2) return null;
  const user = userById(meta.user?.id) ?? meta.user;
  return h("div", { class: "invocation" },
    h("span", { class: "spine", "aria-hidden": "true" }), avatar(user, { size: 16, guild }),
    h("button", { type: "button", class: "author", onclick: (event) => profile(event, user, guild) }, nameOf(user, guild)),
    " used ", h("span", { class: "used-command" }, message.type === CONTEXT_MENU_COMMAND || message.activity ? name : `/${name}`));
}

function replyPreview(message, guild) {
  const reference = message.message_reference;
  if (message.type !== 19 && !(reference && message.referenced_message !== undefined && message.type === 0)) return null;
  const target = message.referenced_message ?? findMessage(message.channel_id, reference?.message_id);
  if (!target) return h("div", { class: "invocation reply" }, h("span", { class: "spine", "aria-hidden": "true" }), h("em", null, "Original message was deleted"));
  const author = authorOf(target);
  const text = target.content ? inlineMarkdown(target.content.split("\n")[0].slice(0, LINE_LIMIT), guild) : [h("em", null, "Press to see the attachment")];
  return h("div", { class: "invocation reply" },
    h("span", { class: "spine", "aria-hidden": "true" }), avatar(author, { size: 16, guild }),
    h("button", { type: "button", class: "author", onclick: () => emit("jump", { messageId: target.id }) }, nameOf(author, guild)),
    h("span", { class: "reply-text" }, text));
}

function body(message, guild, { kept = false } = {}) {
  if (has(message, FLAG.LOADING)) {
    return h("div", { class: "thinking", role: "status" },
      h("span", { class: "dots", "aria-hidden": "true" }, h("i"), h("i"), h("i")), ` ${nameOf(authorOf(message), guild)} is thinking…`);
  }
  const edited = message.edited_timestamp ? h("span", { class: "edited", title: fullTime(Date.parse(message.edited_timestamp)) }, "(edited)") : null;
  const text = message.content ? markdown(message.content, guild) : null;
  if (text && edited) (text.lastElementChild?.matches("p") ? text.lastElementChild : text).append(" ", edited);
  return [
    text,
    sourceDeleted(message),
    (message.attachments ?? []).length > 0 && !has(message, FLAG.V2) && h("div", { class: "attachments" }, message.attachments.map(has(message, FLAG.VOICE) ? drawVoice : attachment)),
    !has(message, FLAG.SUPPRESS_EMBEDS) && (message.embeds ?? []).map((embed) => drawEmbed(embed, guild)),
    (message.components ?? []).length > 0 && h("div", { class: "components" }, drawComponents(message.components, { ...controls(message, guild), ...(kept ? { locked: true } : {}) })),
    drawPoll(message),
    drawInvitation(message),
    drawInvites(message),
    drawForward(message, (first) => body(first, guild, { kept: true })),
    drawStickers(message),
    drawTheme(message),
    text === null ? edited : null,
  ];
}

function attachment(file) {
  if (file.content_type?.startsWith("image/")) return picture(file.url, file.description ?? file.filename, { class: "attachment-image" });
  return fileCard({ url: file.url ?? "", name: file.filename, size: file.size });
}

function controls(message, guild) {
  const local = (customId) => ({ channelId: message.channel_id, messageId: message.id, customId });
  const send = (customId, more = {}) =>
    interactions.start("component", { channel_id: message.channel_id, message_id: message.id, custom_id: customId, ...more }, local(customId))
      .catch(() => {}); // It is said under the message.
  return {
    channelId: message.channel_id,
    guild,
    attachments: message.attachments,
    busy: interactions.busyControl(message.id),
    locked: interactions.busyControl(message.id) !== undefined,
    press: (customId) => send(customId),
    buy: (skuId) => attempt(async () => {
      const bought = await act(currentUser(), "buy", { sku_id: skuId, guild_id: guild?.id });
      toast(`You have ${bought.sku.name} now.`, "info");
    }),
    chosenIn: (customId) => interactions.chosenValues(message.id, customId),
    choose(customId, values) {
      interactions.choose(message.id, customId, values);
      send(customId, { values });
    },
  };
}

function below(message, ephemeral) {
  const failure = interactions.failureOf(message.id);
  return [
    drawReactions(message),
    failure !== undefined && h("div", { class: "failure", role: "alert" }, failureText(failure)),
    ephemeral && h("div", { class: "ephemeral-note" }, icon("eye", 14), " Only you can see this · ",
      h("button", { type: "button", class: "link-button", onclick: () => dismiss(message) }, "Dismiss message")),
  ];
}

/** Why an interaction failed, in the words that people know, with the sandbox's own reason where it says more. */
export function failureText(reason) {
  return reason && !/respon|answer|3 ?s/i.test(reason) ? `This interaction failed: ${reason}` : "This application did not respond";
}

async function dismiss(message) {
  const done = await attempt(() => act(currentUser(), "dismiss", { message_id: message.id }));
  if (done === undefined) return;
  removeMessage(message.channel_id, message.id);
  emit("messages", { channelId: message.channel_id });
}
