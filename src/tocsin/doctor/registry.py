"""All checks, in the order in which they are made and shown."""

from tocsin.doctor import database, installation, on_discord, process, reminders, servers
from tocsin.doctor.check import Check
from tocsin.doctor.symptom import Symptom

THEMES = (
    installation.THEME,
    database.THEME,
    process.THEME,
    on_discord.THEME,
    servers.THEME,
    reminders.THEME,
)
CHECKS: tuple[Check, ...] = tuple(check for theme in THEMES for check in theme.checks)


def checks_for(symptom: Symptom | None = None) -> tuple[Check, ...]:
    """The checks that answer a symptom, or all."""
    return tuple(check for check in CHECKS if symptom is None or symptom in check.symptoms)
