// The start of the page: puts the parts together, follows the address, and says when the sandbox is out of reach.

import { on, oncePerFrame } from "./core/bus.js";
import { fill, h } from "./core/dom.js";
import { channelName, isForum, nameOf } from "./core/people.js";
import { currentPlace, currentUser, dmHash, go, guildHash } from "./core/router.js";
import { loadWorld, retryNow, startSession } from "./core/session.js";
import { findChannel, guildUnread, state } from "./core/store.js";
import { drawHeader, headerElement, markUnread } from "./chat/header.js";
import { activityElement } from "./chat/activity.js";
import { openChannel, timelineElements } from "./chat/timeline.js";
import "./components/modal.js";
import { boardElement, openBoard } from "./forum/board.js";
import { composeIn, composerElement } from "./composer/composer.js";
import { inspectorElement, restoreInspector } from "./inspector/inspector.js";
import { closePopover } from "./overlay/popover.js";
import { toast } from "./overlay/toast.js";
import { channelsElement, drawChannels } from "./side/channels.js";
import { countEvents } from "./side/events.js";
import "./side/audit_log.js";
import "./side/invite.js";
import "./side/welcome.js";
import { drawMe, meElement, players } from "./side/me.js";
import { drawMembers, membersElement } from "./side/members.js";
import "./side/profile.js";
import { defaultChannel, drawRail, railElement, rememberChannel } from "./side/rail.js";
import { chooseMember, noPlace, noWorld, unreachable } from "./side/start.js";
import { restoreTheme } from "./side/theme.js";

const MEMBERS_BESIDE_PX = 1100;
const MEMBERS_BESIDE_INSPECTOR_PX = 1500;
const narrow = () => innerWidth <= (document.body.classList.contains("inspecting") ? MEMBERS_BESIDE_INSPECTOR_PX : MEMBERS_BESIDE_PX);

const stage = h("div", { class: "stage" });
const chat = h("main", { id: "main", class: "chat", tabIndex: -1 }, headerElement, stage);
const scrim = h("button", { type: "button", class: "scrim", "aria-label": "Close the side panel", onclick: closeDrawers });
const left = h("div", { class: "left" }, railElement, channelsElement, meElement);

function closeDrawers() {
  document.body.classList.remove("drawer-left", "drawer-right");
}

/** Sidebars are drawers where the window is narrow, and columns where it is wide. */
function toggleDrawer(side) {
  if (side === "right" && !document.body.classList.contains("members-drawer")) document.body.classList.toggle("no-members");
  else document.body.classList.toggle(`drawer-${side}`);
  if (side === "left" && document.body.classList.contains("drawer-left")) left.querySelector("a, button")?.focus();
  drawHeader(currentPlace().channel);
}

function fitMembers() {
  document.body.classList.toggle("members-drawer", narrow());
}

/** Follows links within the page without loading it anew. */
function followLink(event) {
  const link = event.target.closest?.("a[href]");
  if (!link || event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || link.target) return;
  const href = link.getAttribute("href");
  if (!href.startsWith("?") && !href.startsWith("#/")) return;
  event.preventDefault();
  const before = currentUser();
  history.pushState(null, "", location.pathname + (href.startsWith("#") ? location.search : "") + href);
  window.dispatchEvent(new PopStateEvent("popstate"));
  if (currentUser() === before) closeDrawers();
}

/** Where the address names no channel, goes to one that the member can see. */
function settlePlace() {
  const place = currentPlace();
  if (place.kind === "none") {
    const guild = state.view.guilds.values().next().value;
    if (guild) go(guildHash(guild.id, defaultChannel(guild)), { replace: true });
    else go(dmHash(), { replace: true });
    return currentPlace();
  }
  const guild = state.view.guilds.get(place.guild);
  // Also when the channel of the address is gone, as after a sandbox that was started anew.
  if (guild && !findChannel(place.channel).channel && defaultChannel(guild)) go(guildHash(guild.id, defaultChannel(guild)), { replace: true });
  return currentPlace();
}

