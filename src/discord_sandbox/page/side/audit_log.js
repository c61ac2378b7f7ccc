// A server's audit log, for those who may see it: who did what, to whom, and why.

import { get } from "../core/api.js";
import { on } from "../core/bus.js";
import { h } from "../core/dom.js";
import { avatar, nameOf, userById } from "../core/people.js";
import { currentUser } from "../core/router.js";
import { findChannel } from "../core/store.js";
import { openDialog } from "../overlay/dialog.js";
import { attempt } from "../overlay/toast.js";
import { timestamp } from "../text/timestamps.js";

const DISCORD_EPOCH_MS = 1420070400000n;
const ACTIONS = {
  1: "changed the server", 10: "made a channel", 11: "changed a channel", 12: "deleted a channel",
  13: "set permissions in a channel", 14: "changed permissions in a channel", 15: "removed permissions in a channel",
  20: "kicked", 21: "pruned members", 22: "banned", 23: "unbanned", 24: "changed the member", 25: "changed the roles of",
  26: "moved members in voice", 27: "disconnected members from voice", 28: "let in",
  30: "made a role", 31: "changed a role", 32: "deleted a role", 40: "made an invite", 42: "revoked an invite",
  50: "made a webhook", 51: "changed a webhook", 52: "deleted a webhook",
  60: "made an emoji", 61: "changed an emoji", 62: "deleted an emoji",
  72: "deleted a message by", 73: "deleted messages in", 74: "pinned a message by", 75: "unpinned a message by",
  80: "let in the bot", 82: "removed the bot",
  83: "started a stage", 84: "changed a stage", 85: "ended a stage",
  90: "made a sticker", 91: "changed a sticker", 92: "deleted a sticker",
  100: "planned an event", 101: "changed an event", 102: "deleted an event",
  110: "began a thread", 111: "changed a thread", 112: "deleted a thread", 121: "changed who may use a command",
  130: "made a sound", 131: "changed a sound", 132: "deleted a sound",
  140: "made a rule of auto moderation", 141: "changed a rule of auto moderation", 142: "deleted a rule of auto moderation",
  143: "set off auto moderation, which blocked a message by", 144: "set off auto moderation, which flagged a message by",
  145: "set off auto moderation, which timed out",
  163: "made a prompt of the onboarding", 164: "changed a prompt of the onboarding", 165: "deleted a prompt of the onboarding",
  167: "changed the onboarding",
  192: "set the status of a voice channel", 193: "cleared the status of a voice channel",
  200: "changed a date of an event", 201: "changed a date of an event", 202: "put a date of an event back",
};

async function open(guild) {
  const log = await attempt(() => get(`/members/${currentUser()}/guilds/${guild.id}/audit-log`));
  if (log === undefined) return;
  const rows = log.audit_log_entries.map((entry) => row(entry, log, guild));
  openDialog("Audit log", rows.length === 0
    ? h("p", { class: "empty-note" }, "Nothing was done to this server in the last 45 days.")
    : h("ul", { class: "audit-log" }, rows), { wide: true });
}

function row(entry, log, guild) {
  const user = userOf(entry.user_id, log);
  const when = Number((BigInt(entry.id) >> 22n) + DISCORD_EPOCH_MS);
  return h("li", null, avatar(user, { size: 32 }),
    h("div", null,
      h("p", null, h("strong", null, user ? nameOf(user, guild) : "A webhook"), ` ${ACTIONS[entry.action_type] ?? `did action ${entry.action_type}`} `, target(entry, log, guild)),
      (entry.changes ?? []).length > 0 && h("ul", { class: "subtext" }, entry.changes.map((change) => h("li", null, changeText(change)))),
      entry.reason && h("p", { class: "subtext" }, `Reason: ${entry.reason}`)),
    h("span", { class: "subtext" }, timestamp(Math.floor(when / 1000), "R")));
}

const userOf = (id, log) => userById(id) ?? log.users.find((user) => user.id === id) ?? null;

function target(entry, log, guild) {
  const user = userOf(entry.target_id, log);
  if (user) return h("strong", null, nameOf(user, guild));
  const name = findChannel(entry.target_id).channel?.name ?? guild.roles.get(entry.target_id)?.name ?? namedInChanges(entry);
  return name && h("strong", null, name);
}

function namedInChanges(entry) {
  const named = (entry.changes ?? []).find((change) => ["name", "title", "code", "topic"].includes(change.key));
  return named?.new_value ?? named?.old_value ?? null;
}

function changeText({ key, old_value: before, new_value: after }) {
  if (key === "$add" || key === "$remove") return `${key === "$add" ? "gave" : "took"} ${after.map((role) => role.name).join(", ")}`;
  const shown = (value) => (value === undefined ? "nothing" : typeof value === "object" ? JSON.stringify(value) : String(value));
  return `${key.replaceAll("_", " ")}: ${shown(before)} → ${shown(after)}`;
}

on("audit:open", open);
