"""Which operations of bots the audit log tells of, and how they are watched."""

from __future__ import annotations

from typing import Any

from discord_sandbox.audit.kinds import Kind, Scope
from discord_sandbox.audit.members import (
    BAN,
    KICK,
    MEMBER,
    MEMBER_ROLES,
    MESSAGE,
    MESSAGES,
    PIN,
    PRUNE,
    VOICE_PLACE,
)
from discord_sandbox.audit.places import (
    CHANNEL,
    GUILD,
    NEW_THREAD,
    OVERWRITE,
    ROLE,
    ROLE_ORDER,
    THREAD,
    VOICE_STATUS,
)
from discord_sandbox.audit.record import watched
from discord_sandbox.audit.settings import EMOJI, INTEGRATION, ONBOARDING, PROMPT, RULE, SOUND
from discord_sandbox.audit.things import EVENT, EXCEPTION, INVITE, STAGE, STICKER, WEBHOOK
from discord_sandbox.model import Guild
from discord_sandbox.rest.routing import Call, Handler
from discord_sandbox.snowflake import parse_snowflake
from discord_sandbox.world import World

_GUILD, _CHANNEL = "/guilds/{guild_id}", "/channels/{channel_id}"
_MEMBER, _BANS = _GUILD + "/members", _GUILD + "/bans/{user_id}"
_EVENT = _GUILD + "/scheduled-events/{event_id}"
_OVERWRITE = _CHANNEL + "/permissions/{overwrite_id}"
_HOOK = "/webhooks/{webhook_id}"

AUDITED: dict[str, tuple[Kind, ...]] = {
    f"PATCH {_GUILD}": (GUILD,),
    f"PATCH {_GUILD}/widget": (GUILD, INVITE),
    f"POST {_GUILD}/channels": (CHANNEL,),
    f"PATCH {_GUILD}/channels": (CHANNEL,),
    f"PATCH {_CHANNEL}": (CHANNEL, OVERWRITE, THREAD),
    f"DELETE {_CHANNEL}": (CHANNEL, THREAD),
    f"PUT {_OVERWRITE}": (OVERWRITE,),
    f"DELETE {_OVERWRITE}": (OVERWRITE,),
    f"POST {_CHANNEL}/threads": (NEW_THREAD,),
    f"POST {_CHANNEL}/messages/{{message_id}}/threads": (NEW_THREAD,),
    f"PATCH {_MEMBER}/@me": (MEMBER,),
    f"PATCH {_MEMBER}/{{user_id}}": (MEMBER, MEMBER_ROLES, VOICE_PLACE),
    f"DELETE {_MEMBER}/{{user_id}}": (KICK,),
    f"PUT {_MEMBER}/{{user_id}}/roles/{{role_id}}": (MEMBER_ROLES,),
    f"DELETE {_MEMBER}/{{user_id}}/roles/{{role_id}}": (MEMBER_ROLES,),
    f"PUT {_BANS}": (BAN,),
    f"DELETE {_BANS}": (BAN,),
    f"POST {_GUILD}/bulk-ban": (BAN,),
    f"POST {_GUILD}/prune": (PRUNE,),
    f"POST {_GUILD}/roles": (ROLE,),
    f"PATCH {_GUILD}/roles": (ROLE_ORDER,),
    f"PATCH {_GUILD}/roles/{{role_id}}": (ROLE,),
    f"DELETE {_GUILD}/roles/{{role_id}}": (ROLE,),
    f"POST {_CHANNEL}/invites": (INVITE,),
    "DELETE /invites/{code}": (INVITE,),
    f"POST {_CHANNEL}/webhooks": (WEBHOOK,),
    f"PATCH {_HOOK}": (WEBHOOK,),
    f"DELETE {_HOOK}": (WEBHOOK,),
    f"PATCH {_HOOK}/{{webhook_token}}": (WEBHOOK,),
    f"DELETE {_HOOK}/{{webhook_token}}": (WEBHOOK,),
    f"POST {_CHANNEL}/followers": (WEBHOOK,),
    f"POST {_GUILD}/stickers": (STICKER,),
    f"PATCH {_GUILD}/stickers/{{sticker_id}}": (STICKER,),
    f"DELETE {_GUILD}/stickers/{{sticker_id}}": (STICKER,),
    f"POST {_GUILD}/emojis": (EMOJI,),
    f"PATCH {_GUILD}/emojis/{{emoji_id}}": (EMOJI,),
    f"DELETE {_GUILD}/emojis/{{emoji_id}}": (EMOJI,),
    f"POST {_GUILD}/soundboard-sounds": (SOUND,),
    f"PATCH {_GUILD}/soundboard-sounds/{{sound_id}}": (SOUND,),
    f"DELETE {_GUILD}/soundboard-sounds/{{sound_id}}": (SOUND,),
    f"POST {_GUILD}/auto-moderation/rules": (RULE,),
    f"PATCH {_GUILD}/auto-moderation/rules/{{rule_id}}": (RULE,),
    f"DELETE {_GUILD}/auto-moderation/rules/{{rule_id}}": (RULE,),
    f"PUT {_GUILD}/onboarding": (ONBOARDING, PROMPT),
    f"DELETE {_GUILD}/integrations/{{integration_id}}": (INTEGRATION, WEBHOOK),
    f"DELETE {_CHANNEL}/messages/{{message_id}}": (MESSAGE,),
    f"POST {_CHANNEL}/messages/bulk-delete": (MESSAGES,),
    f"PUT {_CHANNEL}/messages/pins/{{message_id}}": (PIN,),
    f"DELETE {_CHANNEL}/messages/pins/{{message_id}}": (PIN,),
    f"PUT {_CHANNEL}/pins/{{message_id}}": (PIN,),
    f"DELETE {_CHANNEL}/pins/{{message_id}}": (PIN,),
    f"PUT {_CHANNEL}/voice-status": (VOICE_STATUS,),
    "POST /stage-instances": (STAGE,),
    "PATCH /stage-instances/{channel_id}": (STAGE,),
    "DELETE /stage-instances/{channel_id}": (STAGE,),
    f"POST {_GUILD}/scheduled-events": (EVENT,),
    f"PATCH {_EVENT}": (EVENT, STAGE),
    f"DELETE {_EVENT}": (EVENT,),
    f"POST {_EVENT}/exceptions": (EXCEPTION,),
    f"PATCH {_EVENT}/exceptions/{{exception_id}}": (EXCEPTION,),
    f"DELETE {_EVENT}/exceptions/{{exception_id}}": (EXCEPTION,),
}
"""By method and path: the kinds of things that an operation may make, change or take away."""

