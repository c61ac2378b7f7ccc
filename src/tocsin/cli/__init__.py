"""The command line: `tocsin COMMAND`, one module of this package for each command.

A module `tocsin/cli/<name>.py` holds a `typer.Typer` called `app` and thereby is the command
`tocsin <name>`; it is imported only when that command (or the list of all) is asked for, so that
starting stays fast. Modules whose name begins with an underscore are no commands.
"""

import importlib
import pkgutil
import sys
from collections.abc import Iterator, MutableMapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from tocsin.cli._visible import visible
from tocsin.errors import TocsinError

COMPLETION = frozenset({"install_completion", "show_completion"})


@dataclass(slots=True)
class Invocation:
    """What was said before the command: the settings' file, and whether traces are to be shown."""

    config: Path | None = None
    debug: bool = False


class CommandModules(MutableMapping[str, Any]):
    """Command name → Typer's command object, imported when it is looked up."""

    def __init__(self) -> None:
        names = (module.name for module in pkgutil.iter_modules(__path__))
        self._modules = {n.replace("_", "-"): n for n in names if not n.startswith("_")}
        self._loaded: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self._loaded:
            module = importlib.import_module(f"{__name__}.{self._modules[name]}")
            command = typer.main.get_command(module.app)
            command.name = name
            # Typer gives these to every program that is a single command.
            command.params = [each for each in command.params if each.name not in COMPLETION]
            _unwrap_help(command)
            self._loaded[name] = command
        return self._loaded[name]

    def __setitem__(self, name: str, command: Any) -> None:
        self._modules[name] = name
        self._loaded[name] = command

    def __delitem__(self, name: str) -> None:
        del self._modules[name]

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._modules))

    def __len__(self) -> int:
        return len(self._modules)


def _unwrap_help(command: Any) -> None:
    """Make each paragraph one line: Typer keeps the source's line breaks, and the terminal has others."""
    paragraphs = (command.help or "").split("\n\n")
    command.help = "\n\n".join(" ".join(each.split()) for each in paragraphs)
    for below in getattr(command, "commands", {}).values():
        _unwrap_help(below)


class CommandGroup(TyperGroup):
    """The root of the command line, whose commands are found in this package."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        self.commands = CommandModules()


def print_version(wanted: bool) -> None:
    """Print the version and end, if `--version` is given."""
    if wanted:
        from tocsin import __version__

        print(f"tocsin {__version__}")
        raise typer.Exit


app = typer.Typer(
    cls=CommandGroup,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def root(
    context: typer.Context,
    config: Annotated[
        Path | None,
        typer.Option(
            help="The settings' file; without it TOCSIN_CONFIG, else ./tocsin.toml if there is one."
        ),
    ] = None,
    debug: Annotated[
        bool, typer.Option("--debug", help="Show the trace of an error that nobody thought of.")
    ] = False,
    _version: Annotated[
        bool,
        typer.Option("--version", help="Print the version.", callback=print_version, is_eager=True),
    ] = False,
) -> None:
    """Event reminders for Discord communities."""
    invocation = context.ensure_object(Invocation)
    invocation.config, invocation.debug = config, debug


def main() -> None:
    """Run the command line: exit code 0, 2 for wrong use, else the error's own."""
    invocation = Invocation()
    try:
        app(prog_name="tocsin", obj=invocation)
    except TocsinError as error:
        print(f"tocsin: {visible(str(error))}", file=sys.stderr)
        sys.exit(error.exit_code)
    except Exception as error:  # noqa: BLE001 - whatever it is, a person reads it
        # Imported here: it needs the settings, which `--help` and `--version` do without.
        from tocsin.cli._unexpected import tell_unexpected

        tell_unexpected(error, invocation.config, debug=invocation.debug)
        sys.exit(1)
