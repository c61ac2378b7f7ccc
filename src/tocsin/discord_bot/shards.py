"""Which of the bot's connections to Discord's gateway stand."""

from collections.abc import Callable
from typing import NamedTuple

import discord
from structlog.typing import FilteringBoundLogger


class Shards(NamedTuple):
    """How many connections to the gateway the bot keeps, and how many of them stand.

    Before Discord has said how many it is to keep, they are one.
    """

    wanted: int = 1
    connected: int = 0


class Sessions:
    """The shards whose session has begun or was resumed, and has not ended since.

    An open socket alone says little: a gateway that refuses every session has one, too.
    """

    def __init__(
        self, open_shard: Callable[[int], discord.ShardInfo | None], log: FilteringBoundLogger
    ) -> None:
        self._open_shard = open_shard
        self._log = log
        self._begun: set[int] = set()
        self._lost: set[int] = set()

    def began(self, shard_id: int) -> None:
        """Discord has accepted the shard, anew or again."""
        self._begun.add(shard_id)
        if shard_id in self._lost:
            self._lost.discard(shard_id)
            self._log.info("gateway is back", shard=shard_id)

    def ended(self, shard_id: int) -> None:
        """Its connection is gone; discord.py makes another. Told again with each try that fails."""
        if shard_id in self._begun:
            self._begun.discard(shard_id)
            self._lost.add(shard_id)
            self._log.info("gateway lost", shard=shard_id)

    def count(self, wanted: int | None) -> Shards:
        """How many stand, of those that Discord wants."""
        return Shards(wanted or 1, sum(map(self._stands, self._begun)))

    def _stands(self, shard_id: int) -> bool:
        # discord.py tells the end of a connection only once it makes the next, one shard after the other.
        shard = self._open_shard(shard_id)
        return shard is not None and not shard.is_closed()
