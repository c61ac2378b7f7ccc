"""What a member does besides writing plainly: webhooks, announcements, stickers, voice messages."""

from __future__ import annotations

from typing import Any

from discord_sandbox.testing.control import Json
from discord_sandbox.testing.messages import Message
from discord_sandbox.testing.places import Place, Webhook, channel_id


class Poster:
    """The part of a Member that posts."""

    async def make_webhook(self, place: Place, name: str) -> Webhook:
        """Make a webhook in a channel's settings, as whoever sets up another service does."""
        body = {"channel_id": str(channel_id(place)), "name": name}
        made = await self._do("webhook", body)
        return Webhook(int(made["id"]), made["token"], made["url"])

    async def follow(self, announcements: Place, place: Place) -> None:
        """Have what is published in an announcement channel appear in another one."""
        body = {
            "channel_id": str(channel_id(announcements)),
            "to_channel_id": str(channel_id(place)),
        }
        await self._do("follow", body)

    async def publish(self, message: Message) -> Message:
        """Publish a message of an announcement channel."""
        return Message(await self._do("publish", self._at(message)))

    @staticmethod
    def _at(message: Message) -> Json:
        return {"channel_id": str(message.channel_id), "message_id": str(message.id)}

    async def _do(self, what: str, body: Json) -> Any:
        raise NotImplementedError
