"""Lists of what nobody can make in the sandbox: they are empty, and that is the truth.

Some libraries read them when they start. Making any of it answers 501.
"""

from __future__ import annotations

from discord_sandbox.errors import ApiError
from discord_sandbox.model import Json
from discord_sandbox.permissions import MANAGE_GUILD
from discord_sandbox.rest.routing import Call, Route


def default_sounds(_call: Call) -> list[Json]:
    return []


def managed_of_guild(call: Call) -> list[Json]:
    call.guild(MANAGE_GUILD)
    return []


def new_member_welcome(call: Call) -> None:
    """Nobody sets up the guide for new members, which bots cannot: there is none (204)."""
    call.guild()


def _own(call: Call) -> None:
    if call.id("application_id") != call.app.id:
        raise ApiError(20012)


ROUTES = (
    Route("GET", "/soundboard-default-sounds", default_sounds),
    Route("GET", "/guilds/{guild_id}/new-member-welcome", new_member_welcome),
)
