"""Doing, as a member: writing, reacting, coming and going."""

from __future__ import annotations

from discord_sandbox import guilds, messages, reactions
from discord_sandbox.channels import check_dm, open_dm
from discord_sandbox.control.looking import unread
from discord_sandbox.control.picturing import check_given
from discord_sandbox.control.routing import Ask, Operation, Refused
from discord_sandbox.events import Event
from discord_sandbox.interaction_commands import read_file
from discord_sandbox.model import Channel, Json, Message, User
from discord_sandbox.moderating import moderate
from discord_sandbox.onboarding import answer_onboarding
from discord_sandbox.polls import vote
from discord_sandbox.profiles import OF_USER, publish_user, set_pictures
from discord_sandbox.references import FORWARD
from discord_sandbox.rest.body import check_file
from discord_sandbox.rest.event_dates import is_date
from discord_sandbox.scheduled_events import set_coming, set_interested
from discord_sandbox.shapes.guilds import member_json
from discord_sandbox.slowmode import check_slowmode
from discord_sandbox.validate.message import Upload, check_message

_MEMBER = "/members/{user}"
STATUSES = ("online", "idle", "dnd", "offline")


def place(ask: Ask) -> tuple[User, Channel]:
    """Who does something, and the channel of it, which they can see."""
    user = ask.user()
    return user, ask.find_channel(ask.given("channel_id"), user)


def _own(ask: Ask) -> tuple[User, Channel, Message]:
    user, channel = place(ask)
    return user, channel, ask.find_message(channel, user, ask.given("message_id"))


def message(ask: Ask) -> Json:
    user, channel = place(ask)
    files = read_files(ask)
    body: Json = {
        "content": ask.body.get("content", "")
        if files or ask.body.get("poll") or ask.body.get("sticker_ids")
        else ask.text("content")
    }
    for name in ("poll", "sticker_ids"):
        if ask.body.get(name) is not None:
            body[name] = ask.body[name]
    if ask.body.get("reply_to") is not None:
        body["message_reference"] = {"message_id": str(ask.given("reply_to"))}
    draft = check_message(body, files, whole=True)
    messages.check_can_send(ask.world, user, channel, draft)
    if channel.guild_id is None:
        check_dm(ask.world, user, channel)
    check_slowmode(ask.world, user, channel)
    verdict = moderate(ask.world, user, channel, draft.content)
    written, shown = messages.create_and_show(ask.world, user, channel, draft)
    verdict.flag(ask.world, written.id)
    user.read[channel.id] = written.id
    return shown.data


def read_files(ask: Ask) -> list[Upload]:
    """The files that the body gives. Raises Refused."""
    uploads = []
    files = ask.body.get("files") or []
    for index, given in enumerate(files if isinstance(files, list) else [None]):
        found = read_file(ask.world, given)
        if found is None:
            raise Refused("`files` must be a list of {filename, content: base64, content_type?}.")
        check_file(len(found.content), ask.backend.limits.file_bytes)
        uploads.append(Upload(index, found.filename, found.content, found.content_type))
    return uploads


def edit(ask: Ask) -> Json:
    user, channel, found = _own(ask)
    if found.author.id != user.id:
        raise Refused("Only one's own messages can be edited.", 403)
    draft = check_message({"content": ask.text("content")})
    verdict = moderate(ask.world, user, channel, draft.content)
    shown = messages.edit_and_show(ask.world, channel, found, draft)
    verdict.flag(ask.world, found.id)
    return shown.data


def delete(ask: Ask) -> Json:
    user, channel, found = _own(ask)
    manages = ask.world.permissions(user.id, channel) & 1 << 13 and channel.guild_id
    if found.author.id != user.id and not manages:
        raise Refused("Only one's own messages can be deleted here.", 403)
    messages.delete(ask.world, channel, found)
    return {}


def dismiss(ask: Ask) -> Json:
    user = ask.user()
    message_id = ask.given("message_id")
    for channel in ask.world.channels.values():
        found = channel.ephemeral.get(message_id)
        if found is not None and found.reader_id == user.id:
            del channel.ephemeral[message_id]
            data = {"id": str(message_id), "channel_id": str(channel.id)}
            only = frozenset({user.id})
            ask.world.bus.publish(Event("MESSAGE_DELETE", data, only=only, bots=False))
            return {}
    raise Refused("There is no ephemeral message of this id to dismiss.", 404)


def react(ask: Ask) -> Json:
    user, channel, found = _own(ask)
    reactions.check_may_react(ask.world, user.id, channel, found, ask.text("emoji"))
    reactions.react(ask.world, channel, found, user.id, ask.text("emoji"))
    return {}


def unreact(ask: Ask) -> Json:
    user, channel, found = _own(ask)
    reactions.unreact(ask.world, channel, found, user.id, ask.text("emoji"))
    return {}


