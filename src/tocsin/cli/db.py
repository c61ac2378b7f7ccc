"""`tocsin db`: the database's schema, health and copies."""

from pathlib import Path
from typing import Annotated

import typer

from tocsin.cli import _output as output
from tocsin.cli._database import open_desk
from tocsin.errors import TocsinError
from tocsin.store import migrate

app = typer.Typer(no_args_is_help=True, help="Look after the database.")


class DatabaseUnsound(TocsinError):
    """Something is wrong with the database."""


@app.command()
def upgrade(context: typer.Context, as_json: output.AsJson = False) -> None:
    """Bring the database to this program's schema. `tocsin run` does the same when it starts."""
    with open_desk(context, upgrade=False) as desk:
        changed = migrate.upgrade(desk.store)
        name = str(desk.store.path or desk.store.url.database)
    if as_json:
        output.print_json({"database": name, "revision": migrate.HEAD, "changed": changed})
    elif changed:
        print(f"{name} is now at revision {migrate.HEAD}.")
    else:
        print(f"{name} was at revision {migrate.HEAD} already; nothing to do.")


@app.command()
def check(context: typer.Context, as_json: output.AsJson = False) -> None:
    """Look for damage: the schema's revision, the file's integrity, rows that refer to nothing."""
    with open_desk(context, upgrade=False) as desk:
        path = desk.store.path
        if path is not None and not path.exists():
            raise DatabaseUnsound(
                f"There is no database {path} yet: `tocsin run` or `tocsin db upgrade` makes it."
            )
        problems = migrate.check(desk.store)
        name = str(path or desk.store.url.database)
    if as_json:
        output.print_json({"database": name, "sound": not problems, "problems": problems})
    elif not problems:
        print(f"{name} is sound, at revision {migrate.HEAD}.")
    for problem in problems if not as_json else ():
        print(f"- {problem}")
    if problems:
        raise DatabaseUnsound(
            f"{output.count(len(problems), 'problem')} in {name}. If it is damaged, stop the bot "
            "and restore the latest backup."
        )


@app.command()
def backup(
    context: typer.Context,
    target: Annotated[
        Path, typer.Argument(metavar="PATH", help="The file to write; it must not exist.")
    ],
    as_json: output.AsJson = False,
) -> None:
    """Copy the database to PATH, while the bot may be running."""
    with open_desk(context) as desk:
        migrate.backup(desk.store, target)
        size = target.stat().st_size
    if as_json:
        output.print_json({"backup": str(target), "bytes": size})
    else:
        print(f"Copied to {target} ({size:,} bytes).")
