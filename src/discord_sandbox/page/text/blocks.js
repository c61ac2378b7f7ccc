// Block markdown of a chat message: code blocks, quotes, headings, lists, small print and paragraphs.
//
// A block is {type: "code", language, text} | {type: "quote", children} | {type: "heading", level, text} |
// {type: "small", text} | {type: "list", items: [{depth, number, text}]} | {type: "text", text}.

const FENCE = /```(?:([A-Za-z0-9_+.#-]+)\n)?\n?([\s\S]*?)```/g;
const LIST_ITEM = /^( *)(?:[-*]|(\d{1,10})\.) +(\S.*)$/;

/** Splits a message's content into blocks; `plain` leaves headings and lists as text, as in an embed's title. */
export function parseBlocks(content) {
  const blocks = [];
  let from = 0;
  FENCE.lastIndex = 0;
  for (let match; (match = FENCE.exec(content)); ) {
    lines(content.slice(from, match.index).replace(/\n$/, ""), blocks);
    blocks.push({ type: "code", language: match[1] ?? "", text: match[2].replace(/\n$/, "") });
    from = match.index + match[0].length;
    if (content[from] === "\n") from += 1;
  }
  lines(content.slice(from), blocks);
  return blocks;
}

function lines(text, blocks) {
  if (text === "") return;
  const all = text.split("\n");
  let paragraph = [];
  const flush = () => {
    if (paragraph.length > 0) blocks.push({ type: "text", text: paragraph.join("\n") });
    paragraph = [];
  };
  for (let i = 0; i < all.length; i += 1) {
    const [block, used] = blockAt(all, i);
    if (block === null) {
      paragraph.push(all[i]);
      continue;
    }
    flush();
    blocks.push(block);
    i += used - 1;
  }
  flush();
}

/** The block that begins at line i and how many lines it takes, or [null, 0]. */
function blockAt(all, i) {
  const line = all[i];
  if (line.startsWith(">>> ")) {
    const rest = [line.slice(4), ...all.slice(i + 1)];
    return [{ type: "quote", children: nested(rest) }, all.length - i];
  }
  if (/^> /.test(line)) {
    let end = i;
    while (end < all.length && /^>( |$)/.test(all[end])) end += 1;
    return [{ type: "quote", children: nested(all.slice(i, end).map((quoted) => quoted.slice(2))) }, end - i];
  }
  const heading = /^(#{1,3}) +(\S.*)$/.exec(line);
  if (heading) return [{ type: "heading", level: heading[1].length, text: heading[2] }, 1];
  const small = /^-# +(\S.*)$/.exec(line);
  if (small) return [{ type: "small", text: small[1] }, 1];
  if (LIST_ITEM.test(line)) return list(all, i);
  return [null, 0];
}

function nested(quoted) {
  const blocks = [];
  lines(quoted.join("\n"), blocks);
  return blocks;
}

function list(all, i) {
  const items = [];
  let end = i;
  for (let match; end < all.length && (match = LIST_ITEM.exec(all[end])); end += 1) {
    items.push({ depth: Math.min(Math.floor(match[1].length / 2), 4), number: match[2] ?? null, text: match[3] });
  }
  return [{ type: "list", items }, end - i];
}