function drawStage() {
  if (state.view === null) {
    openChannel(null);
    openBoard(null);
    composeIn(null);
    if (state.world === null) fill(stage, failed === null ? h("div", { class: "empty-state" }, h("p", null, "Connecting to the sandbox…")) : unreachable(failed.message));
    else if (players().length === 0) fill(stage, noWorld());
    else if (currentUser() === null) fill(stage, chooseMember());
    else if (!players().some((user) => user.id === currentUser())) fill(stage, chooseMember(currentUser()));
    else fill(stage, h("div", { class: "empty-state" }, h("p", null, "Connecting to the sandbox…")));
    drawHeader(null);
    return;
  }
  const place = settlePlace();
  const { channel, guild } = findChannel(place.channel);
  drawHeader(channel?.id ?? null);
  openBoard(isForum(channel) ? channel.id : null);
  if (!channel || isForum(channel)) {
    openChannel(null);
    composeIn(null);
    if (!channel) fill(stage, noPlace(place.kind));
    else if (!stage.contains(boardElement)) fill(stage, boardElement);
    return;
  }
  if (guild) rememberChannel(guild.id, channel.id);
  if (!stage.contains(composerElement)) fill(stage, activityElement, timelineElements[0], composerElement, timelineElements[1]);
  openChannel(channel.id);
  composeIn(channel.id);
}

function drawTitle() {
  const me = state.view?.me;
  const { channel, guild } = findChannel(currentPlace().channel);
  let unread = 0;
  if (state.view) {
    for (const one of state.view.guilds.values()) unread += guildUnread(one);
    for (const id of state.view.dms.keys()) unread += state.view.unread[id] ?? 0;
  }
  markUnread(unread);
  const where = channel ? `${guild ? "#" : ""}${channelName(channel)}${guild ? ` · ${guild.name}` : ""}` : "Sandbox";
  document.title = `${unread > 0 ? `(${unread}) ` : ""}${where}${me ? ` · ${nameOf(me)}` : ""}`;
}

function drawSides() {
  document.body.classList.toggle("no-session", state.view === null);
  drawRail();
  drawChannels();
  drawMe();
  drawTitle();
  countEvents(currentPlace().guild);
}

const sides = oncePerFrame(drawSides);
const everything = oncePerFrame(() => {
  drawStage();
  drawSides();
  drawMembers();
});

let failed = null;
let retryTimer = null;
const banner = document.getElementById("connection");

function showConnection({ connection, retryMs }) {
  if (connection === "open") {
    fill(banner);
    return;
  }
  if (connection !== "lost") return;
  fill(banner, h("div", { class: "connection-lost" },
    h("span", null, `The connection to the sandbox is lost. Trying again in ${Math.max(1, Math.round(retryMs / 1000))} s.`),
    h("button", { type: "button", class: "button small", onclick: retryNow }, "Try now")));
  // A member who does not exist is refused in the same way as a sandbox that is gone: the world tells which it is.
  if (state.view === null) loadWorld().catch(() => {});
}

async function begin() {
  clearTimeout(retryTimer);
  closePopover();
  closeDrawers();
  everything();
  try {
    await loadWorld();
    failed = null;
    fill(banner);
  } catch (error) {
    failed = error;
    everything();
    retryTimer = setTimeout(begin, 2000);
    return;
  }
  if (currentUser() !== null && !players().some((user) => user.id === currentUser())) {
    everything();
    return;
  }
  startSession();
}

on("view", everything);
on("view:error", (error) => toast(error.message));
on("problem", (error) => error.status !== 0 && toast(error.message));
on("place", () => {
  closePopover();
  everything();
});
on("member:switch", begin);
on("world", () => (state.view === null ? everything() : sides()));
on("channels", sides);
on("members", oncePerFrame(drawMembers));
on("connection", showConnection);
on("drawer", toggleDrawer);
document.addEventListener("click", followLink);
document.addEventListener("keydown", (event) => event.key === "Escape" && closeDrawers());

restoreTheme();
fill(document.getElementById("app"), left, chat, membersElement, inspectorElement, scrim);
restoreInspector();
fitMembers();
on("inspector", fitMembers);
window.addEventListener("resize", fitMembers);
begin();
