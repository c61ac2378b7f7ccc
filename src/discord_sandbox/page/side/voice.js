// Voice and stage channels: who is in them, and how the member comes, goes and asks to speak. There is no sound.

import { act } from "../core/api.js";
import { emit } from "../core/bus.js";
import { h, icon, iconButton } from "../core/dom.js";
import { avatar, nameOf, userById } from "../core/people.js";
import { currentUser } from "../core/router.js";
import { may, PERMISSION, state } from "../core/store.js";
import { attempt } from "../overlay/toast.js";

const STAGE = 13;

export const isVoice = (channel) => [2, STAGE].includes(channel?.type);

/** Where the member is: `{guild, channel, own}`, or null. */
function whereIAm() {
  for (const guild of state.view?.guilds.values() ?? []) {
    const own = guild.voice_states.find((one) => one.user_id === currentUser());
    if (own) return { guild, own, channel: guild.channels.get(own.channel_id) ?? { name: "a channel you cannot see" } };
  }
  return null;
}

/** Comes into a voice channel, unless the member is in it. */
export function joinVoice(channel) {
  if (whereIAm()?.own.channel_id !== channel.id) attempt(() => act(currentUser(), "voice", { channel_id: channel.id }));
}

const leaveVoice = () => attempt(() => act(currentUser(), "voice", { channel_id: null }));

/** Those who are in a channel, for the row below it; null where it is empty. */
export function voiceMembers(guild, channel) {
  const there = guild.voice_states.filter((one) => one.channel_id === channel.id);
  if (there.length === 0 && !channel.status) return null;
  return h("div", { class: "voice-members" },
    channel.status && h("p", { class: "subtext" }, channel.status),
    h("ul", { "aria-label": `In ${channel.name}` }, there.map((one) => h("li", null, person(guild, channel, one)))));
}

function person(guild, channel, one) {
  const user = userById(one.user_id);
  const stage = channel.type === STAGE;
  const marks = [
    (one.mute || one.self_mute) && "muted", (one.deaf || one.self_deaf) && "deafened",
    stage && (one.suppress ? "audience" : "speaker"), stage && one.suppress && one.request_to_speak_timestamp && "asks to speak",
  ].filter(Boolean);
  return [
    h("button", { type: "button", class: "voice-member", "aria-haspopup": "dialog", onclick: (event) => emit("profile", { userId: one.user_id, guild, anchor: event.currentTarget }) },
      avatar(user, { size: 20 }), h("span", { class: "channel-name" }, nameOf(user, guild)), marks.length > 0 && h("small", null, marks.join(", "))),
    stage && may(channel, PERMISSION.MUTE_MEMBERS) && iconButton(one.suppress ? "mic" : "close", `${one.suppress ? "Bring up" : "Send to the audience"}: ${nameOf(user, guild)}`, () => suppress(one.user_id, !one.suppress), { size: 14 }),
  ];
}

const suppress = (userId, wanted) => attempt(() => act(currentUser(), "suppress", { user_id: userId, suppress: wanted }));

/** The bar that says where the member is in voice; null where they are nowhere. */
export function voiceBar() {
  const place = whereIAm();
  if (place === null) return null;
  const { guild, channel, own } = place;
  const set = (change) => attempt(() => act(currentUser(), "voice", { channel_id: own.channel_id, self_mute: own.self_mute, self_deaf: own.self_deaf, ...change }));
  const asks = Boolean(own.request_to_speak_timestamp);
  return h("section", { class: "voice-bar", "aria-label": "Voice" },
    h("span", { class: "voice-where" }, icon("speaker", 16), h("strong", null, channel.name), h("small", null, `${guild.name} · without sound`)),
    channel.type === STAGE && own.suppress && iconButton("hand", asks ? "Do not ask to speak any more" : "Ask to speak",
      () => attempt(() => act(currentUser(), "request_to_speak", { wanted: !asks })), { size: 18, "aria-pressed": String(asks) }),
    iconButton(own.self_mute ? "micoff" : "mic", own.self_mute ? "Unmute" : "Mute", () => set({ self_mute: !own.self_mute }), { size: 18, "aria-pressed": String(own.self_mute) }),
    iconButton("close", "Leave voice", leaveVoice, { size: 18 }));
}
