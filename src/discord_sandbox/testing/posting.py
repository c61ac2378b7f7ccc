"""What a member does besides writing plainly: webhooks, announcements, stickers, voice messages."""

from __future__ import annotations

import base64
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

from discord_sandbox.testing.control import Json
from discord_sandbox.testing.interacting import Place, channel_id_of
from discord_sandbox.testing.messages import File, Message
from discord_sandbox.testing.places import Guild, Webhook

if TYPE_CHECKING:
    from discord_sandbox.testing.sandbox import Sandbox


class Posting(ABC):
    """The part of a member that posts; a Member is one."""

    id: int
    _sandbox: Sandbox

    @abstractmethod
    async def _do(self, what: str, body: Json) -> Any:
        """Have the control API do something as the member."""

    @staticmethod
    def _at(message: Message) -> Json:
        return {"channel_id": str(message.channel_id), "message_id": str(message.id)}

    async def make_webhook(self, place: Place, name: str) -> Webhook:
        """Make a webhook in a channel's settings, as whoever sets up another service does."""
        body = {"channel_id": str(channel_id_of(place)), "name": name}
        made = await self._do("webhook", body)
        return Webhook(int(made["id"]), made["token"], made["url"])

    async def webhooks(self, place: Place) -> list[Json]:
        """The channel's webhooks, those by which it follows others included."""
        path = f"/members/{self.id}/channels/{channel_id_of(place)}/webhooks"
        found: list[Json] = await self._sandbox.control.get(path)
        return found

    async def delete_webhook(self, webhook_id: int) -> None:
        """Delete a webhook; one by which a channel follows another ends that."""
        await self._do("delete-webhook", {"webhook_id": str(webhook_id)})

    async def follow(self, announcements: Place, place: Place) -> None:
        """Have what is published in an announcement channel appear in another one."""
        body = {
            "channel_id": str(channel_id_of(announcements)),
            "to_channel_id": str(channel_id_of(place)),
        }
        await self._do("follow", body)

    async def publish(self, message: Message) -> Message:
        """Publish a message of an announcement channel."""
        return Message(await self._do("publish", self._at(message)))

    async def make_sticker(
        self, guild: Guild, name: str, file: File, *, tags: str = "wave", description: str = ""
    ) -> int:
        """Add a sticker to a server and answer its id; the file is a PNG, GIF or Lottie."""
        body = {
            "guild_id": str(guild.id),
            "name": name,
            "tags": tags,
            "description": description,
            "files": [file.json()],
        }
        return int((await self._do("sticker", body))["id"])

    async def send_sticker(self, place: Place, *stickers: int, content: str = "") -> Message:
        """Send up to three stickers of the channel's server, by their ids."""
        body = {
            "channel_id": str(channel_id_of(place)),
            "content": content,
            "sticker_ids": [str(one) for one in stickers],
        }
        return Message(await self._do("message", body))

    async def send_voice(
        self, place: Place, sound: File, seconds: float, waveform: bytes = b""
    ) -> Message:
        """Send a voice message; of `waveform` each byte is how loud it is at a time, up to 256."""
        body: Json = {
            "channel_id": str(channel_id_of(place)),
            "files": [sound.json()],
            "duration_secs": seconds,
        }
        if waveform:
            body["waveform"] = base64.b64encode(waveform).decode("ascii")
        return Message(await self._do("voice-message", body))
