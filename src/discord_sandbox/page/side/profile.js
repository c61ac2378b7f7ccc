// The card of a user: who they are here, a message to them, apps that act on them, and the block.

import { act } from "../core/api.js";
import { on } from "../core/bus.js";
import { h } from "../core/dom.js";
import { avatar, botTag, nameOf, roleColours, userById } from "../core/people.js";
import { bannerUrl, pictureOr } from "../core/pictures.js";
import { currentPlace, currentUser, dmHash, go } from "../core/router.js";
import { loadCommands, loadView, loadWorld } from "../core/session.js";
import { state } from "../core/store.js";
import { runOn } from "../chat/toolbar.js";
import { closePopover, openPopover } from "../overlay/popover.js";
import { attempt } from "../overlay/toast.js";
import { inlineMarkdown } from "../text/markdown.js";
import { blockedBy, installable, installed, setInstalled } from "./settings.js";

const USER_COMMAND = 2;

/** Opens the DM with a user and shows it. */
export async function openDm(userId) {
  const channel = await attempt(() => act(currentUser(), "dm", { user_id: userId }));
  if (!channel) return;
  if (!state.view.dms.has(channel.id)) await attempt(() => loadView());
  go(dmHash(channel.id));
}

async function setBlocked(userId, blocked) {
  const now = blockedBy();
  const block = blocked ? [...now, userId] : now.filter((id) => id !== userId);
  await attempt(() => act(currentUser(), "settings", { block }));
  await attempt(loadWorld);
}

function roleList(userId, guild) {
  const roles = (guild?.members.get(userId)?.roles ?? []).map((id) => guild.roles.get(id)).filter(Boolean);
  if (roles.length === 0) return null;
  return h("div", { class: "profile-roles" }, roles.map((role) =>
    h("span", { class: "role-chip" }, h("span", { class: "role-dot", style: roleColours(role) }), role.name)));
}

/** The switch that closes one's DMs to a user. */
export function blockSwitch(user) {
  const input = h("input", {
    type: "checkbox", role: "switch", checked: blockedBy().includes(user.id), onchange: () => setBlocked(user.id, input.checked),
  });
  return h("label", { class: "switch-row" }, h("span", null, user.bot ? "Block this bot" : "Block this person"), input);
}

/** A bot's application, installed for oneself or removed again. */
function installButton(user) {
  const application = installable().find((one) => one.bot_user_id === user.id);
  if (!application) return null;
  const mine = installed().includes(application.id);
  const change = () => { closePopover(); setInstalled(application, !mine); };
  return h("button", { type: "button", class: "button subtle", onclick: change }, mine ? "Remove from your apps" : "Add to your apps");
}

async function show({ userId, guild, anchor }) {
  const user = userById(userId);
  if (!user) return;
  const me = userId === currentUser();
  const member = guild?.members.get(userId);
  const apps = h("div", { class: "profile-apps" });
  const card = h("div", { class: "profile", role: "dialog", "aria-label": `Profile of ${nameOf(user, guild)}` },
    h("div", { class: "profile-top" }, pictureOr(bannerUrl(user, guild), "profile-banner", null), avatar(user, { size: 72, status: member?.status ?? null, guild })),
    h("h3", null, nameOf(user, guild), " ", botTag(user)),
    h("p", { class: "profile-username" }, user.username, " · ", h("code", null, user.id)),
    member?.bio && h("p", { class: "profile-bio" }, inlineMarkdown(member.bio, guild)),
    roleList(userId, guild),
    !me && h("button", { type: "button", class: "button primary", onclick: () => { closePopover(); openDm(userId); } }, "Message"),
    installButton(user),
    !me && blockSwitch(user), apps);
  if (!openPopover(anchor, card, { side: "right" })) return;
  const { channel } = currentPlace();
  if (!channel) return;
  const commands = await loadCommands(channel).catch(() => []);
  apps.append(...commands.filter((command) => command.type === USER_COMMAND).map((command) =>
    h("button", { type: "button", class: "menu-item", onclick: () => { closePopover(); runOn(command, channel, userId); } },
      command.name, h("span", { class: "menu-detail" }, command.application?.name ?? ""))));
}

on("profile", show);
