"""`tocsin settings` says what holds and from where, and never a secret."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tocsin.cli import app
from tocsin.settings import load
from tocsin.settings.example import render

TOKEN = "MTIzNDU2Nzg5MDEyMzQ1Njc4.GabcDe.abcdefghijklmnopqrstuvwxyz-_12345"


@pytest.fixture(autouse=True)
def _place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TOCSIN_CONFIG", raising=False)


@pytest.mark.parametrize("arguments", [[], ["--json"]])
def test_each_value_is_shown_with_its_origin_and_no_secret(arguments: list[str]) -> None:
    """Default, file and line, or variable; the token is masked."""
    Path("tocsin.toml").write_text('[logs]\nlevel = "error"\n')
    ran = CliRunner().invoke(
        app, ["settings", "show", *arguments], env={"TOCSIN_DISCORD__TOKEN": TOKEN}
    )
    assert ran.exit_code == 0
    assert "tocsin.toml:2" in ran.stdout
    assert "environment TOCSIN_DISCORD__TOKEN" in ran.stdout
    assert TOKEN not in ran.output


def test_programs_get_every_setting_as_json() -> None:
    """The list is complete and in the order of the example."""
    told = json.loads(CliRunner().invoke(app, ["settings", "show", "--json"]).stdout)
    assert told["file"] is None
    names = [each["name"] for each in told["settings"]]
    assert names[0] == "discord.token"
    assert len(names) == len(set(names))


def test_the_file_can_be_named() -> None:
    """--config goes before the command."""
    Path("other.toml").write_text('[reminders]\ndefault_zone = "Europe/Berlin"\n')
    ran = CliRunner().invoke(app, ["--config", "other.toml", "settings", "show"])
    assert "other.toml:2" in ran.stdout


def test_the_example_can_be_used_as_it_is() -> None:
    """`tocsin settings example > tocsin.toml` changes nothing until a # is taken away."""
    ran = CliRunner().invoke(app, ["settings", "example"])
    assert ran.stdout == render()
    Path("tocsin.toml").write_text(ran.stdout)
    assert load().logs.level == "info"
