// The lower left: whom this window plays, the others one click away, and the member's settings.

import { fill, h, icon, iconButton } from "../core/dom.js";
import { avatar, nameOf } from "../core/people.js";
import { addressAs, currentUser } from "../core/router.js";
import { state } from "../core/store.js";
import { openPopover, closePopover } from "../overlay/popover.js";
import { openSettings } from "./settings.js";
import { toggleTheme } from "./theme.js";
import { voiceBar } from "./voice.js";

export const meElement = h("section", { class: "me", "aria-label": "Member you play" });
const IN_REACH = 7;

/** The people of the world, bots excluded: a bot is played by its own program. */
export const players = () => (state.world?.users ?? []).filter((user) => !user.bot).map((user) => ({ ...user, ...state.view?.users.get(user.id) }));

/** Draws the panel anew. */
export function drawMe() {
  const me = players().find((user) => user.id === currentUser()) ?? state.view?.me;
  const others = players().filter((user) => user.id !== currentUser());
  fill(meElement, voiceBar(),
    others.length > 0 && h("div", { class: "switcher", role: "group", "aria-label": "Switch member" },
      others.slice(0, IN_REACH).map((user) =>
        h("a", { class: "switch-to", href: addressAs(user.id), "aria-label": `Switch to ${nameOf(user)}`, title: `Switch to ${nameOf(user)} (Ctrl-click: in a second window)` }, avatar(user, { size: 28 }))),
      others.length > IN_REACH && h("button", { type: "button", class: "switch-more", "aria-haspopup": "dialog", onclick: (event) => showAll(event.currentTarget) }, `+${others.length - IN_REACH}`)),
    me && h("div", { class: "me-row" },
      h("button", { type: "button", class: "me-button", "aria-haspopup": "dialog", "aria-label": `Playing ${nameOf(me)}: change member`, onclick: (event) => showAll(event.currentTarget) },
        avatar(me, { size: 34, status: "online" }),
        h("span", { class: "me-names" }, h("strong", null, nameOf(me)), h("small", null, me.username))),
      iconButton("contrast", "Switch between light and dark", toggleTheme, { size: 18 }),
      iconButton("gear", "Member settings", (event) => openSettings(event.currentTarget), { size: 18, "aria-haspopup": "dialog" })));
}

function showAll(anchor) {
  const filter = h("input", { type: "search", class: "input", "aria-label": "Find a member", placeholder: "Find a member", oninput: () => draw(), "data-autofocus": true });
  const list = h("ul", { class: "switch-list" });
  const draw = () => {
    const wanted = filter.value.trim().toLowerCase();
    const found = players().filter((user) => `${nameOf(user)} ${user.username}`.toLowerCase().includes(wanted));
    fill(list, found.slice(0, 100).map((user) =>
      h("li", null,
        h("a", { class: `member${user.id === currentUser() ? " current" : ""}`, href: addressAs(user.id), onclick: () => closePopover() }, avatar(user, { size: 32 }), h("span", { class: "member-name" }, nameOf(user)), user.id === currentUser() && icon("check", 16)),
        h("a", { class: "icon-button", href: addressAs(user.id), target: "_blank", rel: "noopener", "aria-label": `Open ${nameOf(user)} in a second window`, title: "In a second window" }, icon("external", 16)))));
  };
  draw();
  openPopover(anchor, h("div", { class: "switch-panel", role: "dialog", "aria-label": "Play another member" }, filter, list), { side: "above" });
}
