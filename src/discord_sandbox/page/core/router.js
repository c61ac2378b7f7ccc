// Where the person is and as whom: `?as=USER#/channels/GUILD/CHANNEL` or `#/dm/CHANNEL`.

import { emit } from "./bus.js";

/** The member of this window, or null. */
export function currentUser() {
  return new URLSearchParams(location.search).get("as");
}

/** `{kind: "guild" | "dm" | "none", guild, channel}` from the address. */
export function currentPlace() {
  const parts = location.hash.replace(/^#\/?/, "").split("/").filter(Boolean).map(decodeURIComponent);
  if (parts[0] === "channels" && parts[1] === "@me") return { kind: "dm", guild: null, channel: parts[2] ?? null };
  if (parts[0] === "channels") return { kind: "guild", guild: parts[1] ?? null, channel: parts[2] ?? null };
  if (parts[0] === "dm") return { kind: "dm", guild: null, channel: parts[1] ?? null };
  return { kind: "none", guild: null, channel: null };
}

export const guildHash = (guild, channel) => `#/channels/${guild}${channel ? `/${channel}` : ""}`;
export const dmHash = (channel) => `#/dm${channel ? `/${channel}` : ""}`;

/** The address that shows `place` (a hash) as `user`. */
export const addressAs = (user, hash = location.hash) => `?as=${encodeURIComponent(user)}${hash}`;

/** Goes to a place without leaving the page; `replace` where the person did not choose it. */
export function go(hash, { replace = false } = {}) {
  if (location.hash === hash) return;
  navigate(location.search + hash, replace);
}

/** Becomes another member; stays in the place if they can see it. */
export function become(user, hash = location.hash) {
  navigate(addressAs(user, hash), false);
}

function navigate(address, replace) {
  history[replace ? "replaceState" : "pushState"](null, "", location.pathname + address);
  announce();
}

let known = currentUser();

function announce() {
  const before = known;
  known = currentUser();
  if (known !== before) emit("member:switch", known);
  else emit("place", currentPlace());
}

window.addEventListener("popstate", announce);
