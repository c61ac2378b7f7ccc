"""The judge: what was owed to whom, held against the sandbox's own record of what each member was shown."""

import asyncio
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from tests.faults.world import Call, World

from discord_sandbox.testing.control import Json

Key = tuple[int, str]
"""To whom (a member, or the channel), and of what: the title of an occurrence."""
_AT_ONCE = 20


@dataclass(frozen=True, slots=True)
class Owed:
    """How many messages of one occurrence a recipient has to see, at least and at most."""

    least: int = 1
    most: int = 1


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was seen; `lost` and `repeated` name each fault with how many were seen and were owed."""

    deliveries: int
    lost: dict[Key, tuple[int, Owed]] = field(default_factory=dict)
    repeated: dict[Key, tuple[int, Owed]] = field(default_factory=dict)

    @property
    def losses(self) -> int:
        """Messages that were owed and never seen."""
        return sum(owed.least - seen for seen, owed in self.lost.values())

    @property
    def duplicates(self) -> int:
        """Messages that were seen and not owed: shown twice, or after the member had unsubscribed."""
        return sum(seen - owed.most for seen, owed in self.repeated.values())


class Judge:
    """Keeps what is owed, and compares."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._owed: dict[Key, Owed] = {}

    def owe(self, call: Call, *, post: bool) -> None:
        """Each who asked for the call is owed one reminder; the channel is owed a post if `post`."""
        for member_id in call.recipients:
            self._owed[member_id, call.title] = Owed()
        if post:
            self._owed[self._world.channel_id, call.title] = Owed()

    def has_left(self, member_id: int, seen: Counter[Key]) -> None:
        """The member has unsubscribed: nothing is owed but what was seen by then."""
        for key in [key for key in self._owed if key[0] == member_id]:
            self._owed[key] = Owed(seen[key], seen[key])

    async def seen(self, recipients: Iterable[int]) -> Counter[Key]:
        """How often each was shown what, by the sandbox's record."""
        room = asyncio.Semaphore(_AT_ONCE)

        async def of(recipient_id: int) -> list[Key]:
            post = recipient_id == self._world.channel_id
            reader = self._world.owner_id if post else recipient_id
            async with room:
                rows = await self._world.sandbox.control.get(f"/members/{reader}/seen")
            return [
                (recipient_id, _title(row["message"]))
                for row in rows
                if row["event"] == "create"
                and (int(row["channel_id"]) == self._world.channel_id) == post
                and _reminds(row["message"])
            ]

        found = await asyncio.gather(*map(of, recipients))
        return Counter(key for keys in found for key in keys)

    async def verdict(self) -> Verdict:
        """Compare everything owed so far with everything seen so far."""
        recipients = {*self._world.people, self._world.channel_id}
        seen = await self.seen(sorted(recipients))
        none = Owed(0, 0)
        lost, repeated = {}, {}
        for key in seen.keys() | self._owed.keys():
            owed = self._owed.get(key, none)
            if seen[key] < owed.least:
                lost[key] = (seen[key], owed)
            if seen[key] > owed.most:
                repeated[key] = (seen[key], owed)
        return Verdict(seen.total(), lost, repeated)


def _title(message: Json) -> str:
    return str(message["embeds"][0].get("title", ""))


def _reminds(message: Json) -> bool:
    """Whether it is a reminder: no welcome, and no notice of a change."""
    embeds = message["embeds"]
    return bool(embeds) and "Reminder" in embeds[0].get("footer", {}).get("text", "")
