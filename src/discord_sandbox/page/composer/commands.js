// Application commands as the picker sees them: flattened to what can be run, filtered, and put back together to send.

const CHAT_COMMAND = 1;
const SUB = 1;
const GROUP = 2;

/** What a command, option or choice is called in the member's language. */
export function nameOf(node) {
  return node.name_localized ?? node.name;
}

/** What it is for, in the member's language. */
export function textOf(node) {
  return node.description_localized ?? node.description ?? "";
}

/** Every chat command and subcommand: `{command, path: [names], title: "remind me", description, options}`. */
export function runnable(commands) {
  return commands.filter((command) => (command.type ?? CHAT_COMMAND) === CHAT_COMMAND).flatMap((command) => leaves(command, command, [], []));
}

function leaves(command, node, above, shownAbove) {
  const options = node.options ?? [];
  const path = [...above, node.name];
  const shown = [...shownAbove, nameOf(node)];
  const inner = options.filter((option) => option.type === SUB || option.type === GROUP);
  if (inner.length > 0) return inner.flatMap((option) => leaves(command, option, path, shown));
  return [{ command, path, title: shown.join(" "), description: textOf(node), options }];
}

/** Commands that fit what stands after the slash: those that begin with it, then those that hold it. */
export function filterCommands(leavesList, typed) {
  const wanted = typed.trim().toLowerCase();
  const rank = (leaf) => {
    const title = leaf.title.toLowerCase();
    if (title.startsWith(wanted)) return 0;
    if (leaf.title.split(" ").some((part) => part.toLowerCase().startsWith(wanted))) return 1;
    return title.includes(wanted) || leaf.description.toLowerCase().includes(wanted) ? 2 : 3;
  };
  return leavesList.map((leaf) => ({ leaf, rank: rank(leaf) })).filter(({ rank: r }) => r < 3)
    .sort((a, b) => a.rank - b.rank || a.leaf.title.localeCompare(b.leaf.title)).map(({ leaf }) => leaf);
}

/** The body's options: values nested below the subcommand they belong to. */
export function nestOptions(leaf, values) {
  return leaf.path.slice(1).reduceRight((options, name) => [{ name, options }], values);
}
