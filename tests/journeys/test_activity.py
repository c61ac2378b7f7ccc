"""The bot as an application that has an activity, too, and with it a command of Discord's own making."""

import json
from pathlib import Path
from typing import Any

import aiohttp
from tests.journeys.commands.community import Bot, Community
from tests.sandbox.rest import Rest, rest_of

from discord_sandbox.testing import Sandbox

TEXTS = {
    "name_localizations": {"de": "spielen"},
    "description": "Play it together",
    "description_localizations": {"de": "Spielt es zusammen"},
}


async def registered(rest: Rest, bot: Bot) -> dict[str, dict[str, Any]]:
    """Every command of the application, whole, by its name."""
    path = f"/applications/{bot.application.id}/commands?with_localizations=true"
    return {each["name"]: each for each in (await rest.get(path)).body}


async def test_the_entry_point_stays_beside_the_commands(tmp_path: Path) -> None:
    """As it was, in every language; members launch the activity and use the commands."""
    async with Sandbox.start() as sandbox, aiohttp.ClientSession() as session:
        application = await sandbox.make_application("Tocsin", activity=True)
        bot = Bot(sandbox, application, tmp_path)
        community = await Community.found(sandbox, bot)
        rest = rest_of(session, sandbox, application)
        path = f"/applications/{application.id}/commands"
        entry_point = (await registered(rest, bot))["launch"]
        changed = await rest.patch(f"{path}/{entry_point['id']}", TEXTS)
        assert changed.status == 200, changed.body
        before = (await registered(rest, bot))["launch"]
        process = await bot.start()
        try:
            assert (await process.event("commands in place"))["changed"]
            commands = await registered(rest, bot)
            after = commands.pop("launch")
            assert after | {"version": ""} == before | {"version": ""}
            assert {"subscribe", "setup", "events", "help"} <= commands.keys()
            await community.set_up()
            launched = await (await community.ann.launch(community.channel, application)).activity()
            assert launched.application_id == application.id
            examined = json.loads(await bot.tocsin("doctor", "--json"))
            (seen,) = [each for each in examined["findings"] if each["check"] == "commands"]
            assert "/launch" not in " ".join(seen["evidence"])
        finally:
            await process.end()
        again = await bot.start()
        try:
            assert not (await again.event("commands in place"))["changed"]
            assert "launch" in await registered(rest, bot)
        finally:
            await again.end()
