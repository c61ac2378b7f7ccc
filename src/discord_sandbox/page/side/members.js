// The right column: who is in the open channel's server, by role and presence; in a DM, who one is talking to.

import { emit } from "../core/bus.js";
import { fill, h } from "../core/dom.js";
import { avatar, botTag, nameOf, paintedName, roleIcon, userById } from "../core/people.js";
import { currentPlace } from "../core/router.js";
import { findChannel, state } from "../core/store.js";

export const membersElement = h("aside", { class: "members", "aria-label": "Members" });
const MOST = 200;

function memberRow(user, guild, status) {
  return h("li", null,
    h("button",
      {
        type: "button", class: `member${status === "offline" || status === "invisible" ? " offline" : ""}`, "aria-haspopup": "dialog",
        onclick: (event) => emit("profile", { userId: user.id, guild, anchor: event.currentTarget }),
      },
      avatar(user, { size: 32, status, guild }), h("span", paintedName(user.id, guild, "member-name"), nameOf(user, guild)), roleIcon(user.id, guild), botTag(user)));
}

/** Sections of the list: hoisted roles from the highest, then online, then offline. */
function sections(guild) {
  const everyone = [...guild.members].map(([id, member]) => ({ user: userById(id), member })).filter(({ user }) => user);
  everyone.sort((a, b) => nameOf(a.user, guild).localeCompare(nameOf(b.user, guild)));
  const away = ({ member }) => member.status === "offline" || member.status === "invisible";
  const hoisted = [...guild.roles.values()].filter((role) => role.hoist).sort((a, b) => b.position - a.position);
  const found = [];
  let rest = everyone.filter((one) => !away(one));
  for (const role of hoisted) {
    found.push([role.name, rest.filter(({ member }) => member.roles.includes(role.id))]);
    rest = rest.filter(({ member }) => !member.roles.includes(role.id));
  }
  found.push(["Online", rest], ["Offline", everyone.filter(away)]);
  return found.filter(([, people]) => people.length > 0);
}

/** Draws the column anew. */
export function drawMembers() {
  if (state.view === null) {
    fill(membersElement);
    return;
  }
  const place = currentPlace();
  const guild = state.view.guilds.get(place.guild);
  if (guild) {
    fill(membersElement, sections(guild).map(([title, people]) =>
      h("section", null, h("h3", null, `${title} — ${people.length}`),
        h("ul", null, people.slice(0, MOST).map(({ user, member }) => memberRow(user, guild, member.status))),
        people.length > MOST && h("p", { class: "subtext" }, `and ${people.length - MOST} more`))));
    return;
  }
  const { channel } = findChannel(place.channel);
  const others = channel?.recipients ?? [];
  fill(membersElement, others.length > 0 && h("section", null, h("h3", null, "In this conversation"),
    h("ul", null, [...others, state.view.me].map((user) => memberRow(userById(user.id) ?? user, null, null)))));
}
