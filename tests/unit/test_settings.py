import os
import string
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr, ValidationError

from tocsin.settings import (
    ClockSource,
    Database,
    Discord,
    Settings,
    SettingsError,
    load,
    locate,
    read,
)
from tocsin.settings.example import render
from tocsin.settings.paths import dotted, fields, key_of_variable, variable
from tocsin.settings.shown import show
from tocsin.settings.toml_lines import line_of_each_key

ROOT = Path(__file__).parents[2]
KEYS = [key for key, _ in fields(Settings)]
TOKEN = "MTIzNDU2Nzg5MDEyMzQ1Njc4.GabcDe.abcdefghijklmnopqrstuvwxyz-_12345"


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [name for name in os.environ if name.upper().startswith("TOCSIN_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def written(text: str, path: str = "tocsin.toml") -> Path:
    """Write a settings' file into the working directory."""
    file = Path(path)
    file.write_text(text)
    return file


def refusal(path: Path | None = None) -> str:
    with pytest.raises(SettingsError) as refused:
        load(path)
    assert refused.value.exit_code == 2
    return str(refused.value)


def test_without_file_and_environment_the_defaults_hold() -> None:
    """Nothing has to be set; building Settings reads nothing from outside."""
    assert load() == Settings()


def test_the_environment_wins_over_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable replaces the file's value and leaves its neighbours in the same section."""
    written('[logs]\nlevel = "error"\nformat = "json"\n')
    monkeypatch.setenv("TOCSIN_LOGS__LEVEL", "debug")
    logs = load().logs
    assert (logs.level, logs.format) == ("debug", "json")


def test_where_each_value_comes_from_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """File and line, or the variable; what is not listed is a default."""
    written('# first\n[logs]\nlevel = "error"\n')
    monkeypatch.setenv("TOCSIN_STATUS__PORT", "0")
    assert read().origins == {
        ("logs", "level"): "tocsin.toml:3",
        ("status", "port"): "environment TOCSIN_STATUS__PORT",
    }


def test_an_empty_variable_sets_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """`TOCSIN_DISCORD__TOKEN=` is how compose files and units say: not set."""
    monkeypatch.setenv("TOCSIN_DISCORD__TOKEN", "")
    assert load().discord.token is None


def test_the_file_is_the_one_named_else_the_variables_else_the_usual(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """--config, then TOCSIN_CONFIG, then ./tocsin.toml, then none."""
    assert locate() is None
    usual = written("")
    other = written("", "other.toml")
    assert locate() == usual
    monkeypatch.setenv("TOCSIN_CONFIG", str(other))
    assert locate() == other
    assert locate(usual) == usual


def test_a_file_that_was_named_must_be_there() -> None:
    """A mistyped name is not silently a default."""
    assert "missing.toml" in refusal(Path("missing.toml"))


def test_everything_wrong_is_said_at_once_by_name_and_line(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One run tells all problems, in the file's order, each with its place."""
    written(
        '[discord]\ntokn = "x"\nrequests_per_second = "many"\n\n'
        '[remindrs]\n\n[logs]\nlevel = "loud"\nretention_days = 3\n'
    )
    monkeypatch.setenv("TOCSIN_STATUS__PORT", "99999")
    assert refusal().splitlines()[1:] == [
        "  environment TOCSIN_STATUS__PORT: status.port must be less than or equal to 65535",
        "  tocsin.toml:2: discord.tokn is not a setting; did you mean discord.token?",
        "  tocsin.toml:3: discord.requests_per_second must be a number",
        "  tocsin.toml:5: remindrs is not a section or setting; did you mean reminders?",
        "  tocsin.toml:8: logs.level must be 'debug', 'info', 'warning' or 'error'",
        "  tocsin.toml:9: logs.retention_days is not a setting; "
        "did you mean reminders.retention_days?",
    ]


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("TOCSIN_DISCORD__TOKN", "did you mean TOCSIN_DISCORD__TOKEN?"),
        ("TOCSIN_TOKEN", "did you mean TOCSIN_DISCORD__TOKEN?"),
        ("TOCSIN_DISCORD_TOKEN", "did you mean TOCSIN_DISCORD__TOKEN?"),
        ("TOCSIN_DISCORD", "is not a setting"),
        ("TOCSIN_", "is not a setting"),
    ],
)
def test_an_unknown_variable_is_refused(
    monkeypatch: pytest.MonkeyPatch, name: str, hint: str
) -> None:
    """A mistyped variable would otherwise do nothing in silence."""
    monkeypatch.setenv(name, "{")
    text = refusal()
    assert name in text
    assert hint in text


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("[logs\n", "line 1"),
        ('[logs]\nlevel = "info"\nlevel = "info"\n', "line 3"),
        ('logs = "info"\n', "tocsin.toml:1: logs is a section"),
        ('logs = { level = "loud" }\n', "tocsin.toml:1: logs.level"),
        ('logs.level = "loud"\n', "tocsin.toml:1: logs.level"),
        ('[discord]\napi_url = "discord.com"\n', "tocsin.toml:2: discord.api_url must"),
        ('[discord]\ngateway_url = "https://x"\n', "tocsin.toml:2: discord.gateway_url must"),
        ('[database]\nurl = "mysql://u:pw@h/x"\n', "tocsin.toml:2: database.url must"),
        *(
            (f'[database]\nurl = "{url}"\n', "tocsin.toml:2: database.url must name a file")
            for url in (
                "sqlite://",
                "sqlite:///",
                "sqlite:////",
                "sqlite:///:memory:",
                "sqlite:///file::memory:?uri=true",
                "sqlite:///file:x?mode=memory&uri=true",
            )
        ),
        ('[reminders]\ndefault_zone = "Mars/Base"\n', "tocsin.toml:2: reminders.default_zone"),
        ('[reminders]\nall_day_at = "nine"\n', "tocsin.toml:2: reminders.all_day_at must"),
        ("[reminders]\ngrace_seconds = nan\n", "tocsin.toml:2: reminders.grace_seconds"),
        ("[discord]\nrequests_per_second = inf\n", "tocsin.toml:2: discord.requests_per_second"),
    ],
)
def test_a_wrong_value_is_told_with_its_line(text: str, place: str) -> None:
    """Whatever is wrong, the line to look at is in the message."""
    written(text)
    assert place in refusal()


