"""Forums, as a member: their posts looked at, and begun."""

from __future__ import annotations

from discord_sandbox import messages
from discord_sandbox.control.acting import read_files
from discord_sandbox.control.routing import Ask, Operation, Refused
from discord_sandbox.forums import check_tags, create_post
from discord_sandbox.forums import posts as posts_of
from discord_sandbox.model import Channel, Json
from discord_sandbox.moderating import moderate
from discord_sandbox.permissions import READ_MESSAGE_HISTORY
from discord_sandbox.shapes.channels import channel_json
from discord_sandbox.slowmode import check_slowmode
from discord_sandbox.validate.channels import check_applied_tags, check_channel
from discord_sandbox.validate.message import check_message

_MEMBER = "/members/{user}"


def _forum(channel: Channel) -> Channel:
    if channel.forum is None:
        raise Refused(f"Channel {channel.id} is no forum: it has no posts.")
    return channel


def posts(ask: Ask) -> list[Json]:
    """The pinned post first, then those with the newest messages, archived ones included."""
    user = ask.user()
    forum = _forum(ask.find_channel(ask.param("channel"), user))
    if not ask.world.permissions(user.id, forum) & READ_MESSAGE_HISTORY:
        return []
    listed = []
    for post in posts_of(ask.world, forum):
        first = post.messages.get(post.id)
        shaped = None if first is None else ask.world.message_json(first, user.id)
        listed.append({**channel_json(post), "first_message": shaped})
    return listed


def post(ask: Ask) -> Json:
    user = ask.user()
    forum = _forum(ask.find_channel(ask.given("channel_id"), user))
    body = check_channel({"name": ask.text("name")})
    tags = check_applied_tags({"applied_tags": ask.body.get("tags")})
    files = read_files(ask)
    content = ask.body.get("content", "") if files else ask.text("content")
    draft = check_message({"content": content}, files)
    messages.check_can_send(ask.world, user, forum, draft, post=True)
    check_slowmode(ask.world, user, forum)
    check_tags(ask.world, forum, user.id, tags)
    of_title = moderate(ask.world, user, forum, body["name"], title=True)
    verdict = moderate(ask.world, user, forum, draft.content)
    made, first = create_post(ask.world, forum, user, body["name"], draft, tags=tags)
    for one in (of_title, verdict):
        one.flag(ask.world, made.id)
    user.read[made.id] = made.id
    return {**channel_json(made), "first_message": first.data}


OPERATIONS = (
    Operation("GET", _MEMBER + "/channels/{channel}/posts", posts),
    Operation("POST", _MEMBER + "/post", post),
)