def pin(ask: Ask) -> Json:
    user, channel, found = _own(ask)
    reactions.check_may_pin(ask.world, user.id, channel)
    pinned = bool(ask.body.get("pinned", True))
    reactions.set_pinned(ask.world, channel, found, user, pinned=pinned)
    return {}


def forward(ask: Ask) -> Json:
    user, channel = place(ask)
    source = ask.find_channel(ask.given("from_channel_id"), user)
    reference = {
        "type": FORWARD,
        "channel_id": str(source.id),
        "message_id": str(ask.given("message_id")),
    }
    draft = check_message({"message_reference": reference})
    messages.check_can_send(ask.world, user, channel, draft)
    if channel.guild_id is None:
        check_dm(ask.world, user, channel)
    check_slowmode(ask.world, user, channel)
    return messages.create_and_show(ask.world, user, channel, draft)[1].data


def set_votes(ask: Ask) -> Json:
    user, channel, found = _own(ask)
    wanted = ask.body.get("answer_ids")
    if not isinstance(wanted, list) or not all(isinstance(one, int) for one in wanted):
        raise Refused("The body needs `answer_ids`, a list of the numbers of answers.")
    vote(ask.world, channel, found, user.id, wanted)
    return {}


def dm(ask: Ask) -> Json:
    user = ask.user()
    channel, _ = open_dm(ask.world, user, ask.find_user(ask.given("user_id")))
    return ask.world.channel_json(channel, user.id)


def read(ask: Ask) -> Json:
    user, channel = place(ask)
    if channel.message_ids:
        user.read[channel.id] = channel.message_ids[-1]
    data = {"channel_id": str(channel.id), "count": unread(channel, user)}
    ask.world.bus.publish(Event("UNREAD", data, only=frozenset({user.id}), bots=False))
    return {}


def settings(ask: Ask) -> Json:
    user = ask.user()
    body = ask.body
    check_given(ask, *OF_USER)
    if "accept_dms" in body:
        user.accept_dms = bool(body["accept_dms"])
    if "block" in body:
        user.blocked = {ask.find_user(Ask.as_id("block", one)).id for one in body["block"] or ()}
    if "locale" in body:
        user.locale = ask.text("locale")
    if "status" in body:
        if body["status"] not in STATUSES:
            raise Refused(f"`status` must be one of {', '.join(STATUSES)}.")
        user.status = body["status"]
        for guild in ask.world.guilds_of(user.id):
            shaped = guilds.presence_json(guild, user)
            ask.world.bus.publish(Event("PRESENCE_UPDATE", shaped, guild=guild))
            if user.status == "offline":
                guilds.let_go_if_temporary(ask.world, guild, user.id)
    if any(name in body for name in OF_USER):
        set_pictures(ask.world, user, body)
        publish_user(ask.world, user)
    return {}


def leave(ask: Ask) -> Json:
    user, guild = ask.user(), ask.find_guild(ask.given("guild_id"))
    if guild.owner_id == user.id:
        raise Refused("The owner cannot leave the server.", 403)
    guilds.remove_member(ask.world, guild, user.id)
    return {}


def onboarding(ask: Ask) -> Json:
    """Go through the onboarding of a server."""
    user, guild = ask.user(), ask.find_guild(ask.given("guild_id"))
    given = ask.body.get("option_ids")
    if not isinstance(given, list):
        raise Refused("The body needs `option_ids`, a list of the ids of options.")
    chosen = [Ask.as_id("option_ids", one) for one in given]
    member = ask.world.member(guild, user.id)
    answer_onboarding(ask.world, guild, member, chosen)
    return member_json(member)


def interested(ask: Ask) -> Json:
    user, guild = ask.user(), ask.find_guild(ask.given("guild_id"))
    event = guild.scheduled_events.get(ask.given("event_id"))
    if event is None or user.id not in guild.members:
        raise Refused("There is no such event for this member.", 404)
    wanted = bool(ask.body.get("interested", True))
    date_id = ask.optional("date_id")
    if date_id is not None:
        if not is_date(event, date_id) or user.id not in event.interested:
            raise Refused("Only for a date of a series that interests the member.", 404)
        set_coming(ask.world, guild, event, user.id, date_id, wanted)
        return {}
    set_interested(ask.world, guild, event, user.id, wanted)
    return {}


OPERATIONS = tuple(
    Operation("POST", f"{_MEMBER}/{name}", handler)
    for name, handler in (
        ("message", message),
        ("edit", edit),
        ("delete", delete),
        ("dismiss", dismiss),
        ("react", react),
        ("unreact", unreact),
        ("pin", pin),
        ("forward", forward),
        ("vote", set_votes),
        ("dm", dm),
        ("read", read),
        ("settings", settings),
        ("leave", leave),
        ("interested", interested),
        ("onboarding", onboarding),
    )
)
