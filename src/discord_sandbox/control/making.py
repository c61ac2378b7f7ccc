"""Making users, applications, servers, channels, roles and members."""

from __future__ import annotations

from discord_sandbox import guilds, permissions
from discord_sandbox.applications import create_application
from discord_sandbox.channels import create_channel, delete_channel, set_overwrite
from discord_sandbox.control.picturing import check_given, check_pictured
from discord_sandbox.control.routing import Ask, Operation, Refused
from discord_sandbox.events import Event
from discord_sandbox.guild_pictures import set_pictures as set_guild_pictures
from discord_sandbox.model import GUILD_TEXT, Json, Overwrite
from discord_sandbox.profiles import OF_USER, set_pictures
from discord_sandbox.rest.channels import KINDS, parse_overwrite
from discord_sandbox.rest.roles import TAKES_COLORS
from discord_sandbox.role_colors import paint
from discord_sandbox.seed import BadSeed, sow
from discord_sandbox.shapes.channels import channel_json
from discord_sandbox.shapes.commands import permissions_json
from discord_sandbox.shapes.guilds import guild_json, member_json, role_json
from discord_sandbox.shapes.users import application_json, user_json
from discord_sandbox.snowflake import parse_snowflake
from discord_sandbox.templates import find_template, set_up
from discord_sandbox.validate.channels import check_channel
from discord_sandbox.validate.members import check_members

_GUILD = "/guilds/{guild}"


def user(ask: Ask) -> Json:
    wanted = ask.optional("id")
    if wanted in ask.world.users:
        raise Refused(f"There is a user {wanted} already.", 409)
    check_given(ask, *OF_USER)
    made = ask.world.create_user(
        ask.text("username"), global_name=ask.body.get("global_name"), user_id=wanted
    )
    set_pictures(ask.world, made, ask.body)
    return user_json(made)


def application(ask: Ask) -> Json:
    wanted = ask.optional("id")
    token = None if ask.body.get("token") is None else ask.text("token")
    if wanted in ask.world.users:
        raise Refused(f"There is an application or user {wanted} already.", 409)
    if token in ask.world.tokens:
        raise Refused("Another application has this token: choose another one.", 409)
    check_given(ask, *OF_USER)
    name = ask.text("name")
    ask.optional("owner_id")
    try:
        made = create_application(ask.world, name, ask.body)
    except ValueError as problem:
        raise Refused(str(problem)) from None
    bot = ask.world.users[made.bot_user_id]
    set_pictures(ask.world, bot, ask.body)
    owner = ask.world.users.get(made.owner_id, bot)
    return {
        "application": application_json(made, bot, owner, 0),
        "bot_user": user_json(bot),
        "token": made.token,
    }


async def endpoint(ask: Ask) -> Json:
    """What the developer portal does when an interactions endpoint is saved there."""
    changed = ask.find_application(ask.param("application"))
    address = ask.body.get("url")
    if address is not None and not isinstance(address, str):
        raise Refused("`url` must be an address, or null for the gateway.")
    problem = await ask.backend.endpoints.move(changed, address)
    if problem is not None:
        raise Refused(f"The endpoint {problem}.")
    return {"interactions_endpoint_url": address}


def guild(ask: Ask) -> Json:
    owner = ask.find_user(ask.given("owner_id"))
    members = [ask.find_user(_id(one)) for one in ask.body.get("members") or ()]
    bots = [ask.find_application(_id(one)) for one in ask.body.get("bots") or ()]
    template = None
    if ask.body.get("template") is not None:
        template = find_template(ask.world, ask.text("template"))[1]
    features = check_pictured(ask, [], new=True)
    made = guilds.create_guild(
        ask.world,
        ask.text("name"),
        owner,
        channels=() if template is not None else ask.body.get("channels") or ["general"],
        guild_id=ask.optional("id"),
    )
    if template is not None:
        set_up(ask.world, made, template)
    made.features = features
    set_guild_pictures(ask.world, made, ask.body)
    for member in members:
        guilds.add_member(ask.world, made, member)
    for bot in bots:
        guilds.add_bot(ask.world, made, bot)
    return {
        **guild_json(made),
        "channels": [channel_json(channel) for channel in made.channels.values()],
    }


def _id(value: object) -> int:
    found = parse_snowflake(value)
    if found is None:
        raise Refused(f"{value!r} is not an id.")
    return found


def channel(ask: Ask) -> Json:
    found = ask.find_guild(ask.param("guild"))
    kind = ask.body.get("type", GUILD_TEXT)
    if kind not in KINDS:
        raise Refused(f"The sandbox makes no channels of type {kind}.", 501)
    body = check_channel(ask.body, kind)
    overwrites = [parse_overwrite(one) for one in body.get("permission_overwrites") or ()]
    made = create_channel(
        ask.world,
        found,
        ask.text("name"),
        kind=kind,
        parent_id=ask.optional("parent_id"),
        overwrites={overwrite.id: overwrite for overwrite in overwrites},
        settings=body,
    )
    return channel_json(made)


def remove_channel(ask: Ask) -> Json:
    found = ask.find_channel(ask.param("channel"))
    if found.guild_id is None:
        raise Refused("A DM cannot be deleted.")
    delete_channel(ask.world, ask.world.guilds[found.guild_id], found)
    return {}


def role(ask: Ask) -> Json:
    found = ask.find_guild(ask.param("guild"))
    granted = parse_snowflake(ask.body.get("permissions"))
    made = guilds.create_role(
        ask.world,
        found,
        str(ask.body.get("name") or "new role"),
        permissions.EVERYONE_DEFAULT if granted is None else granted,
        colors=_colors(ask),
        hoist=bool(ask.body.get("hoist", False)),
        mentionable=bool(ask.body.get("mentionable", False)),
    )
    return role_json(made)


