"""Applications, guilds and channels of a sandbox."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from discord_sandbox.testing.control import Json
from discord_sandbox.testing.messages import Message
from discord_sandbox.testing.pictures import Emoji, data_uri, with_pictures
from discord_sandbox.testing.stream import DEFAULT_TIMEOUT_S, Frame, deleted_in

if TYPE_CHECKING:
    from discord_sandbox.testing.members import Member
    from discord_sandbox.testing.sandbox import Sandbox


@dataclass(frozen=True)
class Application:
    """A bot's application; its bot user has the same id."""

    id: int
    name: str
    token: str
    verify_key: str = ""
    """The public key with which it knows interactions that come over HTTP."""


@dataclass(frozen=True)
class Webhook:
    """A webhook that a member has made; `url` is what whoever posts to it is given."""

    id: int
    token: str
    url: str


class Channel:
    """A channel of a guild, looked at with its owner's eyes."""

    def __init__(self, sandbox: Sandbox, guild: Guild, data: Json) -> None:
        self.id = int(data["id"])
        self.name = str(data["name"])
        self.guild = guild
        self._sandbox = sandbox

    async def messages(self, limit: int = 50) -> list[Message]:
        """The newest messages, newest first."""
        return await self.guild.owner.messages(self, limit)

    async def wait_for_message(
        self,
        predicate: Callable[[Message], bool] = lambda _: True,
        *,
        after: Message | None = None,
        timeout: float = DEFAULT_TIMEOUT_S,
    ) -> Message:
        """The oldest message that fits, already there or still to come.

        With `after`, only messages newer than that one. Raises WaitedInVain.
        """
        return await self.guild.owner.wait_for_message(
            self, predicate, after=after, timeout=timeout
        )

    async def wait_for_update(
        self,
        message: Message,
        predicate: Callable[[Message], bool] = lambda _: True,
        timeout: float = DEFAULT_TIMEOUT_S,
    ) -> Message:
        """The message once it has been edited so that it fits. Raises WaitedInVain."""
        return await self.guild.owner.wait_for_update(message, predicate, timeout)

    async def wait_for_delete(self, message: Message, timeout: float = DEFAULT_TIMEOUT_S) -> None:
        """Wait until the message is gone. Raises WaitedInVain."""
        stream = await self.guild.owner.stream()

        def pick(frame: Frame) -> bool | None:
            return message.id in deleted_in(frame) or None

        if any(found.id == message.id for found in await self.messages(100)):
            await stream.wait_for(
                pick, since=0, timeout=timeout, what=f"message {message.id} to be deleted"
            )

    async def set_permissions(
        self, target_id: int, *, allow: int = 0, deny: int = 0, member: bool = False
    ) -> None:
        """Allow and deny a role (or a member) permission bits in this channel."""
        body = {"type": int(member), "allow": str(allow), "deny": str(deny)}
        await self._sandbox.control.put(f"/channels/{self.id}/permissions/{target_id}", body)

    async def delete(self) -> None:
        await self._sandbox.control.delete(f"/channels/{self.id}")


