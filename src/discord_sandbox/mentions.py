"""Whom a message mentions, within what its author lets it."""

from __future__ import annotations

from collections.abc import Iterable

from discord_sandbox import permissions
from discord_sandbox.model import IS_COMPONENTS_V2, Channel, Json, Message
from discord_sandbox.shapes.messages import mentioned_roles, mentioned_users
from discord_sandbox.snowflake import parse_snowflake
from discord_sandbox.world import World


def mention(world: World, channel: Channel, message: Message, allowed: Json | None) -> None:
    """Work out whom the message mentions, within what `allowed` lets it."""
    text = message.content
    if message.flags & IS_COMPONENTS_V2:
        text = "\n".join(_displayed(message.components))
    users = [found for found in mentioned_users(text) if found in world.users]
    roles = mentioned_roles(text)
    everyone = "@everyone" in text or "@here" in text
    replied = None
    if message.reference is not None and message.forwarded is None:
        replied = channel.messages[int(message.reference["message_id"])].author.id
    if allowed is not None:
        users = _allowed(users, "users", allowed)
        roles = _allowed(roles, "roles", allowed)
        everyone = everyone and "everyone" in (allowed.get("parse") or ())
        if not allowed.get("replied_user", False):
            replied = None
    if replied is not None and replied not in users:
        users.append(replied)
    if channel.guild_id is None:
        roles, everyone = [], False
    elif roles or everyone:
        guild = world.guilds[channel.guild_id]
        may = world.permissions(message.author.id, channel) & permissions.MENTION_EVERYONE
        roles = [r for r in roles if r in guild.roles and (may or guild.roles[r].mentionable)]
        everyone = everyone and bool(may)
    message.mention_ids = tuple(users)
    message.mention_role_ids = tuple(roles)
    message.mention_everyone = everyone


def _allowed(found: list[int], kind: str, allowed: Json) -> list[int]:
    if kind in (allowed.get("parse") or ()):
        return found
    named = {parse_snowflake(one) for one in allowed.get(kind) or ()}
    return [one for one in found if one in named]


def _displayed(components: Iterable[Json]) -> list[str]:
    """The texts of components v2."""
    texts = []
    for part in components:
        if part["type"] == 10:
            texts.append(part["content"])
        texts += _displayed(part.get("components", []))
    return texts
