// Where the pictures of people and servers are: the paths of Discord's CDN, which the sandbox serves itself.

import { h } from "./dom.js";

const at = (...path) => `${location.origin}/cdn/${path.map(encodeURIComponent).join("/")}.png`;
const one = (hash, ...place) => (hash ? at(...place, hash) : null);

/** The address of a user's picture, the one they have in a server before their own; null where they have none. */
export function avatarUrl(user, guild = null) {
  if (!user) return null;
  const here = guild?.members.get(user.id)?.avatar;
  return one(here, "guilds", guild?.id, "users", user.id, "avatars") ?? one(user.avatar, "avatars", user.id);
}

/** The address of the wide picture over a user's profile, or null. */
export function bannerUrl(user, guild = null) {
  const here = guild?.members.get(user.id)?.banner;
  return one(here, "guilds", guild?.id, "users", user.id, "banners") ?? one(user.banner, "banners", user.id);
}

export const iconUrl = (guild) => one(guild.icon, "icons", guild.id);
export const roleIconUrl = (role) => one(role.icon, "role-icons", role.id);
export const eventImageUrl = (event) => one(event.image, "guild-events", event.id);
export const emojiUrl = (emoji) => at("emojis", emoji.id);

/** A picture, for the eyes only, that gives way to `instead` (null is nothing) where it cannot be loaded or there is none. */
export function pictureOr(url, className, instead) {
  if (url === null) return instead;
  const img = h("img", { class: className, src: url, alt: "", referrerpolicy: "no-referrer", draggable: "false" });
  img.addEventListener("error", () => (instead === null ? img.remove() : img.replaceWith(instead)), { once: true });
  return img;
}
