"""Setting up the onboarding of a server, and going through it as a member."""

from __future__ import annotations

from dataclasses import replace

from discord_sandbox.errors import ApiError, Problems, invalid
from discord_sandbox.guilds import publish_member
from discord_sandbox.model import Guild, Json, Member
from discord_sandbox.model.guild_settings import COMMUNITY
from discord_sandbox.model.guilds import COMPLETED_ONBOARDING, STARTED_ONBOARDING
from discord_sandbox.model.onboarding import ADVANCED, Onboarding
from discord_sandbox.permissions import SEND_MESSAGES, VIEW_CHANNEL
from discord_sandbox.snowflake import parse_snowflake
from discord_sandbox.validate import fields
from discord_sandbox.world import World

LEAST_CHANNELS, LEAST_WRITABLE = 7, 5
"""How many channels onboarding needs, and how many of them everybody can write in."""


def set_onboarding(world: World, guild: Guild, body: Json) -> None:
    """Set what a body whose members were checked names.

    Raises ApiError 50035 for what is missing or not of the server, 350000 where onboarding cannot
    be switched on, 350001 where what it needs would be gone.
    """
    before = guild.onboarding
    changed = replace(before)
    if body.get("prompts") is not None:
        changed.prompts = _prompts(world, guild, before, body["prompts"])
    if body.get("default_channel_ids") is not None:
        listed = body["default_channel_ids"]
        changed.default_channel_ids = _ids(guild, ("default_channel_ids",), listed, roles=False)
    if body.get("mode") is not None:
        changed.mode = body["mode"]
    if body.get("enabled") is not None:
        changed.enabled = body["enabled"]
    if changed.enabled and not _suffices(guild, changed):
        raise ApiError(350001 if before.enabled else 350000)
    guild.onboarding = changed


def _suffices(guild: Guild, onboarding: Onboarding) -> bool:
    """Whether new members would find enough channels, and enough to write in."""
    if COMMUNITY not in guild.features:
        return False
    offered = set(onboarding.default_channel_ids)
    if onboarding.mode == ADVANCED:
        for prompt in onboarding.prompts:
            for option in prompt["options"]:
                offered |= {int(one) for one in option["channel_ids"]}
    writable = 0
    for channel_id in offered & guild.channels.keys():
        overwrite = guild.channels[channel_id].overwrites.get(guild.id)
        granted = guild.roles[guild.id].permissions
        if overwrite is not None:
            granted = granted & ~overwrite.deny | overwrite.allow
        writable += granted & SEND_MESSAGES != 0 and granted & VIEW_CHANNEL != 0
    return len(offered) >= LEAST_CHANNELS and writable >= LEAST_WRITABLE


def _prompts(world: World, guild: Guild, before: Onboarding, given: list[Json]) -> list[Json]:
    """The prompts as they are answered; those whose ids are known keep them."""
    known = {prompt["id"] for prompt in before.prompts}
    known |= {option["id"] for prompt in before.prompts for option in prompt["options"]}
    problems = Problems()
    shaped = []
    for at, prompt in enumerate(given):
        for name in ("title", "options"):
            if prompt.get(name) is None:
                fields.required(problems, ("prompts", at, name))
        options = []
        for nth, option in enumerate(prompt.get("options") or ()):
            where = ("prompts", at, "options", nth)
            if option.get("title") is None:
                fields.required(problems, (*where, "title"))
            options.append(_option(world, guild, where, known, option))
        shaped.append(
            {
                "id": _id(world, known, prompt.get("id")),
                "type": prompt.get("type") or 0,
                "title": prompt.get("title"),
                "options": options,
                "single_select": bool(prompt.get("single_select")),
                "required": bool(prompt.get("required")),
                "in_onboarding": bool(prompt.get("in_onboarding")),
            }
        )
    problems.raise_if_any()
    return shaped


def _option(world: World, guild: Guild, where: fields.Path, known: set[str], given: Json) -> Json:
    roles = _ids(guild, (*where, "role_ids"), given.get("role_ids") or [], roles=True)
    channels = _ids(guild, (*where, "channel_ids"), given.get("channel_ids") or [], roles=False)
    return {
        "id": _id(world, known, given.get("id")),
        "title": given.get("title"),
        "description": given.get("description") or "",
        "emoji": {
            "id": given.get("emoji_id"),
            "name": given.get("emoji_name"),
            "animated": bool(given.get("emoji_animated")),
        },
        "role_ids": [str(one) for one in roles],
        "channel_ids": [str(one) for one in channels],
    }


def _id(world: World, known: set[str], given: object) -> str:
    """The id that was given where it is known; clients invent one for what is new."""
    return str(given) if str(given) in known else str(world.ids.next())


def _ids(guild: Guild, path: fields.Path, given: list[object], *, roles: bool) -> list[int]:
    """Raises ApiError 50035 for an id that is none of the server's."""
    there = guild.roles if roles else guild.channels
    found = [parse_snowflake(one) or 0 for one in given]
    for at, one in enumerate(found):
        if one not in there:
            raise invalid((*path, at), "BASE_TYPE_CHOICES", f"{one} is not of this server.")
    return list(dict.fromkeys(found))


def answer_onboarding(world: World, guild: Guild, member: Member, chosen: list[int]) -> None:
    """Go through onboarding with these options chosen: the member gets their roles.

    Raises ApiError 350000 where there is no onboarding, 50035 for an option that there is not,
    several where one is asked for, or none where one has to be chosen.
    """
    onboarding = guild.onboarding
    if not onboarding.enabled:
        raise ApiError(350000)
    wanted = {str(one) for one in chosen}
    roles: list[int] = []
    for prompt in onboarding.prompts:
        taken = [option for option in prompt["options"] if option["id"] in wanted]
        if len(taken) > 1 and prompt["single_select"]:
            raise _refused(f"{prompt['title']!r} takes one answer.")
        if not taken and prompt["required"] and prompt["in_onboarding"]:
            raise _refused(f"{prompt['title']!r} has to be answered.")
        wanted -= {option["id"] for option in taken}
        roles += [int(one) for option in taken for one in option["role_ids"]]
    if wanted:
        raise _refused(f"There is no option {', '.join(sorted(wanted))}.")
    kept = [one for one in (*member.role_ids, *roles) if one in guild.roles]
    member.role_ids = list(dict.fromkeys(kept))
    member.flags |= STARTED_ONBOARDING | COMPLETED_ONBOARDING
    publish_member(world, guild, member)


def _refused(text: str) -> ApiError:
    return ApiError(50035, message=text)
