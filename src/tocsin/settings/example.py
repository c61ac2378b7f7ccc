"""`tocsin.example.toml`, written from the model: every setting, explained, with its default."""

import json
import textwrap
from datetime import time
from typing import Any

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from tocsin.settings.model import Settings
from tocsin.settings.paths import fields

WIDTH = 88
HEAD = """\
# Settings of Tocsin. Copy this file to tocsin.toml and take the # from what you want to change;
# what is given here as a value is the default. An environment variable wins over this file:
# TOCSIN_LOGS__LEVEL=debug is level in [logs], with two underscores between the two names.
# `tocsin settings show` says what holds, and from where."""


def render() -> str:
    """Return the text of the example."""
    lines = [HEAD]
    section = ""
    for (table, name), setting in ((key, field) for key, field in fields(Settings)):
        if table != section:
            section = table
            lines.append(f"\n[{table}]")
            about = (Settings.model_fields[table].annotation.__doc__ or "").strip()
            lines.append(f"# {about}\n")
        elif lines[-1]:
            lines.append("")
        lines += _explained(setting)
        lines.append(f"#{name} = {_value(setting)}")
    return "\n".join(lines) + "\n"


def _explained(setting: FieldInfo) -> list[str]:
    return [f"# {line}" for line in textwrap.wrap(setting.description or "", WIDTH - 2)]


def _value(setting: FieldInfo) -> str:
    """Return the default as TOML, or an example of a value where there is no default."""
    default = setting.default
    if default is None:
        (example,) = setting.examples or [""]
        return f"{in_toml(example)}  # (no default)"
    return in_toml(default)


def in_toml(value: Any) -> str:
    """Return a value as TOML writes it."""
    if isinstance(value, SecretStr):
        return json.dumps(value.get_secret_value())
    if isinstance(value, time):
        return f'"{value:%H:%M}"'
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return json.dumps(value, ensure_ascii=False)
