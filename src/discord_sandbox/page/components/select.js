// Select menus of messages and modals: of strings, users, roles, channels and mentionables.
//
// One value is sent as soon as it is chosen; several are sent when the list is closed.

import { fill, h, icon } from "../core/dom.js";
import { emojiNode } from "../core/emojis.js";
import { closePopover, openPopover } from "../overlay/popover.js";
import { Suggestions } from "../overlay/suggestions.js";
import { entities, matching } from "./entities.js";

const KINDS = { 5: "user", 6: "role", 7: "mentionable", 8: "channel" };
const SEARCH_FROM = 12;

function entriesOf(select, channelId) {
  if (select.type === 3) {
    return (select.options ?? []).map((option) => ({
      key: option.value, value: option.value, label: option.label, detail: option.description,
      lead: emojiNode(option.emoji), search: `${option.label} ${option.description ?? ""}`, preset: Boolean(option.default),
    }));
  }
  const presets = new Set((select.default_values ?? []).map((value) => value.id));
  return entities(KINDS[select.type], channelId, { channelTypes: select.channel_types })
    .map((entry) => ({ ...entry, preset: presets.has(entry.value) }));
}

/**
 * `context`: {channelId, chosen: values or undefined, disabled, busy, label?, choose(values)}; `choose` is called when the
 * values are settled and differ from those before.
 */
export function drawSelect(select, context) {
  const entries = entriesOf(select, context.channelId);
  const least = select.min_values ?? 1;
  const most = select.max_values ?? 1;
  const multi = most > 1;
  let values = context.chosen ?? entries.filter((entry) => entry.preset).map((entry) => entry.value);
  let before = values;
  const placeholder = select.placeholder || (multi ? "Make selections" : "Make a selection");

  const shown = h("span", { class: "select-value" });
  const button = h("button",
    {
      type: "button", class: `select${context.busy ? " busy" : ""}`, dataset: { customId: select.custom_id },
      disabled: Boolean(select.disabled) || context.disabled, "aria-label": context.label ?? placeholder, "aria-haspopup": "listbox",
      onclick: open, onkeydown: keyOnButton, "aria-busy": context.busy ? "true" : null,
    },
    shown, icon("chevron", 18));
  const list = new Suggestions({ label: placeholder, onPick: pick, multi }).attach(button);
  button.removeAttribute("aria-autocomplete");
  drawValue();

  function drawValue() {
    const picked = entries.filter((entry) => values.includes(entry.value));
    shown.classList.toggle("placeholder", picked.length === 0);
    if (picked.length === 0) fill(shown, placeholder);
    else if (multi) fill(shown, picked.map((entry) => h("span", { class: "chip" }, entry.lead?.cloneNode(true), entry.label)));
    else fill(shown, picked[0].lead?.cloneNode(true), h("span", null, picked[0].label));
  }

  let search = null;
  function refresh(keep = false) {
    const found = matching(entries, search?.value ?? "", 100).map((entry) => ({
      ...entry, selected: values.includes(entry.value),
      trail: h("span", { class: multi ? "tick box" : "tick" }, values.includes(entry.value) && icon("check", 14)),
    }));
    const first = found.findIndex((entry) => entry.selected);
    list.show(found, { active: keep ? list.active : Math.max(first, 0) });
  }

  function open() {
    before = values;
    search = select.type !== 3 || entries.length > SEARCH_FROM
      ? h("input", { type: "search", class: "input", placeholder: "Search", "aria-label": `Search: ${placeholder}`, oninput: () => refresh() })
      : null;
    const owner = search ?? button;
    list.attach(owner);
    const hint = multi ? h("div", { class: "select-hint" }, `Choose ${least === most ? least : `${least} to ${most}`}. Sent when you close the list.`) : null;
    const panel = h("div", { class: "select-panel", style: { width: `${Math.max(button.offsetWidth, 240)}px` } }, search, list.el, hint);
    search?.addEventListener("keydown", keyInList);
    // Filled first: where there is room for it depends on its size.
    refresh();
    if (!openPopover(button, panel, { onClose: closed, focus: false })) {
      list.hide();
      return;
    }
    owner.focus();
  }

  function keyOnButton(event) {
    if (list.open) keyInList(event);
    else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      open();
    }
  }

  function keyInList(event) {
    if (list.key(event)) return;
    if (event.key === "Enter" || (event.key === " " && !search)) {
      event.preventDefault();
      list.pickActive();
    } else if (event.key === "Tab") closePopover({ refocus: true });
  }

  function pick(entry) {
    const has = values.includes(entry.value);
    if (multi) {
      if (has) values = values.filter((value) => value !== entry.value);
      else if (values.length < most) values = [...values, entry.value];
      refresh(true);
      drawValue();
      return;
    }
    // Where nothing need be chosen, choosing what is chosen takes it back.
    values = has && least === 0 ? [] : [entry.value];
    closePopover({ refocus: true });
  }

  function closed() {
    list.hide();
    const changed = values.length !== before.length || values.some((value) => !before.includes(value));
    if (!changed) return;
    if (values.length >= least) context.choose(values);
    else values = before;
    drawValue();
  }

  return button;
}
