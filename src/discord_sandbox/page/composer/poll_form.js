// The form that begins a poll: a question, up to ten answers, and how long it is open.

import { act } from "../core/api.js";
import { h } from "../core/dom.js";
import { currentUser } from "../core/router.js";
import { openDialog } from "../overlay/dialog.js";
import { attempt } from "../overlay/toast.js";

const MOST_ANSWERS = 10;
const LONGEST_QUESTION = 300;
const LONGEST_ANSWER = 55;
const HOURS = [[1, "1 hour"], [4, "4 hours"], [8, "8 hours"], [24, "24 hours"], [72, "3 days"], [168, "1 week"]];
const USUAL_HOURS = 24;

/** Asks for a poll, and posts it in the channel. */
export function openPollForm(channelId) {
  const question = h("input", { class: "input", maxlength: String(LONGEST_QUESTION), required: true, "aria-label": "Question", "data-autofocus": true });
  const answers = h("div", { class: "poll-fields" });
  const more = h("button", { type: "button", class: "button subtle small", onclick: () => addAnswer().focus() }, "Add an answer");
  const several = h("input", { type: "checkbox", role: "switch" });
  const hours = h("select", { class: "input", "aria-label": "Duration" }, HOURS.map(([value, text]) => h("option", { value: String(value), selected: value === USUAL_HOURS }, text)));

  function addAnswer() {
    const number = answers.children.length + 1;
    const field = h("input", { class: "input", maxlength: String(LONGEST_ANSWER), required: number === 1, "aria-label": `Answer ${number}` });
    answers.append(field);
    more.hidden = number >= MOST_ANSWERS;
    return field;
  }
  addAnswer();
  addAnswer();

  async function post(event) {
    event.preventDefault();
    const texts = [...answers.children].map((field) => field.value.trim()).filter(Boolean);
    const poll = {
      question: { text: question.value.trim() }, answers: texts.map((text) => ({ poll_media: { text } })),
      duration: Number(hours.value), allow_multiselect: several.checked,
    };
    if ((await attempt(() => act(currentUser(), "message", { channel_id: channelId, poll }))) !== undefined) dialog.close();
  }

  const form = h("form", { class: "poll-form", onsubmit: post },
    h("label", null, h("span", { class: "field-label" }, "Question"), question),
    h("span", { class: "field-label" }, "Answers"), answers, more,
    h("label", null, h("span", { class: "field-label" }, "Duration"), hours),
    h("label", { class: "switch-row" }, h("span", null, "Allow multiple answers"), several),
    h("button", { type: "submit", class: "button primary" }, "Post poll"));
  const dialog = openDialog("Create a poll", form);
}
