"""JSON as it goes over the wire: text of any language, and what is none."""

from __future__ import annotations

import json

import aiohttp
import pytest
from tests.sandbox.bot import ExampleBot
from tests.sandbox.conftest import Town
from tests.sandbox.rest import Rest

from discord_sandbox.wire import decode, encode

TEXT = 'Ο κώδων 🔔 "rings"\n\u2028\x7f \\ \x00 ﷽'


@pytest.mark.parametrize(
    "body",
    [
        b'{"content": NaN}',
        rb'{"content": "half of a pair: \ud83d"}',
        b'{"content": "no UTF-8: \xff"}',
        b'{"content": "a"} and more',
        b"[" * 100_000,
    ],
)
async def test_what_is_no_json_is_refused(town: Town, body: bytes) -> None:
    """With Discord's code for it, whatever is wrong."""
    url = f"{town.sandbox.api_url}/channels/{town.general.id}/messages"
    headers = {
        "Authorization": f"Bot {town.application.token}",
        "Content-Type": "application/json",
    }
    async with (
        aiohttp.ClientSession(headers=headers) as session,
        session.post(url, data=body) as refused,
    ):
        assert (refused.status, (await refused.json())["code"]) == (400, 50109)


async def test_text_arrives_as_it_was_written(town: Town, bot: ExampleBot, rest: Rest) -> None:
    """In the answer, the history, the gateway's event and what a member has seen."""
    path = f"/channels/{town.general.id}/messages"
    arriving = bot.wait_for("message", timeout=10)
    written = (await rest.post(path, {"content": TEXT})).body
    assert written["content"] == TEXT
    arrived = await arriving
    assert (arrived.id, arrived.content) == (int(written["id"]), TEXT)
    assert (await rest.get(f"{path}/{written['id']}")).body["content"] == TEXT
    assert (await town.ann.messages(town.general))[0].content == TEXT
    seen = await town.sandbox.control.get(f"/members/{town.ann.id}/seen")
    assert seen[-1]["message"]["content"] == TEXT


def test_what_has_no_utf8_is_escaped() -> None:
    """Bytes of a header that are no text are shown, and do not break the answer that has them."""
    reason = b"\xff".decode(errors="surrogateescape")
    written = encode({"reason": reason, "text": TEXT})
    assert json.loads(written) == {"reason": reason, "text": TEXT}


@pytest.mark.parametrize("value", [2**64, -(2**70), 0, 1.5, None, [], {"a": [True, "b"]}])
def test_values_are_read_as_they_were_written(value: object) -> None:
    """Numbers beyond 64 bits too, which a client may give as a nonce."""
    assert decode(encode(value)) == value
