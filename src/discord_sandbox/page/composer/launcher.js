// The launcher beside the text field: commands, polls, and the entry points of apps.

import { start } from "../core/interactions.js";
import { loadCommands } from "../core/session.js";
import { openMenu } from "../overlay/popover.js";
import { attempt } from "../overlay/toast.js";
import { nameOf } from "./commands.js";
import { openPollForm } from "./poll_form.js";

const ENTRY_POINT = 4;

/** Opens the launcher beside `anchor`; `useCommand` begins a command in the text field. */
export async function openLauncher(anchor, channelId, useCommand) {
  const commands = (await attempt(() => loadCommands(channelId))) ?? [];
  const entries = commands.filter((command) => command.type === ENTRY_POINT);
  const run = (command) => attempt(() => start("command", { channel_id: channelId, command_id: command.id }, { channelId, name: command.name }));
  openMenu(anchor, "App launcher", [
    { label: "Use a command", detail: "/", run: useCommand },
    { label: "Create a poll", run: () => openPollForm(channelId) },
    ...(entries.length > 0 ? [{ heading: "Apps" }] : []),
    ...entries.map((command) => ({ label: command.application.name, detail: nameOf(command), run: () => run(command) })),
  ], { side: "above" });
}
