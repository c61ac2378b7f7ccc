// Short notices at the foot of the window: what went wrong, and what to do about it.

import { h, iconButton } from "../core/dom.js";

const SHOWN_MS = 8000;

/** A modal dialog hides what is outside it: its notices stand in it. */
function place() {
  const dialog = [...document.querySelectorAll("dialog[open]")].at(-1);
  if (!dialog) return document.getElementById("toasts");
  if (!dialog.querySelector(".toasts")) dialog.append(h("div", { class: "toasts" }));
  return dialog.querySelector(".toasts");
}

/** Shows a notice; `kind` is "error" or "info". */
export function toast(text, kind = "error") {
  const el = h("div", { class: `toast ${kind}`, role: kind === "error" ? "alert" : "status" },
    h("span", null, text), iconButton("close", "Close this notice", () => el.remove(), { size: 16 }));
  place().append(el);
  setTimeout(() => el.remove(), SHOWN_MS);
}

/** Runs something that asks the sandbox, and shows its refusal. Returns what it returned, or undefined. */
export async function attempt(action) {
  try {
    return await action();
  } catch (error) {
    toast(error.message);
    return undefined;
  }
}
