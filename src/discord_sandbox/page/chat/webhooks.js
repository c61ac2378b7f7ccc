// The webhooks of a channel, for those who may manage them: made, copied for others to post with, deleted.

import { act, get } from "../core/api.js";
import { fill, h, iconButton } from "../core/dom.js";
import { channelName } from "../core/people.js";
import { currentUser } from "../core/router.js";
import { may, PERMISSION } from "../core/store.js";
import { confirm, openDialog } from "../overlay/dialog.js";
import { attempt, toast } from "../overlay/toast.js";

const LONGEST_NAME = 80;
const TAKE_WEBHOOKS = [0, 2, 5, 13, 15, 16];

/** Whether the member may look at a channel's webhooks. */
export const mayManageWebhooks = (channel) => TAKE_WEBHOOKS.includes(channel?.type) && may(channel, PERMISSION.MANAGE_WEBHOOKS);

/** Shows the webhooks of a channel. */
export function openWebhooks(channel) {
  const name = h("input", { class: "input", name: "name", required: true, maxlength: String(LONGEST_NAME), "aria-label": "Name of a new webhook", placeholder: "Name of a new webhook" });
  const list = h("ul", { class: "webhooks" });
  const form = h("form", { class: "search-form", onsubmit: make }, name, h("button", { type: "submit", class: "button" }, "Make webhook"));
  openDialog(`Webhooks of #${channelName(channel)}`, [h("p", { class: "subtext" }, "Whoever has a webhook's address can post here with it."), list, form]);

  async function load() {
    const found = await attempt(() => get(`/members/${currentUser()}/channels/${channel.id}/webhooks`));
    if (found !== undefined) fill(list, found.map((webhook) => h("li", { class: "webhook" }, row(webhook))));
  }

  async function make(event) {
    event.preventDefault();
    if ((await attempt(() => act(currentUser(), "webhook", { channel_id: channel.id, name: name.value.trim() }))) === undefined) return;
    name.value = "";
    await load();
  }

  async function remove(webhook) {
    const text = webhook.url ? "Nobody can post with its address any more." : "What is published there no longer appears here.";
    if (!(await confirm(`Delete ${webhook.name}`, text, "Delete"))) return;
    if ((await attempt(() => act(currentUser(), "delete-webhook", { webhook_id: webhook.id }))) !== undefined) await load();
  }

  function row(webhook) {
    return [
      h("span", { class: "webhook-name" }, h("strong", null, webhook.name), h("small", null, webhook.url ? "Takes messages" : "Follows a channel")),
      webhook.url && h("button", { type: "button", class: "button small subtle", onclick: () => copy(webhook) }, "Copy address"),
      iconButton("trash", `Delete ${webhook.name}`, () => remove(webhook), { size: 18 }),
    ];
  }

  load();
}

async function copy(webhook) {
  if ((await attempt(() => navigator.clipboard.writeText(webhook.url).then(() => true))) === undefined) return;
  toast(`The address of ${webhook.name} is copied.`, "info");
}
