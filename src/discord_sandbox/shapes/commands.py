"""Application commands in JSON."""

from __future__ import annotations

from discord_sandbox.model import Command, Json


def command_json(command: Command, *, with_localizations: bool = True) -> Json:
    """The application command object with its ids."""
    shaped: Json = {
        "id": str(command.id),
        "application_id": str(command.application_id),
        "version": str(command.version),
        **command.data,
    }
    if command.guild_id is not None:
        shaped["guild_id"] = str(command.guild_id)
    if not with_localizations:
        shaped = _without_localizations(shaped)
    return shaped


def _without_localizations(node: Json) -> Json:
    kept = {
        key: value
        for key, value in node.items()
        if key not in ("name_localizations", "description_localizations")
    }
    if "options" in kept:
        kept["options"] = [_without_localizations(option) for option in kept["options"]]
    return kept
