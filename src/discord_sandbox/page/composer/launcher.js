// The launcher beside the text field: the entry points of apps, and the way to the commands behind the slash.

import { start } from "../core/interactions.js";
import { loadCommands } from "../core/session.js";
import { openMenu } from "../overlay/popover.js";
import { attempt } from "../overlay/toast.js";
import { nameOf } from "./commands.js";

const ENTRY_POINT = 4;

/** Opens the launcher beside `anchor`, or, where no app has an entry point, does what `otherwise` does. */
export async function openLauncher(anchor, channelId, otherwise) {
  const commands = (await attempt(() => loadCommands(channelId))) ?? [];
  const entries = commands.filter((command) => command.type === ENTRY_POINT);
  if (entries.length === 0) {
    otherwise();
    return;
  }
  const run = (command) => attempt(() => start("command", { channel_id: channelId, command_id: command.id }, { channelId, name: command.name }));
  openMenu(anchor, "App launcher", [
    { label: "Use a command", detail: "/", run: otherwise },
    { heading: "Apps" },
    ...entries.map((command) => ({ label: command.application.name, detail: nameOf(command), run: () => run(command) })),
  ], { side: "above" });
}
