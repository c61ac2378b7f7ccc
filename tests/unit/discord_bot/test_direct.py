"""What a direct message that a person brought about shows of the member's DMs, and what it does not."""

from pathlib import Path

import discord
from tests.store.stored_calendar import fresh_store
from tests.unit.discord_bot.scripted import Gate, connected, message

from tocsin.clock import Clock
from tocsin.discord_bot.direct import Letter, send_direct
from tocsin.discord_bot.services import Services
from tocsin.dispatch.opening import OpeningGate
from tocsin.dispatch.outcome import Accepted, NotSent
from tocsin.dispatch.skew import Skew
from tocsin.settings import Settings
from tocsin.store.dm_channels import dm_refused, dm_worked, find_dm
from tocsin.telemetry.logs import get_logger

MEMBER, CHANNEL = 5, 43


class _Nobody:
    """A dispatcher with nothing to do."""

    def wake(self) -> None:
        """Nothing waits."""

    async def revoke(self, server_id: int, member_id: int) -> int:
        return 0


def _letter() -> Letter:
    return "hello", discord.Embed(description="there"), ()


async def test_a_test_that_was_withheld_does_not_lift_a_suspension(tmp_path: Path) -> None:
    """Only what arrived shows that DMs are open again, though the channel has long been known."""
    store, gate, clock = fresh_store(tmp_path), Gate(), Clock()
    services = Services(
        store,
        clock,
        Settings(),
        _Nobody(),
        gate,
        Skew(clock),
        OpeningGate(store, clock),
        get_logger("tocsin.test"),
    )
    store.write_now(dm_worked, MEMBER, CHANNEL, 1, clock.now())
    store.write_now(dm_refused, MEMBER, CHANNEL, "closed", clock.now())
    async with connected(gate) as (client, script):
        gate.open_for = 0
        outcome = await send_direct(client, services, MEMBER, _letter)
        assert isinstance(outcome, NotSent)
        held = store.read_now(find_dm, MEMBER)
        gate.open_for = 1
        script.then(body=message(77))
        outcome = await send_direct(client, services, MEMBER, _letter)
        assert outcome == Accepted(77, CHANNEL)
    lifted = store.read_now(find_dm, MEMBER)
    assert held is not None
    assert held.suspended_because == "closed"
    assert lifted is not None
    assert lifted.suspended_because is None
    store.close()
