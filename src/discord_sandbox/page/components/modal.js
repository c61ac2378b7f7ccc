// Modals that a bot opens: text inputs, selects, radio and checkbox groups, file uploads, in rows or in labels.

import { fileAsJson } from "../composer/option_field.js";
import { on } from "../core/bus.js";
import { h } from "../core/dom.js";
import * as interactions from "../core/interactions.js";
import { currentPlace } from "../core/router.js";
import { findChannel } from "../core/store.js";
import { openDialog } from "../overlay/dialog.js";
import { markdown } from "../text/markdown.js";
import { drawSelect } from "./select.js";

let open = null;
let fields = 0;

/** A field is {el, error() → text or null, answer() → {custom_id, value | values} or a promise of it, focus()}. */
function textInput(input, label = input.label) {
  fields += 1;
  const id = `modal-field-${fields}`;
  const least = input.min_length ?? 0;
  const required = input.required !== false;
  const props = {
    id, class: "input", placeholder: input.placeholder ?? "", maxlength: String(input.max_length ?? 4000), value: input.value ?? "",
    "aria-required": String(required), "aria-label": label ? null : "Text",
  };
  const control = input.style === 2 ? h("textarea", { ...props, rows: "5" }) : h("input", { ...props, type: "text", autocomplete: "off" });
  return {
    id, control, required,
    answer: () => ({ custom_id: input.custom_id, value: control.value }),
    focus: () => control.focus(),
    error() {
      if (required && control.value.trim() === "") return "This is required.";
      if (control.value !== "" && control.value.length < least) return `At least ${least} characters are needed.`;
      return null;
    },
  };
}

function selectField(select, label, channelId) {
  let values = null;
  const required = select.required !== false;
  const control = drawSelect({ ...select, disabled: false, min_values: required ? select.min_values ?? 1 : 0 },
    { channelId, label, disabled: false, chosen: undefined, choose: (chosen) => (values = chosen) });
  const presets = select.type === 3
    ? (select.options ?? []).filter((option) => option.default).map((option) => option.value)
    : (select.default_values ?? []).map((value) => value.id);
  const now = () => values ?? presets;
  return {
    control, required,
    answer: () => ({ custom_id: select.custom_id, values: now() }),
    focus: () => control.focus(),
    error: () => (required && now().length === 0 ? "Choose something here." : null),
  };
}

function optionGroup(group, label, type) {
  fields += 1;
  const name = `modal-group-${fields}`;
  const required = group.required !== false;
  const inputs = (group.options ?? []).map((option) => ({ option, input: h("input", { type, name, checked: Boolean(option.default) }) }));
  const control = h("fieldset", { class: "option-group", "aria-label": label },
    inputs.map(({ option, input }) => h("label", null, input, h("span", null, option.label, option.description && h("small", null, option.description)))));
  const picked = () => inputs.filter(({ input }) => input.checked).map(({ option }) => option.value);
  return {
    control, required,
    answer: () => (type === "radio" ? { custom_id: group.custom_id, value: picked()[0] ?? null } : { custom_id: group.custom_id, values: picked() }),
    focus: () => inputs[0]?.input.focus(),
    error: () => (required && picked().length === 0 ? "Choose something here." : null),
  };
}

function checkbox(box, label) {
  const control = h("input", { type: "checkbox", checked: Boolean(box.default), "aria-label": label });
  return {
    control, required: false, error: () => null, focus: () => control.focus(),
    answer: () => ({ custom_id: box.custom_id, value: control.checked }),
  };
}

function fileUpload(upload, label) {
  const required = upload.required !== false && upload.min_values !== 0;
  const most = upload.max_values ?? 1;
  const control = h("input", { type: "file", multiple: most > 1, "aria-label": label, class: "input" });
  return {
    control, required, focus: () => control.focus(),
    answer: async () => ({ custom_id: upload.custom_id, values: await Promise.all([...control.files].map(fileAsJson)) }),
    error() {
      if (required && control.files.length < (upload.min_values ?? 1)) return "Choose a file here.";
      return control.files.length > most ? `At most ${most} files fit.` : null;
    },
  };
}

function fieldFor(component, label, channelId) {
  switch (component.type) {
    case 19: return fileUpload(component, label);
    case 4: return textInput(component, label);
    case 3: case 5: case 6: case 7: case 8: return selectField(component, label, channelId);
    case 21: return optionGroup(component, label, "radio");
    case 22: return optionGroup(component, label, "checkbox");
    case 23: return checkbox(component, label);
    default: return null;
  }
}

/** The drawn rows of a modal and the fields in them. */
function build(components, channelId) {
  const all = [];
  const { guild } = findChannel(channelId);
  const row = (component, label, description) => {
    const field = fieldFor(component, label, channelId);
    if (field === null) return h("div", { class: "unknown-component" }, `Component of type ${component.type}, which this page cannot fill in yet`);
    const error = h("div", { class: "field-error", role: "alert" });
    all.push({ ...field, error: () => { const text = field.error(); error.textContent = text ?? ""; return text; } });
    return h("div", { class: "modal-field", oninput: () => (error.textContent = "") },
      h("label", { htmlFor: field.id ?? "" }, label, field.required && h("span", { class: "required-mark", "aria-hidden": "true" }, " *")),
      description && h("p", { class: "subtext" }, description), field.control, error);
  };
  const rows = (components ?? []).map((component) => {
    if (component.type === 1) return component.components.map((inner) => row(inner, inner.label ?? "", null));
    if (component.type === 18) return row(component.component, component.label, component.description);
    if (component.type === 10) return markdown(component.content, guild);
    return row(component, component.label ?? "", component.description);
  });
  return { rows, all };
}

/** Opens a modal that the sandbox announced; the one before it is closed. */
export function openModal({ interaction_id: interactionId, title, components }) {
  open?.close();
  const channelId = currentPlace().channel;
  const { rows, all } = build(components, channelId);
  const failure = h("div", { class: "failure", role: "alert" });
  const submit = h("button", { type: "submit", class: "button primary" }, "Submit");
  const form = h("form", { class: "modal-form", novalidate: true, onsubmit: send }, rows, failure,
    h("div", { class: "dialog-actions" }, h("button", { type: "button", class: "button subtle", onclick: () => dialog.close() }, "Cancel"), submit));
  const dialog = openDialog(title, form, { className: "modal", onClose: () => { stop(); if (open === dialog) open = null; } });
  open = dialog;
  all[0]?.focus();

  let sent = null;
  const stop = on("interaction:end", ({ id }) => id === sent && finish());

  async function send(event) {
    event.preventDefault();
    const wrong = all.filter((field) => field.error() !== null);
    if (wrong.length > 0) {
      wrong[0].focus();
      return;
    }
    failure.textContent = "";
    submit.disabled = true;
    try {
      const components = await Promise.all(all.map((field) => field.answer()));
      sent = await interactions.start("modal", { interaction_id: interactionId, components },
        { channelId, name: title });
      if (interactions.outcomeOf(sent) !== undefined) finish();
    } catch (error) {
      failure.textContent = error.message;
      submit.disabled = false;
    }
  }

  function finish() {
    const outcome = interactions.outcomeOf(sent);
    if (outcome.ok) dialog.close();
    else {
      failure.textContent = "Something went wrong: this application did not respond. Try again.";
      submit.disabled = false;
    }
  }
}

on("modal", openModal);
