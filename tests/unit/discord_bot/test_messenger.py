"""What the messenger makes of Discord's answers, over a real socket."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import discord
import pytest
from discord.http import Route
from tests.unit.discord_bot.cards import card, message
from tests.unit.discord_bot.scripted import Gate, Script, connected
from tests.unit.discord_bot.scripted import message as sent

from tocsin.clock import Clock
from tocsin.discord_bot.custom_ids import Verb, custom_id
from tocsin.discord_bot.messenger import DiscordMessenger
from tocsin.dispatch.messenger import Search, Sighting
from tocsin.dispatch.outcome import Accepted, NotSent, Refused, RetryAt, Scope, Unknown

TOLD = message(card())
TOKEN = TOLD.token
MINE = custom_id(Verb.STOP, 1, TOKEN)
OTHER = custom_id(Verb.STOP, 1, "another")
SINCE = datetime(2026, 12, 1, 17, 0, tzinfo=UTC)
IN_DM = Search(43, TOKEN, SINCE, in_dm=True)
IN_SERVER = Search(43, TOKEN, SINCE, in_dm=False)


def at(seconds: int) -> int:
    """The id of a message that was written so long after the earliest that is looked for."""
    return discord.utils.time_snowflake(SINCE + timedelta(seconds=seconds))


@pytest.fixture
def gate() -> Gate:
    return Gate()


@pytest.fixture
async def both(
    gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[tuple[DiscordMessenger, Script]]:
    monkeypatch.setattr(Route, "BASE", Route.BASE)
    async with connected(gate) as (client, script):
        yield DiscordMessenger(client, Clock()), script


Both = tuple[DiscordMessenger, Script]


async def test_a_send_is_one_request_with_our_nonce(both: Both) -> None:
    """Nothing is fetched and nothing opened; Discord is asked to hold the nonce; nobody is pinged."""
    messenger, script = both
    script.then(200, sent(77, MINE))
    assert await messenger.send(TOLD) == Accepted(77, TOLD.channel_id)
    ((method, path, body),) = script.asked
    assert (method, path) == ("POST", "/api/v10/channels/43/messages")
    assert body["nonce"] == TOLD.nonce
    assert body["enforce_nonce"] is True
    assert body["allowed_mentions"] == {"parse": []}


@pytest.mark.parametrize(
    ("status", "code", "expected"),
    [
        (403, 50007, Refused),
        (404, 10003, Refused),
        (400, 50035, Refused),
        (401, 0, Refused),
        (503, 0, Unknown),
        (404, 10008, Unknown),
    ],
)
async def test_a_refusal_becomes_an_outcome(
    both: Both, status: int, code: int, expected: type[Any]
) -> None:
    """By status and code, as dispatch's table has it."""
    messenger, script = both
    script.then(status, {"message": "no", "code": code})
    outcome = await messenger.send(TOLD)
    assert isinstance(outcome, expected)
    assert outcome.status == status


async def test_an_answer_that_is_not_discords_proves_nothing(both: Both) -> None:
    """A proxy's page with 403 says nothing about the member."""
    messenger, script = both
    script.then(403, text="<html>blocked</html>")
    assert isinstance(await messenger.send(TOLD), RetryAt)


async def test_a_dropped_connection_is_unknown(both: Both) -> None:
    """The request had left; nobody knows what became of it."""
    messenger, script = both
    script.then(drop=True)
    assert isinstance(await messenger.send(TOLD), Unknown)


async def test_an_unreadable_success_is_unknown(both: Both) -> None:
    """It probably arrived, and the history will tell."""
    messenger, script = both
    script.then(200, text="<html></html>")
    assert isinstance(await messenger.send(TOLD), Unknown)


async def test_a_closed_port_is_no_connection(both: Both) -> None:
    """Nothing left this machine: it may simply be tried again."""
    messenger, _ = both
    Route.BASE = "http://127.0.0.1:1/api/v10"
    outcome = await messenger.send(TOLD)
    assert isinstance(outcome, RetryAt)


async def test_a_withheld_request_was_not_sent(both: Both, gate: Gate) -> None:
    """The hook stops it before it leaves."""
    messenger, script = both
    gate.open_for = 0
    assert isinstance(await messenger.send(TOLD), NotSent)
    assert script.asked == []


async def test_a_repeat_that_is_withheld_leaves_the_first_try_in_doubt(
    both: Both, gate: Gate
) -> None:
    """discord.py repeats after a 500, which may have been carried out."""
    messenger, script = both
    gate.open_for = 1
    script.then(500, {"message": "oops", "code": 0})
    assert isinstance(await messenger.send(TOLD), Unknown)


async def test_a_repeat_that_is_refused_leaves_the_first_try_in_doubt(both: Both) -> None:
    """502 and then 403: the first may have arrived before the member closed the door."""
    messenger, script = both
    script.then(502, {"message": "oops", "code": 0})
    script.then(403, {"message": "no", "code": 50007})
    assert isinstance(await messenger.send(TOLD), Unknown)


async def test_a_long_rate_limit_is_handed_back(both: Both) -> None:
    """Past 30 s discord.py gives up waiting, and we know for how long."""
    messenger, script = both
    body = {"message": "slow down", "retry_after": 45.5, "global": False}
    script.then(429, body, headers={"Via": "1.1 x", "X-RateLimit-Scope": "user"})
    outcome = await messenger.send(TOLD)
    assert outcome == RetryAt("rate limited", 45.5, 429)


