// Inline markdown of a chat message: text in, a tree of plain objects out. Nothing here touches the document.
//
// A node is a string or {type, children?, ...}. Types: bold, italic, underline, strike, spoiler, code, link, user, role,
// channel, command, everyone, emoji, time.

const DEEPEST = 12;
const RULES = [
  { at: /\\([^A-Za-z0-9\s])/y, make: (m) => m[1] },
  { at: /<@!?(\d+)>/y, make: (m) => ({ type: "user", id: m[1] }) },
  { at: /<@&(\d+)>/y, make: (m) => ({ type: "role", id: m[1] }) },
  { at: /<#(\d+)>/y, make: (m) => ({ type: "channel", id: m[1] }) },
  { at: /<\/([^:>\n]{1,100}):(\d+)>/y, make: (m) => ({ type: "command", name: m[1], id: m[2] }) },
  { at: /<(a?):(\w{1,32}):(\d+)>/y, make: (m) => ({ type: "emoji", name: m[2], id: m[3], animated: m[1] === "a" }) },
  { at: /<t:(-?\d{1,13})(?::([tTdDfFR]))?>/y, make: (m) => ({ type: "time", seconds: Number(m[1]), style: m[2] ?? "f" }) },
  { at: /@(everyone|here)\b/y, make: (m) => ({ type: "everyone", name: m[1] }) },
  {
    at: /\[((?:\\.|[^[\]\n\\]|\[[^[\]\n]*\]){1,500})\]\(\s*<?(https?:\/\/(?:[^\s<>()]|\([^\s<>()]*\)){1,2000})>?(?:\s+"([^"\n]*)")?\s*\)/y,
    make: (m, inner) => ({ type: "link", url: m[2], title: m[3], children: inner(m[1], { links: false }) }),
    links: true,
  },
  { at: /<(https?:\/\/[^\s<>]+)>/y, make: (m) => ({ type: "link", url: m[1], children: [m[1]] }), links: true },
  { at: /https?:\/\/[^\s<>]+/y, make: bareLink, links: true },
];
// Emphasis is matched by hand: as regular expressions, nested marks that are never closed cost exponential time.
const MARKS = [
  { mark: "***", make: (children) => ({ type: "bold", children: [{ type: "italic", children }] }) },
  { mark: "**", make: (children) => ({ type: "bold", children }) },
  { mark: "__", make: (children) => ({ type: "underline", children }) },
  { mark: "~~", make: (children) => ({ type: "strike", children }) },
  { mark: "||", make: (children) => ({ type: "spoiler", children }) },
  { mark: "*", make: (children) => ({ type: "italic", children }) },
  { mark: "_", make: (children) => ({ type: "italic", children }) },
];
const WORD = /[A-Za-z0-9]/;
const PLAIN = /[^\\`<@[h|*_~]+/y;

function bareLink(match) {
  // Closing punctuation belongs to the sentence, a bracket only if it was not opened in the address.
  let url = match[0].replace(/[.,:;!?'"*_~|]+$/, "");
  while (url.endsWith(")") && url.split(")").length > url.split("(").length) url = url.slice(0, -1);
  return { type: "link", url, children: [url], consumed: url.length };
}

/** Parses one piece of text into nodes. `links: false` inside a link's own text. */
export function parseInline(text, { links = true, depth = 0 } = {}) {
  const nodes = [];
  const hopeless = new Map();
  const inner = (part, options = {}) => parseInline(part, { links, depth: depth + 1, ...options });
  for (let at = 0; at < text.length; ) {
    PLAIN.lastIndex = at;
    const plain = PLAIN.exec(text);
    const [node, length] = plain
      ? [plain[0], plain[0].length]
      : (depth < DEEPEST && nodeAt(text, at, { links, inner, hopeless })) || [text[at], 1];
    if (typeof node === "string" && typeof nodes.at(-1) === "string") nodes[nodes.length - 1] += node;
    else nodes.push(node);
    at += length;
  }
  return nodes;
}

/** The node that begins exactly here and its length, or null. */
function nodeAt(text, at, { links, inner, hopeless }) {
  if (text[at] === "`") return codeAt(text, at, hopeless);
  for (const rule of RULES) {
    if (rule.links && !links) continue;
    rule.at.lastIndex = at;
    const match = rule.at.exec(text);
    if (!match) continue;
    const node = rule.make(match, inner);
    return [node, node.consumed ?? match[0].length];
  }
  for (const { mark, make } of MARKS) {
    if (!text.startsWith(mark, at) || hopeless.has(mark)) continue;
    if (mark === "_" && at > 0 && WORD.test(text[at - 1])) continue;
    const close = closing(text, at + mark.length, mark);
    // What is not closed from here on is not closed further on either: looking once keeps the work linear.
    if (close === -1) hopeless.set(mark, true);
    else if (opens(text, at, mark)) return [make(inner(text.slice(at + mark.length, close))), close + mark.length - at];
  }
  return null;
}

const opens = (text, at, mark) => mark !== "*" || /\S/.test(text[at + 1] ?? " ");

/** Where a mark opened before `from` is closed, or -1. */
function closing(text, from, mark) {
  const char = mark[0];
  for (let at = from; (at = text.indexOf(char, at)) !== -1; ) {
    let run = 1;
    while (text[at + run] === char) run += 1;
    const close = closeInRun(text, at, run, mark);
    if (close > from && text[at - 1] !== "\\") return close;
    at += run;
  }
  return -1;
}

function closeInRun(text, at, run, mark) {
  if (mark.length > 1) return run >= mark.length ? at + run - mark.length : -1;
  // Two in a row open or close what is bold or underlined inside; the third closes this one.
  if (run === 2) return -1;
  const close = at + run - 1;
  if (mark === "_") return WORD.test(text[close + 1] ?? " ") ? -1 : close;
  return /\s/.test(text[at - 1]) ? -1 : close;
}

function codeAt(text, at, hopeless) {
  let ticks = 1;
  while (text[at + ticks] === "`") ticks += 1;
  const fence = "`".repeat(ticks);
  for (let close = at + ticks; !hopeless.has(fence) && (close = text.indexOf("`", close)) !== -1; ) {
    let run = 1;
    while (text[close + run] === "`") run += 1;
    if (run === ticks) {
      return [{ type: "code", text: text.slice(at + ticks, close).replace(/^ (.*) $/, "$1") }, close + ticks - at];
    }
    close += run;
  }
  hopeless.set(fence, true);
  return [fence, ticks];
}
