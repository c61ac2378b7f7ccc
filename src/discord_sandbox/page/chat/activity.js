// Activities: who takes part in one, the invitation to it, and the way in and out. The sandbox runs nothing in them.

import { act } from "../core/api.js";
import { on, oncePerFrame } from "../core/bus.js";
import { fill, h, icon } from "../core/dom.js";
import { nameOf, userById } from "../core/people.js";
import { currentPlace, currentUser } from "../core/router.js";
import { findChannel, state } from "../core/store.js";
import { attempt, toast } from "../overlay/toast.js";

/** The bar over the messages of a channel in which an activity goes on. */
export const activityElement = h("section", { class: "activities", "aria-label": "Activities" });

const appName = (id) => state.world?.applications.find((one) => one.id === id)?.name ?? "An app";
const takesPart = (activity) => activity?.users.includes(currentUser());

function names(activity, guild) {
  return activity.users.map((id) => nameOf(userById(id) ?? { id, username: id }, guild)).join(", ");
}

function way(activity) {
  const inside = takesPart(activity);
  const name = appName(activity.application_id);
  const go = () => attempt(() => act(currentUser(), inside ? "leave-activity" : "join-activity", { instance_id: activity.instance_id }));
  return h("button", { type: "button", class: `button small ${inside ? "subtle" : "primary"}`, "aria-label": `${inside ? "Leave" : "Join"} ${name}`, onclick: go }, inside ? "Leave" : "Join");
}

function draw() {
  const { channel, guild } = findChannel(currentPlace().channel);
  const going = [...(state.view?.activities.values() ?? [])].filter((one) => one.location.channel_id === channel?.id);
  fill(activityElement, going.map((activity) => h("div", { class: "activity" },
    icon("apps", 18), h("strong", null, appName(activity.application_id)),
    h("span", { class: "activity-who" }, names(activity, guild)), way(activity))));
}

/** The invitation in a message, or null where there is none. */
export function drawInvitation(message) {
  if (!message.activity) return null;
  const going = state.view?.activities.get(message.activity.party_id);
  return h("section", { class: "invitation", "aria-label": `Activity: ${message.application?.name ?? ""}` },
    icon("apps", 20), h("strong", null, message.application?.name ?? "Activity"),
    going ? way(going) : h("span", { class: "subtext" }, "It has ended"));
}

const drawSoon = oncePerFrame(draw);
for (const what of ["view", "place", "activities"]) on(what, drawSoon);
on("activity:launched", ({ application_id: id }) => toast(`${appName(id)} is launched: the sandbox runs nothing in it.`, "info"));