class Guild:
    """A server."""

    def __init__(self, sandbox: Sandbox, data: Json, owner: Member) -> None:
        self.id = int(data["id"])
        self.name = str(data["name"])
        self.owner = owner
        self.channels = [Channel(sandbox, self, found) for found in data["channels"]]
        self._sandbox = sandbox

    @property
    def everyone_role_id(self) -> int:
        """The id of @everyone, which is the server's own."""
        return self.id

    def channel(self, name: str) -> Channel:
        """The channel of this name. Raises LookupError that names those there are."""
        for found in self.channels:
            if found.name == name:
                return found
        known = [found.name for found in self.channels]
        raise LookupError(f"{self.name} has no channel {name!r}; it has {known}.")

    async def make_channel(self, name: str, **more: object) -> Channel:
        """Make a channel; `more` is as in Discord's own call."""
        body = {"name": name, **more}
        made = await self._sandbox.control.post(f"/guilds/{self.id}/channels", body)
        channel = Channel(self._sandbox, self, made)
        self.channels.append(channel)
        return channel

    async def make_role(self, name: str, *, permissions: int = 0, **more: object) -> int:
        """Make a role and answer its id."""
        body = {"name": name, "permissions": str(permissions), **more}
        made = await self._sandbox.control.post(f"/guilds/{self.id}/roles", body)
        return int(made["id"])

    async def edit(self, **settings: object) -> Json:
        """Change the server as its owner does; `settings` are as in Discord's own call.

        Pictures may be bytes; `features` is the whole list, of those that are granted too.
        """
        body = with_pictures(dict(settings))
        edited: Json = await self._sandbox.control.patch(f"/guilds/{self.id}", body)
        return edited

    async def make_sound(self, name: str, content: bytes, **more: object) -> Json:
        """Put a sound on the soundboard, an Ogg or MP3 file; `more` is as in Discord's own call."""
        kind = "ogg" if content.startswith(b"OggS") else "mpeg"
        uri = f"data:audio/{kind};base64,{base64.b64encode(content).decode()}"
        body = {"name": name, "sound": uri, **more}
        path = f"/guilds/{self.id}/soundboard-sounds"
        made: Json = await self._sandbox.control.post(path, body)
        return made

    async def make_rule(self, name: str, trigger_type: int, **more: object) -> Json:
        """Make a rule of auto moderation, which is on; `more` is as in Discord's own call."""
        body = {"name": name, "trigger_type": trigger_type, "event_type": 1, "enabled": True}
        path = f"/guilds/{self.id}/auto-moderation/rules"
        made: Json = await self._sandbox.control.post(path, {**body, **more})
        return made

    async def make_emoji(self, name: str, image: bytes, roles: Sequence[int] = ()) -> Emoji:
        """Make an emoji, kept to these roles where there are any."""
        body = {"name": name, "image": data_uri(image), "roles": [str(role) for role in roles]}
        return Emoji.of(await self._sandbox.control.post(f"/guilds/{self.id}/emojis", body))

    async def delete_emoji(self, emoji: Emoji) -> None:
        await self._sandbox.control.delete(f"/guilds/{self.id}/emojis/{emoji.id}")

    async def set_pictures(self, **pictures: bytes | None) -> None:
        """Give the server an icon, banner, splash or discovery_splash, or take it away."""
        await self.edit(**pictures)

    async def add_member(self, member: Member, roles: list[int] | None = None) -> None:
        """Let a member in, or give one who is in these roles."""
        body = {"user_id": str(member.id), "roles": [str(role) for role in roles or []]}
        await self._sandbox.control.post(f"/guilds/{self.id}/members", body)

    async def kick(self, member: Member) -> None:
        await self._sandbox.control.delete(f"/guilds/{self.id}/members/{member.id}")

    async def audit_log(self) -> list[Json]:
        """The newest entries of the audit log, newest first, as the owner sees them."""
        path = f"/members/{self.owner.id}/guilds/{self.id}/audit-log"
        found: list[Json] = (await self._sandbox.control.get(path))["audit_log_entries"]
        return found

    async def add_bot(self, bot: Application, *, permissions: int | None = None) -> None:
        """Do what the invite page does."""
        body: Json = {"application_id": str(bot.id)}
        if permissions is not None:
            body["permissions"] = str(permissions)
        await self._sandbox.control.post(f"/guilds/{self.id}/bots", body)

    async def set_command_permissions(
        self, command_id: int, permissions: Mapping[tuple[str, int], bool]
    ) -> None:
        """Decide who may use a command, or, by an application's id, all of its commands.

        Keys are ("role", id), ("user", id) or ("channel", id); the server's own id is everyone,
        and one less than it every channel. What was decided before no longer holds.
        """
        kinds = {"role": 1, "user": 2, "channel": 3}
        listed = [
            {"id": str(target), "type": kinds[kind], "permission": allowed}
            for (kind, target), allowed in permissions.items()
        ]
        path = f"/guilds/{self.id}/commands/{command_id}/permissions"
        await self._sandbox.control.put(path, {"permissions": listed})

    async def remove_bot(self, bot: Application) -> None:
        await self._sandbox.control.delete(f"/guilds/{self.id}/bots/{bot.id}")
