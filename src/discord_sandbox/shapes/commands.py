"""Application commands in JSON."""

from __future__ import annotations

from discord_sandbox.model import Application, Command, Json

_LOCALIZED = ("name", "description")
_FALLBACK = {"en-US": "en-GB", "en-GB": "en-US", "es-419": "es-ES"}


def command_json(
    command: Command, *, with_localizations: bool = True, locale: str | None = None
) -> Json:
    """The application command object with its ids.

    With `locale` it has `name_localized` and `description_localized`, where there are such.
    """
    shaped: Json = {
        "id": str(command.id),
        "application_id": str(command.application_id),
        "version": str(command.version),
        **command.data,
    }
    if command.guild_id is not None:
        shaped["guild_id"] = str(command.guild_id)
    if locale is not None:
        shaped = _localized(shaped, locale)
    if not with_localizations:
        shaped = _without_localizations(shaped)
    return shaped


def permissions_json(application: Application, guild_id: int, target: int) -> Json:
    """What a guild decided of a command, or of all of the application's (`target` its id)."""
    return {
        "id": str(target),
        "application_id": str(application.id),
        "guild_id": str(guild_id),
        "permissions": application.command_permissions[(guild_id, target)],
    }


def _localized(node: Json, locale: str) -> Json:
    """A command, option or choice with its texts in a language."""
    shaped = dict(node)
    for name in _LOCALIZED:
        texts = node.get(f"{name}_localizations") or {}
        text = texts.get(locale, texts.get(_FALLBACK.get(locale, "")))
        if text is not None:
            shaped[f"{name}_localized"] = text
    for inner in ("options", "choices"):
        if inner in node:
            shaped[inner] = [_localized(one, locale) for one in node[inner]]
    return shaped


def _without_localizations(node: Json) -> Json:
    kept = {key: value for key, value in node.items() if not key.endswith("_localizations")}
    for inner in ("options", "choices"):
        if inner in kept:
            kept[inner] = [_without_localizations(one) for one in kept[inner]]
    return kept
