// One option of a command as a field: text, number, true or false, a choice, an entity, or what the bot suggests.

import { entities, matching } from "../components/entities.js";
import { h } from "../core/dom.js";
import { Suggestions } from "../overlay/suggestions.js";
import { nameOf } from "./commands.js";

export const TYPE = { STRING: 3, INTEGER: 4, BOOLEAN: 5, USER: 6, CHANNEL: 7, ROLE: 8, MENTIONABLE: 9, NUMBER: 10, ATTACHMENT: 11 };
const ENTITY = { 6: "user", 7: "channel", 8: "role", 9: "mentionable" };
const WORDS = {
  3: "text", 4: "a whole number", 5: "true or false", 6: "a member", 7: "a channel", 8: "a role", 9: "a member or a role", 10: "a number", 11: "a file",
};
const ASK_AFTER_MS = 180;
let counter = 0;

/**
 * `context`: {channelId, suggest(field) → promise of choices, onFocus(field), onEnter(field), onEscape(), onEmptyBackspace(field)}.
 */
export class OptionField {
  constructor(option, context) {
    counter += 1;
    this.option = option;
    this.context = context;
    this.picked = null;
    this.choices = this.fixedChoices();
    this.input = h("input", {
      id: `option-${counter}`, class: "option-input", type: option.type === TYPE.ATTACHMENT ? "file" : "text", autocomplete: "off", spellcheck: "false",
      "aria-label": nameOf(option), "aria-required": String(Boolean(option.required)), placeholder: WORDS[option.type] ?? "",
      inputmode: option.type === TYPE.INTEGER ? "numeric" : option.type === TYPE.NUMBER ? "decimal" : null,
      oninput: () => this.typed(), onkeydown: (event) => this.key(event), onfocus: () => this.focused(), onblur: () => this.blurred(),
    });
    this.list = null;
    if (this.choices !== null || option.autocomplete) {
      this.list = new Suggestions({ label: `Values for ${nameOf(option)}`, onPick: (item) => this.pick(item) }).attach(this.input);
    }
    this.el = h("span", { class: `option-field${option.required ? " required" : ""}` },
      h("label", { htmlFor: this.input.id }, nameOf(option)), this.input);
    this.fit();
  }

  fixedChoices() {
    const { option } = this;
    if (option.choices?.length) return option.choices.map((choice) => ({ key: String(choice.value), value: choice.value, label: nameOf(choice) }));
    if (option.type === TYPE.BOOLEAN) return [true, false].map((value) => ({ key: String(value), value, label: value ? "True" : "False" }));
    if (ENTITY[option.type]) return entities(ENTITY[option.type], this.context.channelId, { channelTypes: option.channel_types });
    return null;
  }

  fit() {
    this.input.size = Math.min(Math.max(this.input.value.length || this.input.placeholder.length, 3), 40);
  }

  typed() {
    this.picked = null;
    this.el.classList.remove("wrong");
    this.fit();
    this.refresh();
  }

  focused() {
    this.context.onFocus(this);
    this.refresh();
  }

  blurred() {
    this.list?.hide();
    // What was typed in full counts as chosen.
    if (this.picked === null && this.choices !== null) {
      const exact = this.choices.find((choice) => choice.label.toLowerCase() === this.input.value.trim().toLowerCase());
      if (exact) this.take(exact);
    }
  }

  refresh() {
    if (this.list === null || document.activeElement !== this.input) return;
    if (this.option.autocomplete) this.ask();
    else if (this.picked === null) this.list.show(matching(this.choices, this.input.value));
    else this.list.hide();
  }

  ask() {
    clearTimeout(this.timer);
    this.list.show([], { note: "Loading options…" });
    this.timer = setTimeout(async () => {
      const asked = this.input.value;
      let choices = [];
      let note = null;
      try {
        choices = await this.context.suggest(this);
      } catch (error) {
        note = `Loading options failed: ${error.message}`;
      }
      // A later keystroke has asked again: this answer is for a text that is no longer there.
      if (asked !== this.input.value || document.activeElement !== this.input || this.picked !== null) return;
      this.list.show(choices.map((choice) => ({ key: String(choice.value), value: choice.value, label: choice.name })), { note: note ?? (choices.length ? null : "No options match") });
    }, ASK_AFTER_MS);
  }

  take(item) {
    this.picked = item;
    this.input.value = item.label;
    this.el.classList.remove("wrong");
    this.fit();
  }

  pick(item) {
    this.take(item);
    this.list.hide();
    this.context.onPicked(this);
  }

  key(event) {
    if (this.list?.key(event)) return;
    const undecided = this.list?.open && this.picked === null && this.list.active >= 0;
    if (event.key === "Enter") {
      event.preventDefault();
      if (undecided) this.list.pickActive();
      else this.context.onEnter(this);
    } else if (event.key === "Tab" && !event.shiftKey && undecided && this.input.value !== "") {
      event.preventDefault();
      this.list.pickActive();
    } else if (event.key === "Escape") {
      event.preventDefault();
      if (this.list?.open) this.list.hide();
      else this.context.onEscape();
    } else if (event.key === "Backspace" && this.input.value === "") {
      event.preventDefault();
      this.context.onEmptyBackspace(this);
    }
  }

  get empty() {
    return this.input.value === "";
  }

  /** The value for the bot's own suggestions, or undefined where what is typed so far is none yet. */
  draft() {
    if (this.option.type === TYPE.ATTACHMENT) return undefined;
    try {
      return this.value();
    } catch {
      return undefined;
    } finally {
      this.el.classList.remove("wrong");
    }
  }

  /** The value to send, of a file a promise of it. Throws an Error that says what is wrong. */
  value() {
    const { option } = this;
    const fail = (text) => {
      this.el.classList.add("wrong");
      throw new Error(`${nameOf(option)}: ${text}`);
    };
    if (this.picked) return this.picked.value;
    if (this.empty) fail("this option is required.");
    if (option.type === TYPE.ATTACHMENT) return fileAsJson(this.input.files[0]);
    if (this.choices !== null) fail(`choose ${WORDS[option.type]} from the list.`);
    const text = this.input.value;
    if (option.type === TYPE.STRING) return checkLength(text, option, fail);
    return checkNumber(text, option, fail);
  }
}

/** A file as the control API takes it; the promise is kept until the command is sent. */
export async function fileAsJson(file) {
  const url = await new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result);
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(file);
  });
  return { filename: file.name, content: url.slice(url.indexOf(",") + 1), ...(file.type && { content_type: file.type }) };
}

function checkLength(text, option, fail) {
  if (option.min_length && text.length < option.min_length) fail(`at least ${option.min_length} characters are needed.`);
  if (option.max_length && text.length > option.max_length) fail(`at most ${option.max_length} characters fit.`);
  return text;
}

function checkNumber(text, option, fail) {
  const number = Number(text.trim().replace(",", "."));
  if (Number.isNaN(number)) fail(`enter ${WORDS[option.type]}.`);
  if (option.type === TYPE.INTEGER && !Number.isSafeInteger(number)) fail("enter a whole number.");
  if (option.min_value !== undefined && number < option.min_value) fail(`the least is ${option.min_value}.`);
  if (option.max_value !== undefined && number > option.max_value) fail(`the most is ${option.max_value}.`);
  return number;
}
