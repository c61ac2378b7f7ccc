// The cards of invites under a message that has links to them: which server it is, and a button to join it.

import { act, get } from "../core/api.js";
import { emit } from "../core/bus.js";
import { fill, h } from "../core/dom.js";
import { guildMark } from "../core/people.js";
import { addressAs, currentUser, go, guildHash } from "../core/router.js";
import { loadView } from "../core/session.js";
import { state } from "../core/store.js";
import { attempt } from "../overlay/toast.js";

const LINK = /\bdiscord(?:\.gg|(?:app)?\.com\/invite)\/([A-Za-z0-9-]{2,32})/g;
const MOST = 5;

/** A card for each invite that the message links to. */
export function drawInvites(message) {
  const codes = new Set([...(message.content ?? "").matchAll(LINK)].map((match) => match[1]));
  return [...codes].slice(0, MOST).map((code) => {
    const card = h("section", { class: "invite-card", "aria-label": "Invite to a server" }, h("p", { class: "subtext" }, "Looking at the invite…"));
    show(card, code);
    return card;
  });
}

async function show(card, code) {
  try {
    const invite = await get(`/members/${currentUser()}/invites/${code}`);
    fill(card, offer(card, code, invite));
  } catch (error) {
    const gone = error.status === 404;
    fill(card, h("p", { class: "subtext" }, gone ? "This invite holds no longer: ask for another one." : error.message));
  }
}

function offer(card, code, invite) {
  const { guild, channel } = invite;
  const members = invite.approximate_member_count;
  const place = guildHash(guild.id, channel.id);
  return [
    h("p", { class: "subtext" }, "You have been invited to join a server"),
    h("div", { class: "invite-row" }, guildMark(guild),
      h("div", { class: "invite-text" }, h("strong", null, guild.name),
        h("span", { class: "subtext" }, `${members} ${members === 1 ? "member" : "members"} · #${channel.name}`)),
      invite.joined || state.view?.guilds.has(guild.id)
        ? h("a", { class: "button subtle", href: addressAs(currentUser(), place) }, "Joined")
        : h("button", { type: "button", class: "button primary", onclick: () => join(card, code, place, guild.id) }, "Join")),
  ];
}

async function join(card, code, place, guildId) {
  if ((await attempt(() => act(currentUser(), "join", { code }))) === undefined) return show(card, code);
  await attempt(() => loadView());
  go(place);
  const joined = state.view?.guilds.get(guildId);
  if (joined?.welcome_screen) emit("welcome:open", joined);
}
