// Embeds of a message.

import { externalLink, h, picture } from "../core/dom.js";
import { hex } from "../core/people.js";
import { inlineMarkdown, markdown } from "../text/markdown.js";
import { messageTime } from "../text/timestamps.js";

/** One embed as a card; `guild` names the mentions in it. */
export function drawEmbed(embed, guild) {
  const style = embed.color === null || embed.color === undefined ? {} : { "--accent": hex(embed.color) };
  return h("article", { class: "embed", style, "aria-label": embed.title ? `Embed: ${embed.title}` : "Embed" },
    h("div", { class: "embed-main" },
      h("div", { class: "embed-text" },
        embed.provider?.name && h("div", { class: "embed-provider" }, embed.provider.name),
        author(embed.author), title(embed, guild),
        embed.description && h("div", { class: "embed-description" }, markdown(embed.description, guild)),
        fields(embed.fields ?? [], guild)),
      embed.thumbnail && picture(embed.thumbnail.proxy_url ?? embed.thumbnail.url, "", { class: "embed-thumbnail" })),
    embed.image && picture(embed.image.proxy_url ?? embed.image.url, "", { class: "embed-image" }),
    footer(embed));
}

function author(one) {
  if (!one?.name) return null;
  return h("div", { class: "embed-author" },
    one.icon_url && picture(one.proxy_icon_url ?? one.icon_url, "", { class: "embed-icon" }),
    one.url ? externalLink(one.url, null, one.name) : h("span", null, one.name));
}

function title(embed, guild) {
  if (!embed.title) return null;
  const text = inlineMarkdown(embed.title, guild);
  return h("div", { class: "embed-title", role: "heading", "aria-level": "3" }, embed.url ? externalLink(embed.url, { class: "link" }, text) : text);
}

/** Inline fields stand up to three in a row; one that is not inline has a row of its own. */
function fields(all, guild) {
  if (all.length === 0) return null;
  const rows = [];
  for (const field of all) {
    const row = rows.at(-1);
    if (field.inline && row?.inline && row.fields.length < 3) row.fields.push(field);
    else rows.push({ inline: Boolean(field.inline), fields: [field] });
  }
  return h("dl", { class: "embed-fields" }, rows.map((row) =>
    row.fields.map((field) =>
      h("div", { class: "embed-field", style: { "--span": String(12 / row.fields.length) } },
        h("dt", null, inlineMarkdown(field.name, guild)), h("dd", null, markdown(field.value, guild))))));
}

function footer(embed) {
  const when = embed.timestamp ? Date.parse(embed.timestamp) : NaN;
  const parts = [embed.footer?.text && h("span", null, embed.footer.text)];
  if (!Number.isNaN(when)) parts.push(h("time", { datetime: embed.timestamp }, messageTime(when)));
  const shown = parts.filter(Boolean);
  if (shown.length === 0) return null;
  return h("footer", { class: "embed-footer" },
    embed.footer?.icon_url && picture(embed.footer.proxy_icon_url ?? embed.footer.icon_url, "", { class: "embed-icon" }),
    shown[0], shown[1] && [h("span", { "aria-hidden": "true" }, " • "), shown[1]]);
}
