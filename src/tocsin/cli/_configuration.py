"""The settings as a command sees them, for commands that need nothing of the store."""

import typer

from tocsin.settings import Loaded, read


def settings_read(context: typer.Context) -> Loaded:
    """Return the settings from the file that `--config` names, or the usual places.

    Raises SettingsError.
    """
    config = context.find_root().obj.config
    return read(config)
