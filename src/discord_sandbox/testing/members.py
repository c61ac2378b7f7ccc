"""A member whom a test plays."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from discord_sandbox.testing.control import Json, Parameter
from discord_sandbox.testing.interacting import Interacting, Place, channel_id_of
from discord_sandbox.testing.messages import File, Message
from discord_sandbox.testing.pictures import Emoji, named, with_pictures
from discord_sandbox.testing.places import Application, Guild
from discord_sandbox.testing.posting import Posting
from discord_sandbox.testing.servers import InServers
from discord_sandbox.testing.stream import DEFAULT_TIMEOUT_S, Frame, Stream, deleted_in

if TYPE_CHECKING:
    from discord_sandbox.testing.sandbox import Sandbox

Fits = Callable[[Message], bool]


def _anything(_: Message) -> bool:
    return True


class Member(Interacting, InServers, Posting):
    """A person. What they do is done at once; what the bot does to it can be waited for."""

    def __init__(self, sandbox: Sandbox, data: Json) -> None:
        self.id = int(data["id"])
        self.name = str(data["username"])
        self._sandbox = sandbox
        self._stream: Stream | None = None

    async def stream(self) -> Stream:
        """What the member sees happen, from the first time this was asked for."""
        if self._stream is None:
            path = f"/members/{self.id}/events"
            self._stream = await Stream.open(self._sandbox.control, path)
            self._sandbox.keep(self._stream)
        return self._stream

    # --- messages ----------------------------------------------------------------------------

    async def messages(self, place: Place, limit: int = 50) -> list[Message]:
        """What the member sees in a channel, newest first, their ephemeral messages included."""
        path = f"/members/{self.id}/channels/{channel_id_of(place)}/messages"
        found = await self._sandbox.control.get(path, limit=limit)
        return [Message(data) for data in found]

    async def dms(self, bot: Application | None = None, limit: int = 100) -> list[Message]:
        """The direct messages the member has, of all or of one bot, oldest first."""
        view = await self.view()
        found: list[Message] = []
        for channel in view["dms"]:
            partners = [int(user["id"]) for user in channel["recipients"]]
            if bot is None or bot.id in partners:
                found += await self.messages(int(channel["id"]), limit)
        return sorted(found, key=lambda message: message.id)

    async def wait_for_dm(
        self,
        predicate: Fits = _anything,
        *,
        after: Message | None = None,
        timeout: float = DEFAULT_TIMEOUT_S,
    ) -> Message:
        """The oldest direct message to the member that fits, already there or still to come.

        With `after`, only messages newer than that one. Raises WaitedInVain.
        """
        stream = await self.stream()
        oldest = 0 if after is None else after.id

        def fits(message: Message) -> bool:
            return (
                message.id > oldest
                and message.author_id != self.id
                and not message.loading
                and predicate(message)
            )

        for message in await self.dms():
            if fits(message):
                return message

        def pick(frame: Frame) -> Message | None:
            if frame.type != "MESSAGE_CREATE" or "guild_id" in frame.data:
                return None
            message = Message(frame.data)
            return message if fits(message) else None

        what = f"a direct message to {self.name}"
        return await stream.wait_for(pick, since=0, timeout=timeout, what=what)

    async def wait_for_message(
        self,
        place: Place,
        predicate: Fits = _anything,
        *,
        after: Message | None = None,
        timeout: float = DEFAULT_TIMEOUT_S,
    ) -> Message:
        """The oldest message in a channel that fits, already there or still to come.

        With `after`, only messages newer than that one. Raises WaitedInVain.
        """
        stream = await self.stream()
        oldest = 0 if after is None else after.id
        channel_id = channel_id_of(place)
        for message in reversed(await self.messages(place, 500)):
            if message.id > oldest and predicate(message):
                return message

        def pick(frame: Frame) -> Message | None:
            if frame.type != "MESSAGE_CREATE" or int(frame.data["channel_id"]) != channel_id:
                return None
            message = Message(frame.data)
            return message if message.id > oldest and predicate(message) else None

        what = f"a message in channel {channel_id}"
        return await stream.wait_for(pick, since=0, timeout=timeout, what=what)

    async def wait_for_update(
        self, message: Message, predicate: Fits = _anything, timeout: float = DEFAULT_TIMEOUT_S
    ) -> Message:
        """The message once it has been edited so that it fits. Raises WaitedInVain."""
        stream = await self.stream()
        for found in await self.messages(message, 500):
            if found.id == message.id and found.data != message.data and predicate(found):
                return found

        def pick(frame: Frame) -> Message | None:
            if frame.type != "MESSAGE_UPDATE" or int(frame.data["id"]) != message.id:
                return None
            updated = Message(frame.data)
            return updated if predicate(updated) else None

        what = f"message {message.id} to be edited"
        return await stream.wait_for(pick, since=0, timeout=timeout, what=what)

    async def wait_for_deletion(self, message: Message, timeout: float = DEFAULT_TIMEOUT_S) -> None:
        """Wait until the message is gone. Raises WaitedInVain."""
        stream = await self.stream()
        if all(found.id != message.id for found in await self.messages(message.channel_id, 500)):
            return

        def pick(frame: Frame) -> bool | None:
            return message.id in deleted_in(frame) or None

        what = f"message {message.id} to be deleted"
        await stream.wait_for(pick, since=0, timeout=timeout, what=what)

    async def write(
        self,
        place: Place,
        content: str = "",
        reply_to: Message | None = None,
        files: Iterable[File] = (),
    ) -> Message:
        """Write a message."""
        body: Json = {"channel_id": str(channel_id_of(place)), "content": content}
        if files:
            body["files"] = [file.json() for file in files]
        if reply_to is not None:
            body["reply_to"] = str(reply_to.id)
        return Message(await self._do("message", body))

    async def start_post(
        self, forum: Place, name: str, content: str, tags: Iterable[int] = ()
    ) -> Message:
        """Begin a post of a forum; answers its first message, whose channel is the post."""
        body = {
            "channel_id": str(channel_id_of(forum)),
            "name": name,
            "content": content,
            "tags": [str(tag) for tag in tags],
        }
        return Message((await self._do("post", body))["first_message"])

    async def delete(self, message: Message) -> None:
        """Delete one of the member's own messages, or, with the permission, another's."""
        await self._do("delete", self._at(message))

    async def forward(self, message: Message, place: Place) -> Message:
        """Forward a message to another channel."""
        body = {
            "channel_id": str(channel_id_of(place)),
            "from_channel_id": str(message.channel_id),
            "message_id": str(message.id),
        }
        return Message(await self._do("forward", body))

    async def vote(self, message: Message, *answers: int) -> None:
        """Vote in a poll for the answers of these numbers, and no others; none takes it back."""
        await self._do("vote", {**self._at(message), "answer_ids": list(answers)})

    async def react(self, message: Message, emoji: str | Emoji) -> None:
        await self._do("react", {**self._at(message), "emoji": named(emoji)})

    async def unreact(self, message: Message, emoji: str | Emoji) -> None:
        await self._do("unreact", {**self._at(message), "emoji": named(emoji)})

    async def open_dm(self, other: Application | Member) -> int:
        """Open the direct messages with a bot or another member; answers the channel's id."""
        opened = await self._do("dm", {"user_id": str(other.id)})
        return int(opened["id"])

    async def open_group_dm(self, *others: Member, name: str = "") -> int:
        """Open a DM of several people; answers the channel's id."""
        body = {"user_ids": [str(other.id) for other in others], "name": name}
        return int((await self._do("group-dm", body))["id"])

    async def add_to_group_dm(self, channel_id: int, other: Member) -> None:
        body = {"channel_id": str(channel_id), "user_id": str(other.id)}
        await self._do("add-to-group-dm", body)

    async def leave_group_dm(self, channel_id: int) -> None:
        await self._do("leave-group-dm", {"channel_id": str(channel_id)})

    # --- settings ----------------------------------------------------------------

    async def accept_dms(self, accept: bool) -> None:
        """Whether bots may write to the member; else they get 403, code 50007."""
        await self._do("settings", {"accept_dms": accept})

    async def block(self, *bots: Application) -> None:
        """Block these bots, and no others."""
        await self._do("settings", {"block": [str(bot.id) for bot in bots]})

    async def set_status(self, status: str) -> None:
        """online, idle, dnd or offline."""
        await self._do("settings", {"status": status})

    async def set_pictures(self, **pictures: bytes | None) -> None:
        """Show oneself with an avatar or a banner, or no longer."""
        await self._do("settings", with_pictures(dict(pictures)))

    # --- looking -----------------------------------------------------------------------------

    async def view(self) -> Json:
        """All that the member sees: servers, channels, DMs, unread counts."""
        view: Json = await self._sandbox.control.get(f"/members/{self.id}/view")
        return view

    async def search(self, guild: Guild, content: str = "", **filters: Parameter) -> list[Message]:
        """The newest 25 messages of a server that fit, newest first.

        `filters` are those of Discord's own call, such as has="image"; of a list one value is
        enough.
        """
        path = f"/members/{self.id}/guilds/{guild.id}/search"
        found = await self._sandbox.control.get(path, content=content, **filters)
        return [Message(group[0]) for group in found["messages"]]

    async def seen(self, after: int = 0) -> list[Json]:
        """Every message the member was ever shown: rows of n, at_ms, event, message."""
        rows: list[Json] = await self._sandbox.control.get(f"/members/{self.id}/seen", after=after)
        return rows

    async def commands(self, place: Place) -> list[Json]:
        """The application commands the member can use in a channel."""
        path = f"/members/{self.id}/channels/{channel_id_of(place)}/commands"
        found: list[Json] = await self._sandbox.control.get(path)
        return found

    async def _do(self, what: str, body: Json) -> Any:
        return await self._sandbox.control.post(f"/members/{self.id}/{what}", body)
