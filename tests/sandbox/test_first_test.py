"""The sandbox's own README is true: its lines make a first test that passes."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from discord_sandbox.testing import Sandbox, Unanswered

PAGE = Path(__file__).parents[2] / "docs" / "sandbox.md"


def test_the_lines_of_the_readme_are_a_first_test(tmp_path: Path) -> None:
    """The bot and the test that are shown, run by the command that is shown, pass; and can fail."""
    text = PAGE.read_text("utf-8")
    files = re.findall(r"```python\n# (\S+)\n(.*?)```", text, re.DOTALL)
    assert {name for name, _ in files} == {"bot.py", "test_bot.py", "http_bot.py"}
    for name, content in files:
        (tmp_path / name).write_text(content, "utf-8")
    assert len(dict(files)["test_bot.py"].splitlines()) == 1 + 5
    (line,) = re.findall(r"^pytest .*$", text, re.MULTILINE)
    assert _run(tmp_path, line) == (0, "1 passed")
    bot = tmp_path / "bot.py"
    bot.write_text(bot.read_text().replace('"pong"', '"ping"'))
    assert _run(tmp_path, line) == (1, "1 failed")


async def test_a_failed_test_says_what_the_bot_said(sandbox: Sandbox, tmp_path: Path) -> None:
    """What it wrote, and what the sandbox refused it, are notes of whatever failed."""
    text = PAGE.read_text("utf-8")
    bot = tmp_path / "bot.py"
    files = dict(re.findall(r"```python\n# (\S+)\n(.*?)```", text, re.DOTALL))
    bot.write_text(files["bot.py"].replace('"pong"', '"p" * 2001'), "utf-8")
    ann, app = await sandbox.make_user("ann"), await sandbox.make_application("Bot")
    home = await sandbox.make_guild("Home", owner=ann, bots=[app])
    with pytest.raises(Unanswered) as failed:
        async with sandbox.running(sys.executable, str(bot), application=app):
            await (await ann.command(home.channel("general"), "ping")).response()
    said, refused = failed.value.__notes__
    assert "HTTPException: 400 Bad Request" in said
    assert refused.splitlines()[0] == "The sandbox refused:"
    assert refused.endswith("400 data.content: Must be 2000 or fewer in length.")


def test_a_bot_without_the_gateway_passes_the_same_test(tmp_path: Path) -> None:
    """The web server that is shown is found by the test that is shown, at any free port; and can fail."""
    text = PAGE.read_text("utf-8")
    files = dict(re.findall(r"```python\n# (\S+)\n(.*?)```", text, re.DOTALL))
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    test = files["test_bot.py"].replace('"bot.py"', '"http_bot.py"')
    (tmp_path / "test_bot.py").write_text(test)
    bot = tmp_path / "http_bot.py"
    bot.write_text(files["http_bot.py"].replace("8080", port))
    (line,) = re.findall(r"^pytest .*$", text, re.MULTILINE)
    assert _run(tmp_path, line) == (0, "1 passed")
    bot.write_text(bot.read_text().replace('"pong"', '"ping"'))
    assert _run(tmp_path, line) == (1, "1 failed")


async def test_the_seed_of_the_readme_is_a_seed(sandbox: Sandbox) -> None:
    """Everything that it names is there afterwards."""
    (text,) = re.findall(r"```json\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    seed = json.loads(text)
    await sandbox.sow(seed)
    world = await sandbox.world()
    assert {one["username"] for one in world["users"]} >= {one["username"] for one in seed["users"]}
    assert [one["name"] for one in world["applications"]] == ["Bell"]
    guild = await sandbox.guild("Home")
    assert guild.channel("calls").name == "calls"


def _run(folder: Path, line: str) -> tuple[int, str]:
    binaries = str(Path(sys.executable).parent)
    done = subprocess.run(
        line.split(),
        cwd=folder,
        env={**os.environ, "PATH": binaries + os.pathsep + os.environ["PATH"]},
        executable=str(Path(binaries) / "pytest"),
        capture_output=True,
        text=True,
        check=False,
    )
    found = re.search(r"1 (passed|failed)", done.stdout)
    assert found, done.stdout + done.stderr
    return done.returncode, found.group()
