"""Reading the settings, and saying everything that is wrong with them at once."""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_settings import EnvSettingsSource

from tocsin.errors import TocsinError
from tocsin.settings.model import Settings
from tocsin.settings.paths import (
    CONFIG_VARIABLE,
    PREFIX,
    Key,
    dotted,
    fields,
    key_of_variable,
    suggestion,
    variable,
)
from tocsin.settings.problems import describe
from tocsin.settings.toml_lines import line_of, line_of_each_key

DEFAULT_FILE = Path("tocsin.toml")


class SettingsError(TocsinError):
    """The settings cannot be used."""

    exit_code = 2


@dataclass(frozen=True)
class Loaded:
    """Settings, and for each value that is no default, where it was given ("tocsin.toml:3")."""

    settings: Settings
    file: Path | None
    origins: Mapping[Key, str]


@dataclass
class _Given:
    """What was given before it is checked: values as a tree, and the origin of every leaf."""

    values: dict[str, Any] = field(default_factory=dict)
    origins: dict[Key, str] = field(default_factory=dict)
    lines: dict[Key, int] = field(default_factory=dict)
    file: Path | None = None

    def add(self, values: Mapping[str, Any], above: Key = ()) -> None:
        """Lay a tree of values over what was given before; a variable's value wins."""
        target: Any = self.values
        for name in above:
            target = target[name]
        for name, value in values.items():
            if isinstance(value, Mapping) and isinstance(target.get(name), dict):
                self.add(value, (*above, name))
            else:
                target[name] = value

    def origin(self, key: Key) -> str:
        """Say where a key was given: a variable, or a file and, if it can be told, its line."""
        if key in self.origins:
            return self.origins[key]
        line = line_of(key, self.lines)
        return f"{self.file}:{line}" if line else str(self.file or "settings")


def locate(path: Path | None = None) -> Path | None:
    """Return the settings' file: the one given, else TOCSIN_CONFIG, else ./tocsin.toml if present.

    Raises SettingsError if one was named that is not there.
    """
    named = path or (Path(value) if (value := os.environ.get(CONFIG_VARIABLE)) else None)
    if named is None:
        return DEFAULT_FILE if DEFAULT_FILE.is_file() else None
    if not named.is_file():
        raise SettingsError(
            f"there is no settings' file {named}; name one with --config or {CONFIG_VARIABLE}, "
            "or leave both out and use the environment alone"
        )
    return named


def load(path: Path | None = None) -> Settings:
    """Return the settings from file and environment; raises SettingsError with all its problems."""
    return read(path).settings


def read(path: Path | None = None) -> Loaded:
    """Return the settings and where they come from; raises SettingsError with all its problems."""
    given = _Given(file=locate(path))
    if given.file:
        _add_file(given, given.file)
    problems = _add_environment(given)
    settings = None
    try:
        settings = Settings(**given.values)
    except ValidationError as error:
        known = [key for key, _ in fields(Settings)]
        wrong = sorted(error.errors(), key=lambda each: line_of(_key(each), given.lines) or 0)
        problems += [describe(each, given.origin, known) for each in wrong]
    if problems or settings is None:
        raise SettingsError(_report(problems)) from None
    origins = {
        key: given.origin(key) for key, _ in fields(Settings) if _is_given(given.values, key)
    }
    return Loaded(settings, given.file, origins)


def _add_file(given: _Given, path: Path) -> None:
    try:
        text = path.read_text(encoding="utf-8")
        values = tomllib.loads(text)
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} cannot be read: {error}") from None
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path} is not TOML: {error}") from None
    given.lines = line_of_each_key(text)
    given.add(values)


def _add_environment(given: _Given) -> list[str]:
    """Add what the environment sets; return a line for each variable that is no setting."""
    known = [key for key, _ in fields(Settings)]
    problems = []
    variables: dict[str, str | None] = {}
    for name, value in sorted(os.environ.items()):
        key = key_of_variable(name.upper())
        if not name.upper().startswith(PREFIX) or name == CONFIG_VARIABLE:
            continue
        if key not in known:
            problems.append(_unknown_variable(name, key, known))
        elif value:
            variables[name.lower()] = value
            given.origins[key] = f"environment {name}"
    source = EnvSettingsSource(Settings)
    source.env_vars = variables
    given.add(source())
    return problems


def _unknown_variable(name: str, key: Key, known: list[Key]) -> str:
    meant = suggestion(key, known)
    hint = f"; did you mean {variable(meant)}?" if meant else ""
    return f"environment {name}: {dotted(key)} is not a setting{hint}"


def _key(error: Any) -> Key:
    return tuple(str(part) for part in error["loc"])


def _is_given(values: Mapping[str, Any], key: Key) -> bool:
    node: Any = values
    for name in key:
        if not isinstance(node, Mapping) or name not in node:
            return False
        node = node[name]
    return True


def _report(problems: list[str]) -> str:
    if len(problems) == 1:
        return f"the settings cannot be used: {problems[0]}"
    return "the settings cannot be used:" + "".join(f"\n  {problem}" for problem in problems)
