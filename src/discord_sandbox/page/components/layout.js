// Components of a message, v1 rows and v2 layouts, drawn as the tree that Discord sends.

import { externalLink, h, icon, picture } from "../core/dom.js";
import { hex } from "../core/people.js";
import { markdown } from "../text/markdown.js";
import { drawButton } from "./button.js";
import { drawSelect } from "./select.js";

/**
 * `context`: {channelId, guild, attachments, busy, locked, press(customId), buy(skuId), chosenIn(customId), choose(customId, values)}.
 */
export function drawComponents(components, context) {
  return (components ?? []).map((component) => draw(component, context));
}

const drawers = {
  1: (row, context) => h("div", { class: "action-row" }, drawComponents(row.components, context)),
  2: drawButton,
  3: select, 5: select, 6: select, 7: select, 8: select,
  9: section,
  10: (text, context) => markdown(text.content, context.guild),
  11: (thumbnail, context) => media(thumbnail, "thumbnail", context),
  12: gallery,
  13: (file, context) => fileCard(resolve(file.file, context), file),
  14: (line) =>
    h("hr", { class: `separator ${line.divider === false ? "blank" : ""} ${line.spacing === 2 ? "large" : ""}` }),
  17: container,
};

function draw(component, context) {
  const drawer = drawers[component.type];
  // Never pretend: a kind that this page does not know is named.
  if (!drawer) return h("div", { class: "unknown-component" }, `Component of type ${component.type}, which this page does not show yet`);
  return drawer(component, context);
}

function select(component, context) {
  return drawSelect(component, {
    channelId: context.channelId,
    chosen: context.chosenIn(component.custom_id),
    disabled: context.locked,
    busy: context.busy === component.custom_id,
    choose: (values) => context.choose(component.custom_id, values),
  });
}

function section(component, context) {
  return h("div", { class: "section" },
    h("div", { class: "section-text" }, drawComponents(component.components, context)),
    component.accessory && h("div", { class: "section-accessory" }, draw(component.accessory, context)));
}

function container(component, context) {
  const style = component.accent_color === null || component.accent_color === undefined ? {} : { "--accent": hex(component.accent_color) };
  const box = h("div", { class: `container ${style["--accent"] ? "accented" : ""}`, style }, drawComponents(component.components, context));
  return component.spoiler ? hidden(box, "container") : box;
}

/** The address of an unfurled media item; `attachment://` leads to the message's own attachment. */
function resolve(item, context) {
  const address = item?.proxy_url || item?.url || "";
  if (!address.startsWith("attachment://")) return { url: address, name: address.split("/").pop() };
  const name = address.slice("attachment://".length);
  const attachment = (context.attachments ?? []).find((one) => one.filename === name);
  return { url: attachment?.url ?? "", name, size: attachment?.size };
}

function media(component, className, context) {
  const { url, name } = resolve(component.media, context);
  const img = picture(url, component.description ?? name, { class: className });
  return component.spoiler ? hidden(img, "picture") : img;
}

function gallery(component, context) {
  const items = component.items ?? [];
  return h("div", { class: `gallery gallery-${Math.min(items.length, 4)}` }, items.map((item) => media(item, "gallery-item", context)));
}

/** A file as a card with its name and size. */
export function fileCard({ url, name, size }, { spoiler = false } = {}) {
  const card = h("div", { class: "file-card" }, icon("file", 28),
    h("span", { class: "file-text" }, externalLink(url.startsWith("/") ? location.origin + url : url, { class: "link" }, name || "file"),
      size !== undefined && h("small", null, sizeText(size))));
  return spoiler ? hidden(card, "file") : card;
}

const sizeText = (bytes) => (bytes < 1024 ? `${bytes} B` : bytes < 1_048_576 ? `${(bytes / 1024).toFixed(1)} KB` : `${(bytes / 1_048_576).toFixed(1)} MB`);

function hidden(content, what) {
  const cover = h("button", { type: "button", class: "button subtle spoiler-cover", onclick: () => cover.replaceWith(content) }, `Show hidden ${what}`);
  return cover;
}
