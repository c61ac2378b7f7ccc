// What a member can set for themselves: DMs from servers, blocks, presence, the servers they are in, the page's look.

import { act } from "../core/api.js";
import { h } from "../core/dom.js";
import { nameOf, userById } from "../core/people.js";
import { currentUser } from "../core/router.js";
import { loadWorld } from "../core/session.js";
import { state } from "../core/store.js";
import { closePopover, openPopover } from "../overlay/popover.js";
import { attempt } from "../overlay/toast.js";
import { leave } from "./channels.js";

const own = () => state.world?.users.find((user) => user.id === currentUser()) ?? {};

/** The users whose messages this member does not take. */
export const blockedBy = () => own().blocked ?? [];
const acceptsDms = () => own().accept_dms ?? true;

const switchRow = (label, checked, onchange) =>
  h("label", { class: "switch-row" }, h("span", null, label), h("input", { type: "checkbox", role: "switch", checked, onchange: (event) => onchange(event.currentTarget.checked) }));

async function save(body) {
  await attempt(() => act(currentUser(), "settings", body));
  await attempt(loadWorld);
}

function servers() {
  const mine = state.view.guilds;
  return (state.world?.guilds ?? []).map((guild) =>
    h("li", { class: "server-row" }, h("span", null, guild.name),
      mine.has(guild.id)
        ? h("button", { type: "button", class: "button subtle small", "aria-label": `Leave ${guild.name}`, onclick: () => { closePopover(); leave(mine.get(guild.id)); } }, "Leave")
        : h("button", { type: "button", class: "button primary small", "aria-label": `Join ${guild.name}`, onclick: () => join(guild) }, "Join")));
}

async function join(guild) {
  closePopover();
  await attempt(() => act(currentUser(), "join", { guild_id: guild.id }));
}

/** The applications that this member has installed for themselves, by id. */
export const installed = () => own().installed ?? [];
const USER_INSTALL = 1;
export const installable = () => (state.world?.applications ?? []).filter((one) => one.integration_types.includes(USER_INSTALL));

/** Installs an application for this member, or removes it. */
export const setInstalled = (application, wanted) =>
  attempt(() => act(currentUser(), wanted ? "install" : "uninstall", { application_id: application.id }));

function apps() {
  return installable().map((application) => {
    const mine = installed().includes(application.id);
    return h("li", { class: "server-row" }, h("span", null, application.name),
      h("button",
        {
          type: "button", class: `button small ${mine ? "subtle" : "primary"}`, "aria-label": `${mine ? "Remove" : "Add"} ${application.name}`,
          onclick: () => { closePopover(); setInstalled(application, !mine); },
        },
        mine ? "Remove" : "Add"));
  });
}

/** A row that shows a picture's name and lets it be chosen from a file, or taken away. */
function pictureRow(label, name, set) {
  const file = h("input", {
    type: "file", class: "sr-only", accept: "image/png,image/jpeg,image/gif,image/webp", "aria-label": label,
    onchange: async () => {
      const image = file.files.length > 0 ? await attempt(() => dataUri(file.files[0])) : undefined;
      if (image !== undefined) await save({ [name]: image });
    },
  });
  return h("div", { class: "switch-row" }, h("span", null, label),
    h("span", { class: "picture-buttons" },
      h("label", { class: "button subtle small" }, "Choose", file),
      set && h("button", { type: "button", class: "button subtle small", "aria-label": `Remove ${label.toLowerCase()}`, onclick: () => { closePopover(); save({ [name]: null }); } }, "Remove")));
}

const dataUri = (file) => new Promise((resolve, reject) => {
  const reader = new FileReader();
  reader.onload = () => resolve(reader.result);
  reader.onerror = () => reject(new Error(`${file.name} could not be read.`));
  reader.readAsDataURL(file);
});

const STATUSES = { online: "Online", idle: "Idle", dnd: "Do not disturb", offline: "Invisible" };

/** Opens the member's settings beside `anchor`. */
export async function openSettings(anchor) {
  await attempt(loadWorld);
  const me = userById(currentUser());
  const status = own().status ?? "online";
  const blocked = blockedBy().map(userById).filter(Boolean);
  openPopover(anchor, h("div", { class: "settings", role: "dialog", "aria-label": "Member settings" },
    h("h3", null, nameOf(me)),
    switchRow("Accept DMs from servers", acceptsDms(), (on) => save({ accept_dms: on })),
    h("label", { class: "switch-row" }, h("span", null, "Status"),
      h("select", { class: "input small", onchange: (event) => save({ status: event.currentTarget.value }) },
        Object.entries(STATUSES).map(([value, label]) => h("option", { value, selected: value === status }, label)))),
    pictureRow("Picture", "avatar", me?.avatar), pictureRow("Banner", "banner", me?.banner),
    blocked.length > 0 && [h("h4", null, "Blocked"), h("ul", null, blocked.map((user) =>
      h("li", { class: "server-row" }, h("span", null, nameOf(user)),
        h("button", { type: "button", class: "button subtle small", onclick: () => { closePopover(); save({ block: blockedBy().filter((id) => id !== user.id) }); } }, "Unblock"))))],
    h("h4", null, "Servers"), h("ul", null, servers()),
    installable().length > 0 && [h("h4", null, "Your apps"), h("ul", null, apps())]), { side: "above" });
}
