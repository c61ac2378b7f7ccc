// An invite of one's own to the server: its link, to be given to others.

import { act } from "../core/api.js";
import { on } from "../core/bus.js";
import { h } from "../core/dom.js";
import { currentPlace, currentUser } from "../core/router.js";
import { openDialog } from "../overlay/dialog.js";
import { attempt, toast } from "../overlay/toast.js";
import { defaultChannel } from "./rail.js";

async function open(guild) {
  const { channel } = currentPlace();
  const target = guild.channels.has(channel) ? channel : defaultChannel(guild);
  const invite = await attempt(() => act(currentUser(), "invite", { channel_id: target }));
  if (invite === undefined) return;
  const link = `https://discord.gg/${invite.code}`;
  const field = h("input", { type: "text", readonly: true, value: link, "aria-label": "Link of the invite" });
  openDialog(`Invite people to ${guild.name}`, [field, h("p", { class: "subtext" }, "Whoever has the link can join for a day.")], {
    actions: [h("button", { type: "button", class: "button primary", "data-autofocus": true, onclick: () => copy(link) }, "Copy")],
  });
}

async function copy(link) {
  if ((await attempt(async () => (await navigator.clipboard.writeText(link), true))) !== undefined) toast("The link is copied.", "info");
}

on("invite:open", open);
