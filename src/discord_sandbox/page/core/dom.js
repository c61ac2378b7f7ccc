// Building DOM nodes. Everything the page shows goes through here: text becomes text nodes, never markup,
// and addresses are let through only when they are http(s) or lead back into the page.

const PROPERTIES = new Set(["value", "checked", "disabled", "selected", "hidden", "open", "htmlFor", "tabIndex"]);
const SVG = "http://www.w3.org/2000/svg";

/** The address if it is http or https, else null: what a bot or a person sent can carry `javascript:`. */
export function httpUrl(value) {
  try {
    const url = new URL(String(value));
    return url.protocol === "http:" || url.protocol === "https:" ? url.href : null;
  } catch {
    return null;
  }
}

function safeAddress(value) {
  const text = String(value);
  if (text.startsWith("#") || text.startsWith("?")) return text;
  return httpUrl(text);
}

function apply(el, name, value) {
  if (value === undefined || value === null) return;
  if (name === "class") el.className = value;
  else if (name === "dataset") Object.assign(el.dataset, value);
  else if (name === "style") for (const [key, v] of Object.entries(value)) el.style.setProperty(key, v);
  else if (name.startsWith("on")) el.addEventListener(name.slice(2), value);
  else if (name === "href" || name === "src") {
    const address = safeAddress(value);
    if (address !== null) el.setAttribute(name, address);
  } else if (PROPERTIES.has(name)) el[name] = value;
  else if (name.startsWith("aria-") || value !== false) {
    el.setAttribute(name, value === true && !name.startsWith("aria-") ? "" : String(value));
  }
}

/** An element: `h("button", { class: "x", onclick: fn }, "text", child, [more])`. */
export function h(tag, props, ...children) {
  const el = document.createElement(tag);
  for (const [name, value] of Object.entries(props ?? {})) apply(el, name, value);
  add(el, children);
  return el;
}

/** Appends nodes, strings, numbers and (nested) arrays of them; skips null, undefined and false. */
export function add(parent, children) {
  for (const child of children) {
    if (child === null || child === undefined || child === false) continue;
    if (Array.isArray(child)) add(parent, child);
    else parent.append(child instanceof Node ? child : String(child));
  }
  return parent;
}

/** Replaces what an element holds. */
export function fill(el, ...children) {
  el.replaceChildren();
  return add(el, children);
}

/** A link that opens elsewhere, or plain text where the address is not http(s). */
export function externalLink(address, props, ...children) {
  const url = httpUrl(address);
  if (url === null) return h("span", props, ...children);
  return h("a", { ...props, href: url, target: "_blank", rel: "noopener noreferrer" }, ...children);
}

/** A picture by address; where it cannot be loaded, its description stands in its place. */
export function picture(address, alt, props = {}) {
  const url = httpUrl(address) ?? (String(address ?? "").startsWith("/") ? location.origin + address : null);
  const missing = () =>
    h("span", { class: `picture-missing ${props.class ?? ""}`, role: "img", "aria-label": alt || "Picture" },
      alt || "Picture that could not be loaded");
  if (url === null) return missing();
  const img = h("img", { alt: alt ?? "", loading: "lazy", referrerpolicy: "no-referrer", ...props, src: url });
  img.addEventListener("error", () => img.replaceWith(missing()), { once: true });
  return img;
}