def test_a_file_that_is_not_text_is_refused() -> None:
    """Bytes that are no UTF-8 are told as such, without a traceback."""
    Path("tocsin.toml").write_bytes(b"\xff\xfe")
    assert "tocsin.toml" in refusal()


def test_a_borrowed_clock_is_only_for_this_machine() -> None:
    """The clock of another address, or beside the real Discord, is refused."""
    here, there = "http://127.0.0.1:8080", "https://discord.com/api/v10"
    assert Settings(discord=Discord(api_url=here), clock=ClockSource(url=here)).clock.url == here
    for discord, clock in ((there, here), (here, "http://192.0.2.1"), (here, "http://127.0.0.1.x")):
        with pytest.raises(ValidationError, match=r"clock\.url is refused"):
            Settings(discord=Discord(api_url=discord), clock=ClockSource(url=clock))


def test_secrets_are_in_no_representation(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither repr, nor str, nor what `settings show` prints contains the token or a password."""
    monkeypatch.setenv("TOCSIN_DISCORD__TOKEN", TOKEN)
    monkeypatch.setenv("TOCSIN_DISCORD__API_URL", "http://bell:hunter2@127.0.0.1/api")
    written('[database]\nurl = "sqlite://bell:hunter3@host/x.db"\n')
    loaded = read()
    shown = {each.name: each.value for each in show(loaded)}
    assert set(loaded.settings.secrets()) == {TOKEN, "hunter2", "hunter3"}
    assert shown["discord.token"] == "***"
    assert shown["discord.api_url"] == "http://bell:***@127.0.0.1/api"
    assert shown["database.url"] == "sqlite://bell:***@host/x.db"
    text = f"{loaded.settings!r} {loaded.settings.database} {loaded.settings.discord} {shown}"
    assert TOKEN not in text
    assert "hunter3" not in text


@pytest.mark.parametrize("name", ["TOCSIN_DATABASE__URL", "TOCSIN_DISCORD__TOKN"])
def test_a_refused_value_is_not_repeated(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """A wrong value, or one under a mistyped name, may be a secret: it is not in the message."""
    monkeypatch.setenv(name, "mysql://u:hunter2@host/x")
    assert "hunter2" not in refusal()


def test_settings_cannot_be_changed_afterwards() -> None:
    """What was checked stays what is used."""
    with pytest.raises(ValidationError):
        Settings().logs.level = "debug"


def test_the_example_is_what_the_model_says() -> None:
    """Every setting stands there with its default and explanation, and nothing else does."""
    assert (ROOT / "tocsin.example.toml").read_text() == render(), (
        "write it anew: .venv/bin/tocsin settings example > tocsin.example.toml"
    )


def test_every_setting_is_explained() -> None:
    """A setting without an explanation, or without default and example, is not finished."""
    for key, field in fields(Settings):
        assert field.description, dotted(key)
        assert field.default is not None or field.examples, dotted(key)


def test_the_example_with_everything_taken_is_the_defaults() -> None:
    """Removing every # gives a file that loads; where a default exists it is the value."""
    text = "\n".join(
        line[1:] if line[:1] == "#" and line[1:2].isalpha() else line
        for line in render().splitlines()
    )
    values = tomllib.loads(text)
    values["discord"]["api_url"] = "http://127.0.0.1:8080"  # else the clock's example is refused
    loaded = Settings(**values)
    for key, field in fields(Settings):
        if field.default is not None and key != ("discord", "api_url"):
            assert getattr(getattr(loaded, key[0]), key[1]) == field.default


def test_a_variable_and_its_key_name_each_other() -> None:
    """The names in the environment are unambiguous."""
    assert [key_of_variable(variable(key)) for key in KEYS] == KEYS


VALUES = st.one_of(
    st.booleans(), st.integers(-9, 9), st.floats(allow_nan=False), st.text(max_size=5), st.just([1])
)
SECTIONS = st.sampled_from([*sorted({key[0] for key in KEYS}), "other"])
NAMES = st.sampled_from([*sorted({key[1] for key in KEYS}), "other"])


@given(st.dictionaries(SECTIONS, st.dictionaries(NAMES, VALUES) | VALUES))
def test_whatever_is_given_is_taken_or_refused_by_name(tree: dict[str, Any]) -> None:
    """No value leads to anything but settings or a message that names what is wrong."""
    path = Path("any.toml")
    path.write_text("".join(_toml(tree)), encoding="utf-8")
    message = ""
    try:
        settings = load(path)
    except SettingsError as refused:
        message = str(refused)
    if message:
        assert any(name in message for name in tree)
        return
    assert set(tree) <= set(Settings.model_fields)
    for section, values in tree.items():
        assert values.keys() <= type(getattr(settings, section)).model_fields.keys()


def _toml(tree: dict[str, Any]) -> Iterator[str]:
    for name, value in tree.items():
        if not isinstance(value, dict):
            yield f"{name} = {_literal(value)}\n"
    for name, value in tree.items():
        if isinstance(value, dict):
            yield f"[{name}]\n"
            yield from (f"{key} = {_literal(each)}\n" for key, each in value.items())


def _literal(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return '"' + "".join(f"\\U{ord(letter):08x}" for letter in value) + '"'
    return str(value)


BARE = st.text(string.ascii_lowercase + "_-", min_size=1, max_size=6)
QUOTED = st.text(string.ascii_letters + " .#=[]", max_size=6).map(lambda name: f'"{name}"')


@given(
    st.dictionaries(
        BARE | QUOTED,
        st.dictionaries(
            BARE | QUOTED,
            st.sampled_from(["1", '"[x]"', '"""\n[a]\nb = 1\n"""', "[\n1,\n2 # ]\n]", "{ a = 1 }"]),
        ),
        max_size=4,
    )
)
def test_the_line_of_every_key_is_found(tree: dict[str, dict[str, str]]) -> None:
    """Quoted names, arrays and texts over several lines do not confuse the search for lines."""
    lines: list[str] = []
    expected: dict[tuple[str, ...], int] = {}
    for table, values in tree.items():
        lines.append(f"[{table}] # table")
        expected[(table.strip('"'),)] = len(lines)
        for key, value in values.items():
            expected[(table.strip('"'), key.strip('"'))] = len(lines) + 1
            lines += f"  {key} = {value}".split("\n")
    text = "\n".join(lines)
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return  # the same name once bare and once quoted
    assert line_of_each_key(text) == expected


def test_secrets_without_any_are_none() -> None:
    """Nothing set, nothing to hide: no empty text that would mask everything."""
    assert Settings(database=Database(url=SecretStr("sqlite:///x.db"))).secrets() == ()
