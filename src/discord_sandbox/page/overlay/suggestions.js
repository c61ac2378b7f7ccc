// A list to choose from while the focus stays in an input or on a button: the command picker, option values, selects.

import { fill, h } from "../core/dom.js";

let counter = 0;

/**
 * `items`: `{key, label, detail?, group?, lead? (node), value, selected?}`; `onPick(item)` when one is chosen.
 * The owner (an input or button) gets the ARIA of a combobox and passes its keys to `key(event)`.
 */
export class Suggestions {
  constructor({ label, onPick, multi = false, empty = "Nothing matches" }) {
    counter += 1;
    this.id = `list-${counter}`;
    this.onPick = onPick;
    this.empty = empty;
    this.items = [];
    this.active = -1;
    this.owner = null;
    this.el = h("div",
      { id: this.id, class: "suggestions", role: "listbox", "aria-label": label, "aria-multiselectable": multi ? "true" : null });
    this.el.hidden = true;
  }

  get open() {
    return !this.el.hidden;
  }

  /** Ties the list to the element that keeps the focus. */
  attach(owner) {
    this.owner = owner;
    owner.setAttribute("role", "combobox");
    owner.setAttribute("aria-controls", this.id);
    owner.setAttribute("aria-autocomplete", "list");
    owner.setAttribute("aria-expanded", "false");
    return this;
  }

  show(items, { active = 0, note = null } = {}) {
    this.items = items;
    this.el.hidden = false;
    this.owner?.setAttribute("aria-expanded", "true");
    const rows = [];
    let group = null;
    items.forEach((item, index) => {
      if (item.group && item.group !== group) rows.push(h("div", { class: "suggestion-group", role: "presentation" }, item.group));
      group = item.group ?? group;
      rows.push(this.row(item, index));
    });
    if (items.length === 0) rows.push(h("div", { class: "suggestion-note", role: "presentation" }, note ?? this.empty));
    else if (note) rows.push(h("div", { class: "suggestion-note", role: "presentation" }, note));
    fill(this.el, rows);
    this.setActive(items.length === 0 ? -1 : Math.min(Math.max(active, 0), items.length - 1));
  }

  row(item, index) {
    return h("div",
      {
        id: `${this.id}-${index}`, role: "option", class: "suggestion", "aria-selected": String(Boolean(item.selected)),
        // The owner must not lose the focus to a click on its own list.
        onpointerdown: (event) => event.preventDefault(),
        onclick: () => this.onPick(item),
        onpointermove: () => this.active !== index && this.setActive(index, false),
      },
      item.lead,
      h("span", { class: "suggestion-text" },
        h("span", { class: "suggestion-label" }, item.label), item.detail && h("span", { class: "suggestion-detail" }, item.detail)),
      item.trail);
  }

  hide() {
    this.el.hidden = true;
    this.owner?.setAttribute("aria-expanded", "false");
    this.owner?.removeAttribute("aria-activedescendant");
  }

  setActive(index, scroll = true) {
    this.active = index;
    for (const row of this.el.querySelectorAll(".suggestion.active")) row.classList.remove("active");
    const row = index >= 0 ? this.el.querySelector(`#${this.id}-${index}`) : null;
    row?.classList.add("active");
    if (row) this.owner?.setAttribute("aria-activedescendant", row.id);
    else this.owner?.removeAttribute("aria-activedescendant");
    if (scroll) row?.scrollIntoView({ block: "nearest" });
  }

  /** Handles arrows, Home and End; returns true where the key was for the list. */
  key(event) {
    if (!this.open || this.items.length === 0) return false;
    const last = this.items.length - 1;
    const next = {
      ArrowDown: this.active >= last ? 0 : this.active + 1,
      ArrowUp: this.active <= 0 ? last : this.active - 1,
      PageDown: Math.min(this.active + 8, last),
      PageUp: Math.max(this.active - 8, 0),
    }[event.key];
    if (next === undefined) return false;
    event.preventDefault();
    this.setActive(next);
    return true;
  }

  /** Chooses the marked entry; returns false where there is none. */
  pickActive() {
    if (!this.open || this.active < 0) return false;
    this.onPick(this.items[this.active]);
    return true;
  }
}