_CHANNEL_IN_BODY = {
    "/stage-instances": "channel_id",
    f"{_CHANNEL}/followers": "webhook_channel_id",
}
"""By path: the member of the body that names the channel in which something is done."""


def audited(call: Call, handler: Handler) -> Any:
    """What the handler answers; what it did in a server is written into its audit log.

    Raises ApiError 50035 for a reason that is too long, and whatever the handler raises.
    """
    ids = _ids(call)
    guild = _guild(call, ids)
    if guild is None:
        return handler(call)
    actor_id = None if call.application is None else call.application.bot_user_id
    scope = Scope(call.world, guild, actor_id, ids, call.body)
    return watched(scope, call.route.audited, lambda: handler(call), call.reason)


def _ids(call: Call) -> dict[str, int]:
    """The ids of the path by what they are of, and of the channel that a body names."""
    ids = {}
    for name, text in call.params.items():
        found = parse_snowflake(text)
        if found is not None and name.endswith("_id"):
            ids[name.removesuffix("_id")] = found
    if "user" not in ids and call.application is not None:
        ids["user"] = call.application.bot_user_id
    named = _CHANNEL_IN_BODY.get(call.route.template)
    if named is not None and isinstance(call.body, dict):
        ids["channel"] = parse_snowflake(call.body.get(named)) or 0
    return ids


def _guild(call: Call, ids: dict[str, int]) -> Guild | None:
    """The server that an operation is about; None in DMs, and where there is no such thing."""
    world: World = call.world
    webhook = world.webhooks.get(ids.get("webhook", 0))
    if webhook is not None:
        return world.guilds.get(webhook.guild_id)
    if "code" in call.params:
        code = call.params["code"]
        return next((one for one in world.guilds.values() if code in one.invites), None)
    channel = world.channels.get(ids.get("channel", 0))
    if channel is not None:
        return world.guilds.get(channel.guild_id or 0)
    return world.guilds.get(ids.get("guild", 0))
