// A poll in a message: its answers to press, and how many have.

import { act } from "../core/api.js";
import { h, icon } from "../core/dom.js";
import { emojiNode } from "../core/emojis.js";
import { currentUser } from "../core/router.js";
import { attempt } from "../overlay/toast.js";
import { timestamp } from "../text/timestamps.js";

const votes = (count) => `${count} ${count === 1 ? "vote" : "votes"}`;

/** The poll of a message, or null where there is none. */
export function drawPoll(message) {
  const { poll } = message;
  if (!poll) return null;
  const counts = new Map(poll.results.answer_counts.map((one) => [one.id, one]));
  const total = [...counts.values()].reduce((sum, one) => sum + one.count, 0);
  const closed = poll.results.is_finalized;
  const expires = Math.floor(Date.parse(poll.expiry) / 1000);
  const choice = poll.allow_multiselect ? "Select one or more answers" : "Select one answer";
  return h("section", { class: "poll", "aria-label": `Poll: ${poll.question.text}` },
    h("h3", null, poll.question.text),
    h("p", { class: "subtext" }, closed ? "The votes are counted" : choice),
    h("ul", null, poll.answers.map((answer) => h("li", null, row(message, answer, counts.get(answer.answer_id), total, closed)))),
    h("p", { class: "subtext" }, votes(total), " · ", closed ? "Poll closed" : ["ends ", timestamp(expires, "R")]));
}

function row(message, answer, counted, total, closed) {
  const { text, emoji } = answer.poll_media;
  const count = counted?.count ?? 0;
  const mine = Boolean(counted?.me_voted);
  return h("button",
    {
      type: "button", class: `poll-answer${mine ? " mine" : ""}`, disabled: closed, "aria-pressed": String(mine),
      "aria-label": `${text}, ${votes(count)}`, style: { "--share": `${total === 0 ? 0 : (100 * count) / total}%` },
      // The label names a control that is drawn anew with each vote, so that it keeps the focus.
      dataset: { customId: `answer-${answer.answer_id}` }, onclick: () => choose(message, answer.answer_id, mine),
    },
    emojiNode(emoji), h("span", { class: "poll-text" }, text),
    h("span", { class: "poll-count" }, votes(count)), mine && icon("check", 16));
}

function choose(message, answerId, mine) {
  const { poll } = message;
  const before = poll.results.answer_counts.filter((one) => one.me_voted).map((one) => one.id);
  const others = poll.allow_multiselect ? before.filter((id) => id !== answerId) : [];
  const wanted = mine ? others : [...others, answerId];
  attempt(() => act(currentUser(), "vote", { channel_id: message.channel_id, message_id: message.id, answer_ids: wanted }));
}
