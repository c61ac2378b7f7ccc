"""What a member whom a test plays does in servers, besides writing."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

from discord_sandbox.testing.control import Json
from discord_sandbox.testing.places import Channel, Guild


class InServers(ABC):
    """Coming to servers and going, and what is found there."""

    @abstractmethod
    async def _do(self, what: str, body: Json) -> Any:
        """Have the control API do something as the member."""

    async def leave(self, guild: Guild) -> None:
        await self._do("leave", {"guild_id": str(guild.id)})

    async def join(self, guild: Guild | str) -> None:
        """Join a server, or by an invite, given as its code or as its link."""
        code = str(guild).rstrip("/").rpartition("/")[2]
        body = {"code": code} if isinstance(guild, str) else {"guild_id": str(guild.id)}
        await self._do("join", body)

    async def buy(self, sku_id: int, guild: Guild | None = None) -> Json:
        """Buy what an application sells, for a server where it is for one; nothing is paid."""
        body: Json = {"sku_id": str(sku_id)}
        if guild is not None:
            body["guild_id"] = str(guild.id)
        entitlement: Json = await self._do("buy", body)
        return entitlement

    async def may_buy(self, sku_id: int, channel: Channel) -> Json:
        """Ask the application whether the member may buy what it sells; answers what it says."""
        body = {"sku_id": str(sku_id), "channel_id": str(channel.id)}
        said: Json = await self._do("may-buy", body)
        return said

    async def cancel_subscription(self, sku_id: int) -> Json:
        """Let a subscription end with its period; answers it."""
        subscription: Json = await self._do("cancel-subscription", {"sku_id": str(sku_id)})
        return subscription

    async def answer_onboarding(self, guild: Guild, *options: int) -> Json:
        """Go through a server's onboarding with these options chosen; answers the member."""
        chosen = [str(option) for option in options]
        body = {"guild_id": str(guild.id), "option_ids": chosen}
        member: Json = await self._do("onboarding", body)
        return member

    async def invite(self, channel: Channel, **settings: int | bool) -> str:
        """Make an invite to a channel, and answer its code.

        `settings` are those of Discord's own call: max_age, max_uses, temporary, unique.
        """
        made = await self._do("invite", {"channel_id": str(channel.id), **settings})
        return str(made["code"])

    async def revoke(self, code: str) -> None:
        """Revoke an invite."""
        await self._do("revoke", {"code": code})

    async def interested(
        self, guild: Guild, event_id: int, interested: bool = True, *, date_id: int | None = None
    ) -> None:
        """Mark a scheduled event as interesting, or not; or one date of a series that is.

        A date's id is the snowflake of the instant at which it was planned.
        """
        body: Json = {
            "guild_id": str(guild.id),
            "event_id": str(event_id),
            "interested": interested,
        }
        if date_id is not None:
            body["date_id"] = str(date_id)
        await self._do("interested", body)

    async def join_voice(self, channel: Channel, *, mute: bool = False, deaf: bool = False) -> None:
        """Come into a voice or stage channel, or change how one is heard there."""
        body: Json = {"channel_id": str(channel.id), "self_mute": mute, "self_deaf": deaf}
        await self._do("voice", body)

    async def leave_voice(self) -> None:
        await self._do("voice", {"channel_id": None})

    async def play_sound(
        self, channel: Channel, sound_id: int, source: Guild | None = None
    ) -> None:
        """Play a sound of a soundboard in the voice channel one is in; `source` is its server."""
        body: Json = {"channel_id": str(channel.id), "sound_id": str(sound_id)}
        if source is not None:
            body["source_guild_id"] = str(source.id)
        await self._do("play-sound", body)

    async def request_to_speak(self, wanted: bool = True) -> None:
        """Ask to speak on the stage one is on, or no longer."""
        await self._do("request_to_speak", {"wanted": wanted})

    async def suppress(self, user_id: int, suppress: bool) -> None:
        """Send somebody back to the audience of a stage, or bring them onto it."""
        await self._do("suppress", {"user_id": str(user_id), "suppress": suppress})