const PATHS = {
  hash: "M9 4 7 20M17 4l-2 16M4 9h17M3 15h17",
  speaker: "M4 9v6h4l5 4V5L8 9zM16 9a4 4 0 0 1 0 6M18 6a8 8 0 0 1 0 12",
  megaphone: "M4 10v4h3l8 4V6l-8 4zM18 9a4 4 0 0 1 0 6",
  thread: "M4 5h16v11H9l-5 4zM8 9h8M8 12h5",
  forum: "M4 4h16v4H4zM4 11h16v4H4zM4 18h10",
  pin: "M9 3h6l-1 6 4 4H6l4-4zM12 13v8",
  bell: "M6 17V11a6 6 0 0 1 12 0v6l2 2H4zM10 21h4",
  people: "M9 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM3 20c0-4 3-6 6-6s6 2 6 6M16 11a3 3 0 0 0 0-6M17 14c3 0 4 3 4 6",
  calendar: "M4 6h16v14H4zM4 10h16M8 3v5M16 3v5",
  pulse: "M3 12h4l3-8 4 16 3-8h4",
  menu: "M4 6h16M4 12h16M4 18h16",
  close: "M5 5l14 14M19 5 5 19",
  reply: "M9 6 4 11l5 5M4 11h9c5 0 7 3 7 8",
  smile: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM8 14c1 3 7 3 8 0M9 9v1M15 9v1",
  edit: "M4 20l1-5L16 4l4 4L9 19z",
  trash: "M5 7h14M9 7V4h6v3M7 7l1 13h8l1-13",
  gear: "M4 7h9M19 7h1M4 17h1M11 17h9M13 7a3 3 0 1 0 6 0a3 3 0 1 0-6 0M5 17a3 3 0 1 0 6 0a3 3 0 1 0-6 0",
  plus: "M12 5v14M5 12h14",
  chevron: "M6 9l6 6 6-6",
  apps: "M5 5h5v5H5zM14 5h5v5h-5zM5 14h5v5H5zM14 14h5v5h-5z",
  contrast: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 3v18M15 5v14M18 7v10",
  send: "M4 4l17 8-17 8 3-8z",
  external: "M10 5H5v14h14v-5M14 4h6v6M20 4l-9 9",
  check: "M5 13l4 4L19 7",
  file: "M6 3h8l4 4v14H6zM14 3v5h4",
  eye: "M2 12c3-5 6-7 10-7s7 2 10 7c-3 5-6 7-10 7s-7-2-10-7zM12 15a3 3 0 1 0 0-6 3 3 0 0 0 0 6z",
  home: "M4 11l8-7 8 7v9h-6v-6h-4v6H4z",
  clock: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 7v5l4 2",
  mic: "M12 3a3 3 0 0 1 3 3v6a3 3 0 0 1-6 0V6a3 3 0 0 1 3-3zM6 11a6 6 0 0 0 12 0M12 17v4",
  micoff: "M12 3a3 3 0 0 1 3 3v6a3 3 0 0 1-6 0V6a3 3 0 0 1 3-3zM6 11a6 6 0 0 0 12 0M12 17v4M4 3l16 18",
  hand: "M8 12V6M12 11V4M16 12V6M8 12c-2-2-4 0-3 2l3 6h8l1-9",
  message: "M4 5h16v11H9l-5 4z",
  webhook: "M12 9a3 3 0 1 0-3-3M12 9l-4 8M6 20a3 3 0 1 0 2-3h9M18 20a3 3 0 1 0 0-6",
  search: "M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM16 16l5 5",
  play: "M7 4l13 8-13 8z",
  pause: "M8 5v14M16 5v14",
  sticker: "M5 4h14v9l-6 7H5zM13 20v-7h6M9 9v1M14 9v1",
};

/** One of the page's own line drawings; decoration only, so hidden from assistive technology. */
export function icon(name, size = 20) {
  const svg = document.createElementNS(SVG, "svg");
  for (const [key, value] of Object.entries({
    viewBox: "0 0 24 24", width: size, height: size, fill: "none", stroke: "currentColor", "stroke-width": 2,
    "stroke-linecap": "round", "stroke-linejoin": "round", "aria-hidden": "true", class: "icon",
  })) svg.setAttribute(key, String(value));
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}

/** A button that shows only an icon; its label is its name and its tooltip. */
export function iconButton(name, label, onclick, { size = 20, ...props } = {}) {
  return h("button", { type: "button", class: "icon-button", "aria-label": label, title: label, onclick, ...props }, icon(name, size));
}
