// Messages that Discord itself writes: joins, pins, threads, stages, polls, alerts of AutoMod.

import { h, icon } from "../core/dom.js";
import { authorOf, nameOf, userById } from "../core/people.js";

const named = (message) => h("strong", null, nameOf(userById(message.mentions?.[0]?.id) ?? message.mentions?.[0]));
const LINES = {
  1: (name, message) => ["people", [name, " added ", named(message), " to the group."]],
  2: (name) => ["people", [name, " left the group."]],
  6: (name) => ["pin", [name, " pinned a message to this channel."]],
  7: (name) => ["people", [name, " joined the server."]],
  12: (name, message) => ["megaphone", [name, " added ", h("strong", null, message.content), " to this channel."]],
  18: (name, message) => ["thread", [name, " started a thread: ", h("strong", null, message.content)]],
  24: (name, message) => ["bell", ["AutoMod ", field(message, "decision_outcome"), " a message of ", name, " by the rule ", h("strong", null, field(message, "rule_name")), ": ", message.embeds?.[0]?.description ?? ""]],
  27: (name, message) => ["speaker", [name, " started ", h("strong", null, message.content)]],
  28: (name, message) => ["speaker", [name, " ended ", h("strong", null, message.content)]],
  31: (name, message) => ["speaker", [name, " changed the Stage topic: ", h("strong", null, message.content)]],
  46: (name, message) => ["check", ["The poll ", h("strong", null, field(message, "poll_question_text")), " of ", name, " has closed: ", outcome(message)]],
  21: (name) => ["thread", [name, " started this thread."]],
};

const field = (message, name) => message.embeds?.[0]?.fields?.find((field) => field.name === name)?.value ?? "";

/** What came of a poll, in words. */
function outcome(message) {
  const [winner, most, total] = ["victor_answer_text", "victor_answer_votes", "total_votes"].map((name) => field(message, name));
  if (total === "0") return "nobody voted.";
  return winner === "" ? `a draw, with ${most} of ${total} votes each.` : [h("strong", null, winner), ` won with ${most} of ${total} votes.`];
}

/** The line of a system message as nodes, or null for one that a person or a bot wrote. */
export function systemText(message, guild) {
  const line = LINES[message.type];
  if (!line) return null;
  const user = authorOf(message);
  const [name, nodes] = line(h("strong", null, nameOf(user, guild)), message);
  return [icon(name, 16), " ", ...nodes];
}
