"""A gateway session: what one bot (or one of its shards) is told, and what it may miss and resume.

A session outlives its connection: events go on collecting, numbered, until they are resumed or
the session is given up.
"""

from __future__ import annotations

import asyncio
import secrets
from collections import deque
from collections.abc import Callable

from discord_sandbox.events import Event
from discord_sandbox.gateway import intents as bits
from discord_sandbox.gateway.intents import wants
from discord_sandbox.model import Application, Json
from discord_sandbox.shapes.messages import seen_by
from discord_sandbox.wire import encode
from discord_sandbox.world import World

KEPT_EVENTS = 100_000
LARGE = 50
"""The large_threshold of whoever names none."""
_MESSAGE_EVENTS = ("MESSAGE_CREATE", "MESSAGE_UPDATE")


def _unwatched(_event_type: str) -> None:
    """Nobody waits for what passes."""


class Session:
    """What was identified: an application, its intents, a shard."""

    def __init__(
        self,
        world: World,
        application: Application,
        intents: int,
        shard: tuple[int, int],
        *,
        large: int = LARGE,
    ) -> None:
        self.id = secrets.token_hex(16)
        self.application = application
        self.bot_id = application.bot_user_id
        self.intents = intents
        self.shard = shard
        self.seq = 0
        self.status = "online"
        self.activities: list[Json] = []
        self._large = large
        self.connected = False
        self.lost_at: float | None = None
        self._world = world
        self._sent: deque[tuple[int, bytes]] = deque(maxlen=KEPT_EVENTS)
        self._unsent: deque[bytes] = deque()
        self._wake = asyncio.Event()
        self.passing: Callable[[str], None] = _unwatched

    def offer(self, event: Event) -> None:
        """Take the event if it concerns this session."""
        if not event.bots or not self._concerned(event):
            return
        if event.type in _MESSAGE_EVENTS and not self._may_read(event):
            self.dispatch(event.type, encode(seen_by(self.bot_id, event.data)))
            return
        if event.type == "GUILD_CREATE":
            self.dispatch(event.type, encode(self.trim_guild(event.data)))
            return
        if event.type == "AUTO_MODERATION_ACTION_EXECUTION":
            self.dispatch(event.type, encode(self._trim_moderation(event.data)))
            return
        self.dispatch(event.type, event.written())

    def _concerned(self, event: Event) -> bool:
        guild_id = self._guild_id(event)
        if not wants(self.intents, event.type, in_guild=guild_id is not None):
            return False
        shard_id, count = self.shard
        if count > 1 and ((guild_id or 0) >> 22) % count != shard_id:
            return False
        if event.type.startswith(("CHANNEL_", "THREAD_")) and event.guild is not None:
            return event.only is None and self.bot_id in event.guild.members
        return self._world.concerns(event, self.bot_id)

    @staticmethod
    def _guild_id(event: Event) -> int | None:
        if event.guild is not None:
            return event.guild.id
        return None if event.channel is None else event.channel.guild_id

    def _may_read(self, event: Event) -> bool:
        """Whether the content of a message is for this bot's eyes."""
        if self.intents & bits.MESSAGE_CONTENT or event.message is None:
            return True
        message = event.message
        if event.channel is None or event.channel.guild_id is None:
            return True
        own = message.author.id == self.bot_id or self.bot_id in message.mention_ids
        return own and message.reference is None

    def trim_guild(self, whole: Json) -> Json:
        """A server's GUILD_CREATE without what the session's intents do not show."""
        trimmed = dict(whole)
        trimmed["large"] = whole["member_count"] > self._large
        if trimmed["large"]:
            # Of a large server only those who are there are sent; the rest is asked for in chunks.
            there = {presence["user"]["id"] for presence in whole["presences"]}
            there.add(str(self.bot_id))
            trimmed["members"] = [
                member for member in whole["members"] if member["user"]["id"] in there
            ]
        if not self.intents & bits.GUILD_PRESENCES:
            trimmed["presences"] = []
            trimmed["members"] = [
                member for member in whole["members"] if member["user"]["id"] == str(self.bot_id)
            ]
        if not self.intents & bits.GUILD_VOICE_STATES:
            trimmed["voice_states"] = []
        if not self.intents & bits.GUILD_SCHEDULED_EVENTS:
            trimmed["guild_scheduled_events"] = []
        return trimmed

    def _trim_moderation(self, whole: Json) -> Json:
        """What auto moderation did, without the text where the session may not read any."""
        if self.intents & bits.MESSAGE_CONTENT:
            return whole
        matched = "" if whole["matched_content"] is not None else None
        return {**whole, "content": "", "matched_content": matched}

    def dispatch(self, event_type: str, data: bytes) -> None:
        """Number an event and send it, or keep it until the bot is back."""
        self.seq += 1
        whole = b'{"op":0,"s":%d,"t":"%b","d":%b}' % (self.seq, event_type.encode(), data)
        self._sent.append((self.seq, whole))
        self.passing(event_type)
        if self.connected:
            self.push(whole)

    def push(self, whole: bytes) -> None:
        """Hand a message to the connection's writer."""
        self._unsent.append(whole)
        self._wake.set()

    async def unsent(self) -> list[bytes]:
        """Wait for messages to send, and take them."""
        await self._wake.wait()
        self._wake.clear()
        taken = list(self._unsent)
        self._unsent.clear()
        return taken

    def acknowledge(self, seq: int | None) -> None:
        """A heartbeat told how far the bot has come: what is before need not be replayed."""
        if not isinstance(seq, int):
            return
        while self._sent and self._sent[0][0] <= seq:
            self._sent.popleft()

    def can_resume(self, seq: int) -> bool:
        first = self._sent[0][0] if self._sent else self.seq + 1
        return first - 1 <= seq <= self.seq

    def connect(self) -> None:
        """A connection begins to carry the session."""
        self.connected = True
        self.lost_at = None
        self._unsent.clear()
        self._wake.clear()

    def replay(self, after: int) -> None:
        """Send again what was numbered later than `after`."""
        for seq, whole in self._sent:
            if seq > after:
                self.push(whole)

    def disconnect(self, at: float) -> None:
        """The connection is gone; `at` is the loop's time."""
        self.connected = False
        self.lost_at = at
