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


def sounds(call: Call) -> Json:
    call.guild()
    return {"items": []}


def _own(call: Call) -> None:
    if call.id("application_id") != call.app.id:
        raise ApiError(20012)


def entitlements(call: Call) -> list[Json]:
    _own(call)
    return []


ROUTES = (
    Route("GET", "/soundboard-default-sounds", default_sounds),
    Route("GET", "/guilds/{guild_id}/soundboard-sounds", sounds),
    Route("GET", "/guilds/{guild_id}/integrations", managed_of_guild),
    Route("GET", "/applications/{application_id}/entitlements", entitlements),
)
