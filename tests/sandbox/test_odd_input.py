"""Odd input: what nobody would send on purpose is refused as anything else, and breaks nothing."""

from __future__ import annotations

import aiohttp
import pytest
from tests.sandbox.conftest import Town
from tests.sandbox.rest import Rest

from discord_sandbox.phrases import skipped
from discord_sandbox.testing import File, SandboxError


@pytest.mark.parametrize("number", ["²", "9" * 5000, "-1", "1.5", ""])
async def test_a_number_that_is_none(town: Town, rest: Rest, number: str) -> None:
    """In a query it is refused by name, here and by the control API."""
    for path in (
        f"/channels/{town.general.id}/messages?limit={number}",
        f"/guilds/{town.guild.id}/audit-logs?action_type={number}",
        f"/guilds/{town.guild.id}/messages/search?limit={number}",
    ):
        assert (await rest.get(path)).status in (400, 403)
    with pytest.raises(SandboxError, match="must be a number"):
        await town.sandbox.control.get("/requests", limit=number)


@pytest.mark.parametrize(
    "path", ["/attachments", "/attachments/", "/attachments/1", "/a%00b", "/cdn", "/cdn/x"]
)
async def test_a_path_that_leads_nowhere(town: Town, path: str) -> None:
    """Answers 404."""
    async with (
        aiohttp.ClientSession() as session,
        session.get(town.sandbox.url + path) as response,
    ):
        assert response.status == 404


async def test_a_form_in_an_unknown_encoding(town: Town, rest: Rest) -> None:
    """Is refused as one that cannot be read."""
    body = (
        b'--b\r\nContent-Disposition: form-data; name="payload_json"\r\n'
        b"Content-Transfer-Encoding: odd\r\n\r\n{}\r\n--b--\r\n"
    )
    headers = {
        "Authorization": f"Bot {town.application.token}",
        "Content-Type": "multipart/form-data; boundary=b",
    }
    url = f"{town.sandbox.api_url}/channels/{town.general.id}/messages"
    async with (
        aiohttp.ClientSession() as session,
        session.post(url, data=body, headers=headers) as response,
    ):
        assert response.status == 400
        assert (await response.json())["code"] == 50035


@pytest.mark.parametrize(
    ("path", "body", "said"),
    [
        ("/applications", {"name": "x", "token": []}, "token"),
        ("/applications", {"name": "x", "intents": 5}, "intents"),
        ("/applications", {"name": "x", "intents": [[]]}, "privileged intent"),
        ("/guilds/{guild}", {"features": [[]]}, "no feature"),
        ("/guilds/{guild}", {"features": {}}, "no feature"),
        ("/members/{ben}/message", {"channel_id": "{general}", "files": 5}, "files"),
    ],
)
async def test_the_control_api_says_what_is_wrong(
    town: Town, path: str, body: dict[str, object], said: str
) -> None:
    """A wrong type is no defect of the sandbox, and is not called one."""
    ids = {"guild": town.guild.id, "ben": town.ben.id, "general": town.general.id}
    filled = {
        name: one.format(**ids) if isinstance(one, str) else one for name, one in body.items()
    }
    send = town.sandbox.control.patch if path.startswith("/guilds") else town.sandbox.control.post
    with pytest.raises(SandboxError, match=said) as refused:
        await send(path.format(**ids), filled)
    assert "defect" not in str(refused.value)


async def test_a_list_without_values(town: Town, rest: Rest) -> None:
    """Null is no value of one."""
    refused = await rest.patch("/applications/@me", {"tags": [None]})
    assert (refused.status, refused.code) == (400, 50035)
    assert list(refused.body["errors"]["tags"]) == ["0"]


async def test_the_sandbox_is_no_interactions_endpoint_of_its_own(town: Town) -> None:
    """Else a bot could have it do what only people may."""
    for path in ("/sandbox/reset", "/sandbox/clock"):
        with pytest.raises(SandboxError):
            await town.sandbox.set_interactions_endpoint(
                town.application, f"{town.sandbox.url}{path}"
            )
    assert [one["name"] for one in (await town.sandbox.world())["applications"]] == ["Example"]


async def test_a_lottie_of_no_size(town: Town) -> None:
    """Is no sticker."""
    await town.sandbox.control.patch(f"/guilds/{town.guild.id}", {"features": ["VERIFIED"]})
    for odd in ('"w":-1,"h":1,"op":1', '"w":1,"h":1,"op":-1' + "0" * 400):
        content = f'{{"v":"5","fr":30,"ip":0,{odd},"layers":[]}}'.encode()
        with pytest.raises(SandboxError, match="170001"):
            await town.ann.make_sticker(
                town.guild, "odd", File("odd.json", content, "application/json")
            )


def test_how_near_words_stand() -> None:
    """Only so many others may stand between two of them, however often a text has each."""
    assert skipped(["a"] * 500, "a " * 1000, 2) == 0
    assert skipped(["a", "b"], "a a a b", 2) == 0
    assert skipped(["a", "b"], "a x x x b", 2) is None
    assert skipped(["a", "b", "c"], "a x b x x c", 2) == 3
    assert skipped(["b", "a"], "a b", 2) is None


async def test_who_was_kicked_takes_part_in_no_activity(town: Town) -> None:
    """Not even after coming back; and with the channel its activities end."""
    game = await town.sandbox.make_application("Game", activity=True)
    await town.guild.add_bot(game)
    await (await town.ben.launch(town.general, game)).activity()
    await town.guild.kick(town.ben)
    await town.guild.add_member(town.ben)
    assert await town.sandbox.activities() == []
    await (await town.ben.launch(town.general, game)).activity()
    await town.general.delete()
    assert await town.sandbox.activities() == []
