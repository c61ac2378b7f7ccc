"""Forum and media channels: their posts, which are threads with a first message, and their tags."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from discord_sandbox import messages
from discord_sandbox.errors import ApiError
from discord_sandbox.messages import Origin
from discord_sandbox.model import PINNED, PUBLIC_THREAD, REQUIRE_TAG, Channel, Forum, Json, User
from discord_sandbox.permissions import MANAGE_THREADS
from discord_sandbox.showing import show
from discord_sandbox.threads import archive_when_idle, new_thread, open_thread
from discord_sandbox.validate.message import Draft
from discord_sandbox.wire import Written
from discord_sandbox.world import World

MOST_PINNED = 1


def require_forum(channel: Channel) -> Forum:
    """Raises ApiError 50024."""
    if channel.forum is None:
        raise ApiError(50024)
    return channel.forum


def check_tags(
    world: World, channel: Channel, user_id: int, wanted: Sequence[int], before: Sequence[int] = ()
) -> None:
    """Whether a user may give a post of the forum these tags, where it had those `before`.

    Raises ApiError 10087 for a tag that the forum has not, 50013 for one that only moderators
    set, 40067 where the forum demands a tag.
    """
    forum = require_forum(channel)
    if any(tag not in forum.tags for tag in wanted):
        raise ApiError(10087)
    changed = set(wanted) ^ set(before)
    moderated = any(tag in forum.tags and forum.tags[tag].moderated for tag in changed)
    if moderated and not world.permissions(user_id, channel) & MANAGE_THREADS:
        raise ApiError(50013)
    if channel.flags & REQUIRE_TAG and not wanted:
        raise ApiError(40067)


def create_post(
    world: World,
    channel: Channel,
    author: User,
    name: str,
    draft: Draft,
    *,
    tags: Sequence[int] = (),
    settings: Json | None = None,
    origin: Origin | None = None,
) -> tuple[Channel, Written]:
    """Begin a post with its first message; answers the thread and the message's JSON.

    Whether the author may, and may use these tags, has been asked before. The thread and the
    message share an id, as at Discord. Raises ApiError 50006 for a message with nothing in it.
    """
    assert channel.guild_id is not None
    origin = origin or Origin()
    owner_id = author.id if origin.webhook_id is None else origin.webhook_id
    post = new_thread(world, channel, name, owner_id, kind=PUBLIC_THREAD, settings=settings)
    assert post.thread is not None
    post.thread.applied_tags = list(tags)
    first = messages.create(world, author, post, draft, replace(origin, message_id=post.id))
    channel.last_message_id = post.id
    open_thread(world, world.guilds[channel.guild_id], post)
    return post, show(world, post, first, "create")


def posts(world: World, channel: Channel) -> list[Channel]:
    """The posts of a forum: the pinned one first, then by their newest message."""
    assert channel.guild_id is not None
    found = [
        other
        for other in world.guilds[channel.guild_id].channels.values()
        if other.thread is not None and other.parent_id == channel.id
    ]
    found.sort(key=lambda post: (post.flags & PINNED, post.last_message_id or 0), reverse=True)
    return found


def pin_post(world: World, post: Channel, pinned: bool) -> None:
    """Pin a post to the top of its forum, or unpin it. Raises ApiError 30047 for a second one."""
    assert post.parent_id is not None
    forum = world.channels[post.parent_id]
    require_forum(forum)
    others = sum(1 for other in posts(world, forum) if other.flags & PINNED and other is not post)
    if pinned and others >= MOST_PINNED:
        raise ApiError(30047)
    post.flags = post.flags | PINNED if pinned else post.flags & ~PINNED
    # A pinned post is not archived for being idle; its time begins to count when it is not.
    archive_when_idle(world, post)
