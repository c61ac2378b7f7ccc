"""Which operations of members and makers the audit log tells of.

What is made without a member's name, as by a server's settings, is its owner's doing.
"""

from __future__ import annotations

from typing import Any

from discord_sandbox.audit.kinds import Kind, Scope
from discord_sandbox.audit.members import BOT, KICK, MEMBER_ROLES, MESSAGE, PIN
from discord_sandbox.audit.places import CHANNEL, GUILD, NEW_THREAD, OVERWRITE, ROLE
from discord_sandbox.audit.record import entries, watched
from discord_sandbox.audit.settings import EMOJI, INTEGRATION, RULE, SOUND
from discord_sandbox.audit.things import COMMAND, INVITE, STICKER, WEBHOOK
from discord_sandbox.control.routing import Ask, Operation, Refused
from discord_sandbox.model import Guild, Json
from discord_sandbox.permissions import VIEW_AUDIT_LOG
from discord_sandbox.rest.audit_logs import log_json
from discord_sandbox.rest.routing import MOST_REASON
from discord_sandbox.snowflake import parse_snowflake

MOST_SHOWN = 100
_GUILD, _ACT = "/guilds/{guild}", "/members/{user}"

AUDITED: dict[str, tuple[Kind, ...]] = {
    f"POST {_ACT}/delete": (MESSAGE,),
    f"POST {_ACT}/pin": (PIN,),
    f"POST {_ACT}/post": (NEW_THREAD,),
    f"POST {_ACT}/invite": (INVITE,),
    f"POST {_ACT}/revoke": (INVITE,),
    f"POST {_ACT}/webhook": (WEBHOOK,),
    f"POST {_ACT}/delete-webhook": (WEBHOOK,),
    f"POST {_ACT}/follow": (WEBHOOK,),
    f"POST {_ACT}/sticker": (STICKER,),
    f"POST {_GUILD}/channels": (CHANNEL,),
    "DELETE /channels/{channel}": (CHANNEL,),
    "PUT /channels/{channel}/permissions/{target}": (OVERWRITE,),
    f"POST {_GUILD}/roles": (ROLE,),
    f"PATCH {_GUILD}/roles/{{role}}": (ROLE,),
    f"POST {_GUILD}/members": (MEMBER_ROLES,),
    f"DELETE {_GUILD}/members/{{member}}": (KICK,),
    f"POST {_GUILD}/bots": (BOT, INTEGRATION),
    f"DELETE {_GUILD}/bots/{{application}}": (KICK, INTEGRATION),
    f"PATCH {_GUILD}": (GUILD,),
    f"POST {_GUILD}/emojis": (EMOJI,),
    f"PATCH {_GUILD}/emojis/{{emoji}}": (EMOJI,),
    f"DELETE {_GUILD}/emojis/{{emoji}}": (EMOJI,),
    f"POST {_GUILD}/soundboard-sounds": (SOUND,),
    f"POST {_GUILD}/auto-moderation/rules": (RULE,),
    f"DELETE {_GUILD}/auto-moderation/rules/{{rule}}": (RULE,),
    f"PUT {_GUILD}/commands/{{command}}/permissions": (COMMAND,),
}

_CHANNELS = ("channel", "to_channel_id", "channel_id")
"""The members that name a channel; the first one is where something is done."""


def answer(operation: Operation, ask: Ask) -> Any:
    """What the operation answers; what it did in a server is written into its audit log."""
    kinds = AUDITED.get(f"{operation.method} {operation.template}")
    found = None if kinds is None else _guild(ask)
    if kinds is None or found is None:
        return operation.handler(ask)
    guild, ids = found
    actor_id = parse_snowflake(ask.params.get("user")) or guild.owner_id
    scope = Scope(ask.world, guild, actor_id, ids, ask.body)
    return watched(scope, kinds, lambda: operation.handler(ask), _reason(ask))


def _reason(ask: Ask) -> str | None:
    given = ask.body.get("reason")
    if given is not None and (not isinstance(given, str) or len(given) > MOST_REASON):
        raise Refused(f"`reason` must be a string of at most {MOST_REASON} characters.")
    return given or None


def log(ask: Ask) -> Json:
    """The newest entries, as a member sees them who may."""
    user, guild = ask.user(), ask.find_guild(ask.param("guild"))
    member = guild.members.get(user.id)
    if member is None or not ask.world.guild_permissions(guild, member) & VIEW_AUDIT_LOG:
        raise Refused(f"{user.username} may not see the audit log of {guild.name}.", 403)
    newest = entries(ask.world, guild)[-MOST_SHOWN:][::-1]
    return log_json(ask.world, guild, newest)


OPERATIONS = (Operation("GET", _ACT + "/guilds/{guild}/audit-log", log),)


def _guild(ask: Ask) -> tuple[Guild, dict[str, int]] | None:
    """The server that is meant, and the ids by what they are of; None in DMs, and for nonsense."""
    given = {**ask.body, **ask.params}
    code = str(given.get("code"))
    ids = {
        "channel": _channel_id(ask, given),
        "message": parse_snowflake(given.get("message_id")) or 0,
    }
    application = ask.world.applications.get(parse_snowflake(given.get("application")) or 0)
    ids["user"] = parse_snowflake(given.get("member") or given.get("user_id")) or 0
    if application is not None:
        ids["user"] = application.bot_user_id
    channel = ask.world.channels.get(ids["channel"])
    if channel is None:
        del ids["channel"]
    named = parse_snowflake(given.get("guild") or given.get("guild_id"))
    for guild in ask.world.guilds.values():
        if code in guild.invites or guild.id == named:
            return guild, ids
        if channel is not None and channel.guild_id == guild.id:
            return guild, ids
    return None


def _channel_id(ask: Ask, given: Json) -> int:
    """The channel that is named, or that of the webhook that is; 0 for none."""
    webhook = ask.world.webhooks.get(parse_snowflake(given.get("webhook_id")) or 0)
    if webhook is not None:
        return webhook.channel_id
    named = (parse_snowflake(given.get(name)) for name in _CHANNELS)
    return next(filter(None, named), 0)
