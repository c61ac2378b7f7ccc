"""Settings: `tocsin.toml`, then the environment (`TOCSIN_DISCORD__TOKEN`), which wins."""

from tocsin.settings.loading import Loaded, SettingsError, load, locate, read
from tocsin.settings.model import (
    ClockSource,
    Database,
    Discord,
    Legacy,
    Logs,
    Reminders,
    Settings,
    Status,
    is_loopback,
)

__all__ = [
    "ClockSource",
    "Database",
    "Discord",
    "Legacy",
    "Loaded",
    "Logs",
    "Reminders",
    "Settings",
    "SettingsError",
    "Status",
    "is_loopback",
    "load",
    "locate",
    "read",
]
