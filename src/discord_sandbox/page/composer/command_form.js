// A chosen command being filled in: its name, its required options as fields, the optional ones to add.

import { act } from "../core/api.js";
import { fill, h, iconButton } from "../core/dom.js";
import * as interactions from "../core/interactions.js";
import { currentUser } from "../core/router.js";
import { nameOf, nestOptions, textOf } from "./commands.js";
import { OptionField } from "./option_field.js";

/** `done()` is called when the command was sent, `cancel()` when it was given up. */
export class CommandForm {
  constructor(leaf, { channelId, done, cancel }) {
    Object.assign(this, { leaf, channelId, done, cancel });
    this.fields = [];
    this.hint = h("div", { class: "command-hint" });
    this.error = h("div", { class: "command-error", role: "alert" });
    this.lists = h("div", { class: "command-lists" });
    this.row = h("span", { class: "option-fields" });
    this.more = h("span", { class: "option-more" });
    this.run = h("button", { type: "submit", class: "button primary small", "aria-label": `Send /${leaf.title}` }, "Send");
    this.el = h("form",
      { class: "command-form", "aria-label": `Command /${leaf.title}`, onsubmit: (event) => this.submit(event), oninput: () => fill(this.error), onkeydown: (event) => event.key === "Escape" && this.escape(event) },
      this.lists, h("div", { class: "command-top" }, this.hint, this.error),
      h("div", { class: "command-line" },
        h("div", { class: "command-parts" }, h("span", { class: "command-name" }, `/${leaf.title}`), this.row, this.more),
        this.run, iconButton("close", "Cancel the command", () => cancel(), { size: 18 })));
    for (const option of leaf.options.filter((one) => one.required)) this.addField(option);
    this.drawMore();
    this.describe(null);
  }

  /** Puts the focus where the person goes on: the first empty field, else the button that sends. */
  focus() {
    (this.fields.find((field) => field.empty)?.input ?? this.run).focus();
  }

  escape(event) {
    if (event.defaultPrevented) return;
    event.preventDefault();
    this.cancel();
  }

  addField(option) {
    const field = new OptionField(option, {
      channelId: this.channelId,
      suggest: (one) => this.suggest(one),
      onFocus: (one) => this.describe(one.option),
      onPicked: (one) => this.next(one),
      onEnter: () => this.el.requestSubmit(),
      onEscape: () => this.cancel(),
      onEmptyBackspace: (one) => this.back(one),
    });
    this.fields.push(field);
    this.row.append(field.el);
    if (field.list) this.lists.append(field.list.el);
    return field;
  }

  drawMore() {
    const left = this.leaf.options.filter((option) => !this.fields.some((field) => field.option.name === option.name));
    fill(this.more, left.map((option) =>
      h("button",
        {
          type: "button", class: "option-add", title: textOf(option), "aria-label": `Add option ${nameOf(option)}`,
          onfocus: () => this.describe(option),
          onclick: () => {
            const field = this.addField(option);
            this.drawMore();
            field.input.focus();
          },
        },
        `+ ${nameOf(option)}`)));
  }

  describe(option) {
    const what = option ?? this.leaf;
    fill(this.hint, h("strong", null, option ? nameOf(option) : `/${this.leaf.title}`), " ", textOf(what));
  }

  next(field) {
    const after = this.fields.slice(this.fields.indexOf(field) + 1).find((one) => one.empty) ?? this.fields.find((one) => one.empty);
    (after?.input ?? field.input).focus();
  }

  back(field) {
    const at = this.fields.indexOf(field);
    if (field.option.required) {
      if (at > 0) this.fields[at - 1].input.focus();
      else if (this.fields.every((one) => one.empty)) this.cancel();
      return;
    }
    this.fields.splice(at, 1);
    field.el.remove();
    field.list?.el.remove();
    this.drawMore();
    (this.fields[at - 1]?.input ?? this.run).focus();
  }

  body(values) {
    return { channel_id: this.channelId, command_id: this.leaf.command.id, options: nestOptions(this.leaf, values) };
  }

  async suggest(asking) {
    const values = this.fields.map((field) => (field === asking
      ? { name: field.option.name, value: field.input.value, focused: true }
      : { name: field.option.name, value: field.draft() })).filter(({ value }) => value !== undefined);
    return (await act(currentUser(), "autocomplete", this.body(values))).choices;
  }

  async submit(event) {
    event.preventDefault();
    fill(this.error);
    let values;
    try {
      values = this.fields.filter((field) => field.option.required || !field.empty).map((field) => ({ name: field.option.name, value: field.value() }));
    } catch (wrong) {
      fill(this.error, wrong.message);
      this.el.querySelector(".wrong input")?.focus();
      return;
    }
    this.run.disabled = true;
    try {
      values = await Promise.all(values.map(async ({ name, value }) => ({ name, value: await value })));
      await interactions.start("command", this.body(values), { channelId: this.channelId, name: this.leaf.title });
      this.done();
    } catch (refused) {
      fill(this.error, refused.message);
      this.run.disabled = false;
    }
  }
}
