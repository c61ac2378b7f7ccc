// DMs of several people: begun with some of those one knows, joined by more, and left.

import { act } from "../core/api.js";
import { h } from "../core/dom.js";
import { avatar, isGroup, nameOf } from "../core/people.js";
import { currentUser, dmHash, go } from "../core/router.js";
import { loadView } from "../core/session.js";
import { state } from "../core/store.js";
import { openDialog } from "../overlay/dialog.js";
import { attempt } from "../overlay/toast.js";

/** The people one could ask in, besides these. */
function known(without) {
  const inside = new Set([currentUser(), ...without]);
  return [...state.view.users.values()].filter((user) => !user.bot && !inside.has(user.id));
}

function choose(title, action, without, done) {
  const boxes = known(without).map((user) => ({ user, box: h("input", { type: "checkbox", value: user.id }) }));
  const chosen = () => boxes.filter(({ box }) => box.checked).map(({ user }) => user.id);
  const button = h("button", { type: "button", class: "button primary", onclick: finish }, action);
  const dialog = openDialog(title, boxes.length === 0
    ? h("p", null, "There is nobody else whom you know.")
    : h("ul", { class: "pick-people" }, boxes.map(({ user, box }) =>
      h("li", null, h("label", { class: "switch-row" }, avatar(user, { size: 28 }), h("span", null, nameOf(user)), box)))),
  { actions: boxes.length === 0 ? null : [button] });
  async function finish() {
    if (chosen().length > 0 && (await attempt(() => done(chosen()))) !== undefined) dialog.close();
  }
}

/** Asks whom to write with, and opens the DM of them all. */
export function startGroup() {
  choose("New group", "Create group", [], async (ids) => {
    const channel = await act(currentUser(), "group-dm", { user_ids: ids });
    if (!state.view.dms.has(channel.id)) await loadView();
    go(dmHash(channel.id));
    return channel;
  });
}

async function addAll(channel, ids) {
  for (const id of ids) await act(currentUser(), "add-to-group-dm", { channel_id: channel.id, user_id: id });
  return ids;
}

async function leave(channel) {
  if ((await attempt(() => act(currentUser(), "leave-group-dm", { channel_id: channel.id }))) !== undefined) go(dmHash());
}

/** What can be done with a group, as entries of a menu; none for another channel. */
export function groupEntries(channel) {
  if (!isGroup(channel)) return [];
  return [
    { label: "Add people", run: () => choose("Add people", "Add", channel.recipients.map((user) => user.id), (ids) => addAll(channel, ids)) },
    { label: "Leave group", danger: true, run: () => leave(channel) },
  ];
}