def _colors(ask: Ask) -> Json:
    """The colours that the body gives, checked as Discord's own call does."""
    return check_members(TAKES_COLORS, {n: ask.body.get(n) for n in TAKES_COLORS}, "a role")


def edit_role(ask: Ask) -> Json:
    found = ask.find_guild(ask.param("guild"))
    edited = found.roles.get(ask.param("role"))
    if edited is None:
        raise Refused("There is no such role.", 404)
    granted = parse_snowflake(ask.body.get("permissions"))
    if granted is not None:
        edited.permissions = granted
    for name in ("name", "hoist", "mentionable"):
        if name in ask.body:
            setattr(edited, name, ask.body[name])
    paint(edited, _colors(ask))
    guilds.publish_role(ask.world, found, edited, "GUILD_ROLE_UPDATE")
    return role_json(edited)


def member(ask: Ask) -> Json:
    found = ask.find_guild(ask.param("guild"))
    joining = ask.find_user(ask.given("user_id"))
    if joining.bot:
        raise Refused("A bot is let in by POST /sandbox/guilds/{guild}/bots.")
    roles = [_id(one) for one in ask.body.get("roles") or ()]
    unknown = [one for one in roles if one not in found.roles]
    if unknown:
        raise Refused(f"There is no role {unknown[0]} in this guild.", 404)
    made = guilds.add_member(ask.world, found, joining, roles, greet=True)
    if made.role_ids != roles:
        made.role_ids = roles
        guilds.publish_member(ask.world, found, made)
    return member_json(made)


def remove_member(ask: Ask) -> Json:
    guilds.remove_member(ask.world, ask.find_guild(ask.param("guild")), ask.param("member"))
    return {}


def bot(ask: Ask) -> Json:
    found = ask.find_guild(ask.param("guild"))
    granted = parse_snowflake(ask.body.get("permissions"))
    let_in = ask.find_application(ask.given("application_id"))
    return member_json(guilds.add_bot(ask.world, found, let_in, granted, greet=True))


def remove_bot(ask: Ask) -> Json:
    found = ask.find_guild(ask.param("guild"))
    thrown_out = ask.find_application(ask.param("application"))
    guilds.remove_member(ask.world, found, thrown_out.bot_user_id)
    return {}


def remove_guild(ask: Ask) -> Json:
    guilds.delete_guild(ask.world, ask.find_guild(ask.param("guild")))
    return {}


def overwrite(ask: Ask) -> Json:
    found = ask.find_channel(ask.param("channel"))
    if found.guild_id is None:
        raise Refused("A DM has no permissions to set.")
    given = ask.body
    target = ask.param("target")
    made: Overwrite = parse_overwrite(given, target)
    set_overwrite(ask.world, ask.world.guilds[found.guild_id], found, made)
    return {}


def command_permissions(ask: Ask) -> Json:
    """What the server's settings do: who may use a command, or all of an application's."""
    found = ask.find_guild(ask.param("guild"))
    target = ask.param("command")
    owner = next(
        (
            application
            for application in ask.world.applications.values()
            if application.id == target
            or any(target == known.id for known in application.reachable_commands(found.id))
        ),
        None,
    )
    if owner is None:
        raise Refused(f"There is no command and no application {target}.", 404)
    owner.command_permissions[(found.id, target)] = _permissions(ask.body.get("permissions"))
    shaped = permissions_json(owner, found.id, target)
    only = frozenset({owner.bot_user_id})
    told = Event("APPLICATION_COMMAND_PERMISSIONS_UPDATE", shaped, guild=found, only=only)
    ask.world.bus.publish(told)
    changed = {"application_id": str(owner.id), "guild_id": str(found.id)}
    ask.world.bus.publish(Event("COMMANDS_CHANGED", changed, guild=found, bots=False))
    return shaped


def _permissions(given: object) -> list[Json]:
    listed = []
    for one in given if isinstance(given, list) else [None]:
        entry = one if isinstance(one, dict) else {}
        if entry.get("type") not in (1, 2, 3) or not isinstance(entry.get("permission"), bool):
            raise Refused(
                "`permissions` must be a list of {id, type: 1 role, 2 user or 3 channel, "
                "permission: true or false}."
            )
        target = str(_id(entry.get("id")))
        listed.append({"id": target, "type": entry["type"], "permission": entry["permission"]})
    return listed


def seed(ask: Ask) -> Json:
    """Make what a seed file would, in one request."""
    try:
        sow(ask.world, ask.body)
    except BadSeed as problem:
        raise Refused(f"The seed cannot be used: {problem}.") from None
    return {}


OPERATIONS = (
    Operation("POST", "/seed", seed),
    Operation("POST", "/users", user),
    Operation("POST", "/applications", application),
    Operation("PUT", "/applications/{application}/interactions-endpoint", endpoint),
    Operation("POST", "/guilds", guild),
    Operation("DELETE", _GUILD, remove_guild),
    Operation("POST", _GUILD + "/channels", channel),
    Operation("DELETE", "/channels/{channel}", remove_channel),
    Operation("POST", _GUILD + "/roles", role),
    Operation("PATCH", _GUILD + "/roles/{role}", edit_role),
    Operation("POST", _GUILD + "/members", member),
    Operation("DELETE", _GUILD + "/members/{member}", remove_member),
    Operation("POST", _GUILD + "/bots", bot),
    Operation("DELETE", _GUILD + "/bots/{application}", remove_bot),
    Operation("PUT", "/channels/{channel}/permissions/{target}", overwrite),
    Operation("PUT", _GUILD + "/commands/{command}/permissions", command_permissions),
)
