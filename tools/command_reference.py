"""Write docs/commands.md from the commands themselves: `python tools/command_reference.py`."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import discord
import typer
from discord import app_commands

from tocsin.cli import app
from tocsin.discord_bot.commands import add_commands

PAGE = Path(__file__).resolve().parent.parent / "docs" / "commands.md"
HEAD = """\
# Commands

Written from the program by `.venv/bin/python tools/command_reference.py`.

# On Discord
"""
COMMAND_LINE = """\
# On the command line

Each command says the same with `--help`. Exit codes: 0 done, 1 not done or not all of it, 2 wrong
use (a wrong option, a setting that is refused, a file that is no calendar).
"""


def commands(command: Any, name: str) -> Iterator[tuple[str, Any]]:
    """Yield every command that does something, with the words that call it, in order."""
    if not hasattr(command, "commands"):
        yield name, command
        return
    for word, below in command.commands.items():
        yield from commands(below, f"{name} {word}")


def render() -> str:
    """Return the text of the page."""
    root = typer.main.get_command(app)
    sections = [HEAD, *_slash_commands(), COMMAND_LINE, *_table(root), ""]
    for name, command in commands(root, "tocsin"):
        arguments = " ".join(_placeholder(each) for each in command.params if _is_argument(each))
        sections += [f"## {name}", "", f"`{name} [options] {arguments}`".replace(" `", "`"), ""]
        sections += [_text(command.help), "", *_table(command), ""]
    return "\n".join(sections).replace("\n\n\n", "\n\n").rstrip() + "\n"


def _slash_commands() -> Iterator[str]:
    """Yield the lines about the bot's commands, each with its options and who may use it."""
    tree = app_commands.CommandTree(discord.Client(intents=discord.Intents.none()))
    add_commands(tree)
    for command in tree.walk_commands():
        if isinstance(command, app_commands.Group):
            continue
        if not isinstance(command, app_commands.Command):
            raise TypeError(f"/{command.name} is no plain command: write here how to describe it")
        yield from (f"## /{command.qualified_name}", "", command.description, "")
        permissions = (command.root_parent or command).default_permissions
        if permissions:
            needed = [name for name, on in permissions if on]
            names = ", ".join(
                name.replace("guild", "server").replace("_", " ").title() for name in needed
            )
            yield from (f"For those with the permission {names}, unless a server decides.", "")
        rows = [f"| `{each.display_name}` | {_option(each)} |" for each in command.parameters]
        yield from (["| | |", "|---|---|", *rows, ""] if rows else [])


def _option(option: app_commands.Parameter) -> str:
    text = _text(str(option.description))
    return f"{text} (required)" if option.required else text


def _table(command: Any) -> list[str]:
    rows = [f"| {_names(each)} | {_meaning(each)} |" for each in command.params if not each.hidden]
    return ["| | |", "|---|---|", *rows] if rows else []


def _is_argument(parameter: Any) -> bool:
    return bool(parameter.param_type_name == "argument")


def _placeholder(argument: Any) -> str:
    name = _argument_name(argument)
    return name if argument.required else f"[{name}]"


def _argument_name(argument: Any) -> str:
    return str(argument.metavar or argument.name).upper().strip("<>[]")


def _names(parameter: Any) -> str:
    if _is_argument(parameter):
        return f"`{_argument_name(parameter)}`".replace("|", "\\|")
    return ", ".join(f"`{name}`" for name in (*parameter.opts, *parameter.secondary_opts))


def _meaning(parameter: Any) -> str:
    notes = []
    if parameter.required and not _is_argument(parameter):
        notes.append("required")
    if getattr(parameter, "multiple", False):
        notes.append("may be given several times")
    text = _text(parameter.help)
    return f"{text} ({', '.join(notes)})" if notes else text


def _text(text: str | None) -> str:
    """Return a help text on one line per paragraph, safe within a table."""
    paragraphs = (text or "").split("\n\n")
    return "\n\n".join(" ".join(each.split()) for each in paragraphs).replace("|", "\\|").strip()


def main() -> None:
    """Write the page."""
    PAGE.write_text(render(), encoding="utf-8")


if __name__ == "__main__":
    main()
