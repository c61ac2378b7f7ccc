"""Applications that a member installs for themselves, and activities that they take part in."""

from __future__ import annotations

from discord_sandbox import activities
from discord_sandbox.control.routing import Ask, Operation, Refused
from discord_sandbox.events import Event
from discord_sandbox.model import USER_INSTALL, Activity, Application, Json

_MEMBER = "/members/{user}"


def install(ask: Ask) -> Json:
    user, application = ask.user(), ask.find_application(ask.given("application_id"))
    if user.bot:
        raise Refused("A bot cannot install applications: that is done by people.")
    if USER_INSTALL not in application.integration_types:
        raise Refused(
            f"{application.name} can be installed in servers only: "
            "its `integration_types_config` has no `1`.",
            403,
        )
    user.installed.add(application.id)
    _tell(ask, application)
    return {}


def uninstall(ask: Ask) -> Json:
    application = ask.find_application(ask.given("application_id"))
    ask.user().installed.discard(application.id)
    _tell(ask, application)
    return {}


def _tell(ask: Ask, application: Application) -> None:
    """The commands that the member can use are others now."""
    user = ask.user()
    data: Json = {"application_id": str(application.id), "guild_id": None}
    only = frozenset({user.id})
    ask.world.bus.publish(Event("COMMANDS_CHANGED", data, only=only, bots=False))
    installed = [str(found) for found in sorted(user.installed)]
    told = Event("INSTALLED", {"application_ids": installed}, only=only, bots=False)
    ask.world.bus.publish(told)


def _activity(ask: Ask) -> Activity:
    wanted = ask.text("instance_id")
    found = activities.find(ask.world, wanted)
    if found is None:
        raise Refused(f"No activity {wanted!r} goes on.", 404)
    return found


def join_activity(ask: Ask) -> Json:
    user, found = ask.user(), _activity(ask)
    ask.find_channel(found.channel_id, user)
    activities.join(ask.world, found, user)
    return activities.activity_json(ask.world, found)


def leave_activity(ask: Ask) -> Json:
    activities.leave(ask.world, _activity(ask), ask.user())
    return {}


def listed(ask: Ask) -> list[Json]:
    """Every activity that goes on."""
    return [
        activities.activity_json(ask.world, found)
        for found in ask.world.activities.values()
        if activities.participants(ask.world, found)
    ]


OPERATIONS = (
    Operation("POST", _MEMBER + "/install", install),
    Operation("POST", _MEMBER + "/uninstall", uninstall),
    Operation("POST", _MEMBER + "/join-activity", join_activity),
    Operation("POST", _MEMBER + "/leave-activity", leave_activity),
    Operation("GET", "/activities", listed),
)
