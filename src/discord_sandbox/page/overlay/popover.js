// What floats beside its button: menus, profiles, pickers. One at a time, closed by Esc, a click elsewhere or a new window size.

import { h } from "../core/dom.js";

let current = null;

/** Closes what floats; `refocus` puts the focus back on its button. */
export function closePopover({ refocus = false } = {}) {
  if (current === null) return;
  const { el, anchor, onClose } = current;
  current = null;
  el.remove();
  anchor?.setAttribute?.("aria-expanded", "false");
  if (refocus) anchor?.focus?.();
  onClose?.();
}

export const popoverIsOpenFor = (anchor) => current?.anchor === anchor;

/**
 * Shows `el` beside `anchor`. `side`: "below", "above" or "right"; it moves to stay within the window.
 * A second press of the same anchor closes it. Returns false when it did that.
 */
export function openPopover(anchor, el, { side = "below", onClose = null, focus = true } = {}) {
  const again = popoverIsOpenFor(anchor);
  closePopover();
  if (again) return false;
  el.classList.add("popover");
  // A modal dialog makes all outside it inert: what floats above it must be in it.
  (anchor.closest("dialog") ?? document.getElementById("overlays")).append(el);
  place(anchor.getBoundingClientRect(), el, side);
  anchor.setAttribute("aria-expanded", "true");
  current = { el, anchor, onClose };
  if (focus) (el.querySelector("[data-autofocus]") ?? el.querySelector("button, input, select, a[href], [tabindex]"))?.focus();
  return true;
}

function place(anchor, el, side) {
  const { width, height } = el.getBoundingClientRect();
  const margin = 8;
  let x = side === "right" ? anchor.right + margin : anchor.left;
  let y = side === "above" ? anchor.top - height - margin : side === "right" ? anchor.top : anchor.bottom + margin;
  if (side === "below" && y + height > innerHeight - margin) y = anchor.top - height - margin;
  if (side === "above" && y < margin) y = anchor.bottom + margin;
  if (side === "right" && x + width > innerWidth - margin) x = anchor.left - width - margin;
  x = Math.max(margin, Math.min(x, innerWidth - width - margin));
  y = Math.max(margin, Math.min(y, innerHeight - height - margin));
  el.style.left = `${x}px`;
  el.style.top = `${y}px`;
}

document.addEventListener("pointerdown", (event) => {
  if (current && !current.el.contains(event.target) && !current.anchor?.contains?.(event.target)) closePopover();
}, true);
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || current === null) return;
  event.preventDefault();
  event.stopPropagation();
  closePopover({ refocus: true });
}, true);
window.addEventListener("resize", () => closePopover());

/**
 * A menu of actions below `anchor`: entries `{label, run, danger?, icon?}`, `{heading}` or null for a line between.
 * Arrow keys move, Enter chooses.
 */
export function openMenu(anchor, label, entries, options = {}) {
  const menu = h("div", { class: "menu", role: "menu", "aria-label": label, onkeydown: moveInMenu },
    entries.map((entry) => {
      if (entry === null) return h("hr", { role: "separator" });
      if (entry.heading) return h("div", { class: "menu-heading", role: "presentation" }, entry.heading);
      return h("button",
        {
          type: "button", role: "menuitem", class: entry.danger ? "menu-item danger" : "menu-item",
          onclick: () => {
            closePopover({ refocus: true });
            entry.run();
          },
        },
        entry.label, entry.detail && h("span", { class: "menu-detail" }, entry.detail));
    }));
  return openPopover(anchor, menu, options);
}

function moveInMenu(event) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step) return;
  event.preventDefault();
  const items = [...event.currentTarget.querySelectorAll("[role=menuitem]")];
  items[(items.indexOf(document.activeElement) + step + items.length) % items.length].focus();
}
