"""`tocsin settings`: what is set, from where, and what could be."""

import typer

from tocsin.cli import _output as output
from tocsin.cli._configuration import settings_read
from tocsin.settings.example import render
from tocsin.settings.shown import show as show_settings

app = typer.Typer(help="Show what is set, from where, and what could be.")


@app.command()
def show(context: typer.Context, as_json: output.AsJson = False) -> None:
    """Show every setting and where it comes from; secrets are masked."""
    loaded = settings_read(context)
    settings = show_settings(loaded)
    if as_json:
        output.print_json({"file": str(loaded.file) if loaded.file else None, "settings": settings})
        return
    rows = [
        (each.name, "–" if each.value is None else each.value, each.origin) for each in settings
    ]
    output.print_table(("setting", "value", "from"), rows)


@app.command()
def example() -> None:
    """Print a settings' file with everything explained: `tocsin settings example > tocsin.toml`."""
    print(render(), end="")
