// Dialogs in the middle of the window, on the browser's own <dialog>: it keeps the focus inside and closes on Esc.

import { h, iconButton } from "../core/dom.js";

let counter = 0;

/**
 * Opens a dialog and returns `{el, close}`. `onClose` is called once, however it is closed.
 */
export function openDialog(title, body, { actions = null, wide = false, onClose = () => {}, className = "" } = {}) {
  counter += 1;
  const id = `dialog-title-${counter}`;
  const close = () => el.close();
  const el = h("dialog",
    { class: `dialog ${wide ? "wide" : ""} ${className}`, "aria-labelledby": id, onclose: gone, onpointerdown: outside },
    h("div", { class: "dialog-frame" },
      h("header", { class: "dialog-header" }, h("h2", { id }, title), iconButton("close", "Close", close)),
      h("div", { class: "dialog-body" }, body),
      actions && h("footer", { class: "dialog-actions" }, actions)));
  function gone() {
    el.remove();
    onClose();
  }
  function outside(event) {
    if (event.target === el) close();
  }
  document.getElementById("overlays").append(el);
  el.showModal();
  el.querySelector("[data-autofocus]")?.focus();
  return { el, close };
}

/** Asks before something that cannot be taken back; resolves to true or false. */
export function confirm(title, text, action) {
  return new Promise((resolve) => {
    let answer = false;
    const dialog = openDialog(title, h("p", null, text), {
      onClose: () => resolve(answer),
      actions: [
        h("button", { type: "button", class: "button subtle", onclick: () => dialog.close() }, "Cancel"),
        h("button",
          {
            type: "button", class: "button danger", "data-autofocus": true,
            onclick: () => {
              answer = true;
              dialog.close();
            },
          },
          action),
      ],
    });
  });
}
