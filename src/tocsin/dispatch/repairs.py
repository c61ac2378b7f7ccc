"""What is done beside the reminders: DM channels that were never opened, and posts that have to go."""

import asyncio
from collections import deque
from datetime import timedelta

from tocsin.clock import Clock, jitter
from tocsin.dispatch.backoff import retry_delay
from tocsin.dispatch.dispatcher import Dispatcher
from tocsin.dispatch.messenger import Messenger
from tocsin.dispatch.opening import OpeningGate
from tocsin.dispatch.outcome import Accepted, Refused, Scope
from tocsin.store.dm_channels import (
    dm_not_opened,
    dm_refused,
    dm_worked,
    find_dm,
    members_without_channel,
)
from tocsin.store.engine import Store
from tocsin.store.posts import Post, next_removal, post_removed, posts_to_remove, try_removal_later
from tocsin.telemetry.logs import get_logger

log = get_logger("tocsin.repairs")


LOOK_EVERY = timedelta(hours=1)
FIRST_LOOK = timedelta(minutes=1)
"""After the start, which has more urgent things to do."""
LOOKED_FOR = 500


class DmOpener:
    """Opens DM channels for members who have none, slowly: Discord blocks bots that open many at once.

    Who waits for a delivery comes first; then, ahead of time, whoever has subscribed.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        messenger: Messenger,
        dispatcher: Dispatcher,
        gate: OpeningGate,
        per_minute: float,
    ) -> None:
        self._store = store
        self._clock = clock
        self._messenger = messenger
        self._dispatcher = dispatcher
        self._gate = gate
        self._pause = 60.0 / per_minute
        self._never = asyncio.Event()
        self._ahead: deque[int] = deque()
        self._look_at = clock.now() + FIRST_LOOK
        self._waiting: asyncio.Task[int] | None = None

    async def run(self) -> None:
        """Open one after the other, for ever."""
        await self._gate.remind()
        while True:
            await self._gate.wait()
            member_id = await self._next()
            known = await self._store.read(find_dm, member_id)
            # Named once for each delivery that waits; opened, or refused, for all of them.
            if known and (known.channel_id is not None or known.suspended_because is not None):
                continue
            await self._open(member_id)
            await self._clock.wait(None, self._never, at_most=self._pause)

    async def _next(self) -> int:
        """Whom to open a channel for; waits until there is somebody."""
        while True:
            if self._waiting is None:
                self._waiting = asyncio.create_task(self._dispatcher.unopened.get())
                await asyncio.sleep(0)
            if not self._waiting.done() and self._ahead:
                return self._ahead.popleft()
            look = asyncio.create_task(self._clock.wait(self._look_at, self._never))
            await asyncio.wait([self._waiting, look], return_when=asyncio.FIRST_COMPLETED)
            look.cancel()
            if self._waiting.done():
                waiting, self._waiting = self._waiting, None
                return waiting.result()
            now = self._clock.now()
            found = await self._store.read(members_without_channel, now, LOOKED_FOR)
            self._ahead.extend(found)
            pause = FIRST_LOOK if len(found) == LOOKED_FOR else LOOK_EVERY
            self._look_at = now + pause

    async def _open(self, member_id: int) -> None:
        opened = await self._gate.open(self._messenger, member_id)
        now = self._clock.now()
        if isinstance(opened, int):
            await self._store.write(dm_worked, member_id, opened, None, now)
            self._dispatcher.wake()
        elif isinstance(opened, Refused) and opened.scope is Scope.MEMBER:
            await self._store.write(dm_refused, member_id, None, opened.reason, now)
            log.warning("refused", member=member_id, reason=opened.reason)
        elif isinstance(opened, Refused) and opened.scope is Scope.OPENING:
            # Not the member's fault: the first once the gate is open again.
            self._ahead.appendleft(member_id)
        else:
            await self._store.write(dm_not_opened, member_id, now)
            log.warning("DM not opened", member=member_id, outcome=str(opened))


class PostRemover:
    """Deletes posts in server channels that were replaced, or whose event is over."""

    def __init__(self, store: Store, clock: Clock, messenger: Messenger) -> None:
        self._store = store
        self._clock = clock
        self._messenger = messenger
        self._woken = asyncio.Event()

    def wake(self) -> None:
        """A post may be owed for deletion."""
        self._woken.set()

    async def run(self) -> None:
        """Remove what is owed, the longest owed first, for ever."""
        while True:
            posts = await self._store.read(posts_to_remove, self._clock.now(), 20)
            for post in posts:
                await self._remove(post)
            if not posts:
                due = await self._store.read(next_removal)
                await self._clock.wait(due, self._woken, at_most=5.0)

    async def _remove(self, post: Post) -> None:
        outcome = await self._messenger.delete(post.channel_id, post.message_id)
        now = self._clock.now()
        if isinstance(outcome, Accepted) or (
            isinstance(outcome, Refused) and outcome.scope is not Scope.BOT
        ):
            # Refused for good means gone, or no longer ours to delete: either way nothing is owed any more.
            await self._store.write(post_removed, post.message_id, now)
            log.info("post removed", server=post.server_id, message=post.message_id)
            return
        pause = min(retry_delay(post.tries + 1, jitter.random()), timedelta(minutes=5))
        await self._store.write(try_removal_later, post.message_id, now + pause)
