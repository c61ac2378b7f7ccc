"""Auto moderation and the soundboard of a server, as its owner sets them up."""

from __future__ import annotations

from discord_sandbox.auto_moderation import create_rule, delete_rule
from discord_sandbox.control.routing import Ask, Operation, Refused
from discord_sandbox.model import Json
from discord_sandbox.shapes.auto_moderation import rule_json
from discord_sandbox.shapes.soundboard import sound_json
from discord_sandbox.soundboard import create_sound
from discord_sandbox.validate.auto_moderation import TAKES as RULE_TAKES
from discord_sandbox.validate.members import check_members
from discord_sandbox.validate.soundboard import TAKES as SOUND_TAKES
from discord_sandbox.validate.soundboard import check_made

_GUILD = "/guilds/{guild}"
_SOUNDS = _GUILD + "/soundboard-sounds"
_RULES = _GUILD + "/auto-moderation/rules"


def rule(ask: Ask) -> Json:
    found = ask.find_guild(ask.param("guild"))
    body = check_members(RULE_TAKES, ask.body, f"POST /sandbox{_RULES}")
    return rule_json(found, create_rule(ask.world, found, found.owner_id, body))


def remove_rule(ask: Ask) -> Json:
    found = ask.find_guild(ask.param("guild"))
    removed = found.auto_moderation.get(ask.param("rule"))
    if removed is None:
        raise Refused(f"{found.name} has no rule {ask.param('rule')}.", 404)
    delete_rule(ask.world, found, removed)
    return {}


def sound(ask: Ask) -> Json:
    found = ask.find_guild(ask.param("guild"))
    body = check_members(SOUND_TAKES, ask.body, f"POST /sandbox{_SOUNDS}")
    check_made(body)
    made = create_sound(ask.world, found, found.owner_id, body)
    return sound_json(found, made, ask.world.users[found.owner_id])


OPERATIONS = (
    Operation("POST", _SOUNDS, sound),
    Operation("POST", _RULES, rule),
    Operation("DELETE", _RULES + "/{rule}", remove_rule),
)