async def test_a_rate_limit_that_looks_like_a_ban_is_handed_back(both: Both) -> None:
    """Without the Via header discord.py does not wait either."""
    messenger, script = both
    script.then(429, {"message": "banned", "code": 0}, headers={"Retry-After": "600"})
    outcome = await messenger.send(TOLD)
    assert isinstance(outcome, RetryAt)
    assert outcome.after == 600


async def test_what_cannot_be_made_is_the_contents_fault(both: Both) -> None:
    """A rendering that fails must not be repeated for ever."""
    messenger, script = both
    outcome = await messenger.send(message(card(), token="x" * 90))
    assert isinstance(outcome, Refused)
    assert outcome.scope is Scope.CONTENT
    assert script.asked == []


async def test_a_dm_channel_is_opened_anew_each_time(both: Both) -> None:
    """discord.py's cache may hold a channel that is gone."""
    messenger, script = both
    for _ in range(2):
        script.then(200, {"id": "43", "type": 1, "recipients": []})
        assert await messenger.open_dm(42) == 43
    assert len(script.asked) == 2
    script.then(403, {"message": "too fast", "code": 40003})
    outcome = await messenger.open_dm(42)
    assert isinstance(outcome, Refused)
    assert outcome.scope is Scope.OPENING


async def test_a_message_is_found_by_its_token(both: Both) -> None:
    """Whoever else wrote in between."""
    messenger, script = both
    script.then(200, [sent(at(9), OTHER), sent(at(8), MINE), sent(at(-9))])
    assert await messenger.find(IN_SERVER) == at(8)


async def test_a_message_is_found_though_it_seems_too_old(both: Both) -> None:
    """A clock that was wrong must not hide what is before everybody's eyes."""
    messenger, script = both
    script.then(200, [sent(at(-8)), sent(at(-9), MINE)])
    assert await messenger.find(IN_SERVER) == at(-9)


async def test_somebody_elses_message_is_not_ours(both: Both) -> None:
    """A token can be copied; an author cannot."""
    messenger, script = both
    script.then(200, [sent(at(8), MINE, author="901"), sent(at(-9))])
    assert await messenger.find(IN_SERVER) is Sighting.ABSENT


async def test_absence_counts_once_something_older_is_seen(both: Both) -> None:
    """Over as many pages as lie in between, and no farther: whatever was written before is nobody's concern."""
    messenger, script = both
    script.then(200, [sent(at(n)) for n in range(300, 200, -1)])
    script.then(200, [sent(at(n)) for n in range(200, 100, -1)])
    script.then(200, [sent(at(n)) for n in range(50, -50, -1)])
    assert await messenger.find(IN_SERVER) is Sighting.ABSENT
    assert f"before={at(101)}" in script.asked[2][1]


@pytest.mark.parametrize("search", [IN_SERVER, IN_DM], ids=["server", "DM"])
async def test_the_beginning_of_what_can_be_read_is_far_enough(both: Both, search: Search) -> None:
    """Everything older was deleted, or never was."""
    messenger, script = both
    script.then(200, [sent(at(9))])
    script.then(200, [])
    assert await messenger.find(search) is Sighting.ABSENT


async def test_an_empty_dm_proves_that_nothing_arrived(both: Both) -> None:
    """As one is that was just opened: no permission hides what is in a DM."""
    messenger, script = both
    script.then(200, [])
    assert await messenger.find(IN_DM) is Sighting.ABSENT


@pytest.mark.parametrize(
    ("last", "expected"),
    [(at(9), Sighting.UNREADABLE), (None, Sighting.UNREADABLE), (at(-9), Sighting.ABSENT)],
)
async def test_an_empty_list_in_a_server_proves_nothing(
    both: Both, last: int | None, expected: Sighting
) -> None:
    """Without the right to read the history Discord answers so; unless nothing was written there since."""
    messenger, script = both
    script.then(200, [])
    script.then(200, {"id": "43", "type": 0, "last_message_id": str(last) if last else None})
    assert await messenger.find(IN_SERVER) is expected


@pytest.mark.parametrize(
    ("status", "code", "expected"),
    [
        (403, 50001, Sighting.UNREADABLE),
        (404, 10003, Sighting.UNREADABLE),
        (503, 0, Sighting.LATER),
    ],
)
async def test_a_history_that_is_refused_is_unreadable(
    both: Both, status: int, code: int, expected: Sighting
) -> None:
    """And one that cannot be had now is looked at later; so is the channel."""
    messenger, script = both
    script.then(status, {"message": "no", "code": code})
    assert await messenger.find(IN_DM) is expected
    script.then(200, [])
    script.then(status, {"message": "no", "code": code})
    assert await messenger.find(IN_SERVER) is expected


async def test_what_is_gone_already_counts_as_deleted(both: Both) -> None:
    """An admin was faster."""
    messenger, script = both
    script.then(404, {"message": "Unknown Message", "code": 10008})
    assert await messenger.delete(43, 80) == Accepted(80, 43)
    script.then(403, {"message": "Missing Permissions", "code": 50013})
    assert isinstance(await messenger.delete(43, 80), Refused)


async def test_a_send_leaves_no_view_behind(both: Both) -> None:
    """discord.py's store of views does not grow with the reminders that were sent."""
    messenger, script = both
    script.then(200, sent(77, MINE))
    await messenger.send(TOLD)
    client: discord.Client = messenger._client
    assert list(client.persistent_views) == []
