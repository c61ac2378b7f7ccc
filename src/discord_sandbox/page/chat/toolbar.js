// The actions on a message that appear when it is pointed at or focused.

import { act } from "../core/api.js";
import { emit } from "../core/bus.js";
import { h, iconButton } from "../core/dom.js";
import * as interactions from "../core/interactions.js";
import { currentUser } from "../core/router.js";
import { loadCommands } from "../core/session.js";
import { findChannel, may, PERMISSION } from "../core/store.js";
import { confirm } from "../overlay/dialog.js";
import { openMenu } from "../overlay/popover.js";
import { attempt } from "../overlay/toast.js";
import { publish, publishable } from "./announcements.js";
import { forward } from "./forward.js";
import { chooseReaction } from "./reactions.js";

const MESSAGE_COMMAND = 3;

/** The toolbar of a message; an ephemeral one can be neither reacted to nor answered. */
export function toolbar(message, { ephemeral }) {
  const own = message.author?.id === currentUser();
  return h("div", { class: "toolbar", role: "toolbar", "aria-label": "Message actions" },
    !ephemeral && [
      iconButton("smile", "Add reaction", (event) => chooseReaction(event.currentTarget, message), { size: 18 }),
      iconButton("reply", "Reply", () => emit("composer:reply", message), { size: 18 }),
      own && iconButton("edit", "Edit message", () => emit("composer:edit", message), { size: 18 }),
      own && iconButton("trash", "Delete message", () => removeMessage(message), { size: 18 }),
    ],
    iconButton("apps", "Apps and more", (event) => openApps(event.currentTarget, message), { size: 18, "aria-haspopup": "menu" }));
}

async function removeMessage(message) {
  if (!(await confirm("Delete message", "Everyone in this channel stops seeing it. This cannot be undone.", "Delete"))) return;
  await attempt(() => act(currentUser(), "delete", { channel_id: message.channel_id, message_id: message.id }));
}

async function openApps(anchor, message) {
  const commands = await attempt(() => loadCommands(message.channel_id));
  if (commands === undefined) return;
  const apps = commands.filter((command) => command.type === MESSAGE_COMMAND).map((command) => ({
    label: command.name, detail: command.application?.name, run: () => runOn(command, message.channel_id, message.id),
  }));
  openMenu(anchor, "Message menu", [
    { heading: apps.length > 0 ? "Apps" : "No app offers a message command here" },
    ...apps,
    null,
    forwardable(message) && { label: "Forward message", run: () => forward(message) },
    publishable(message) && { label: "Publish", run: () => publish(message) },
    pinnable(message) && { label: message.pinned ? "Unpin message" : "Pin message", run: () => setPinned(message) },
    { label: "Copy message ID", run: () => copy(message.id) },
    { label: "Copy text", run: () => copy(message.content ?? "") },
  ].filter((entry) => entry !== false));
}

const FORWARDABLE = [0, 19, 20, 23];
const forwardable = (message) => FORWARDABLE.includes(message.type) && !message.poll && (Number(message.flags ?? 0) & 64) === 0;
const pinnable = (message) => (Number(message.flags ?? 0) & 64) === 0 && may(findChannel(message.channel_id).channel, PERMISSION.MANAGE_MESSAGES);

const setPinned = (message) =>
  attempt(() => act(currentUser(), "pin", { channel_id: message.channel_id, message_id: message.id, pinned: !message.pinned }));

const copy = (text) => attempt(() => navigator.clipboard.writeText(text));

/** Runs a command of a message's or a user's menu on its target. */
export function runOn(command, channelId, targetId) {
  return attempt(() =>
    interactions.start("command", { channel_id: channelId, command_id: command.id, options: [], target_id: targetId },
      { channelId, name: command.name }));
}
