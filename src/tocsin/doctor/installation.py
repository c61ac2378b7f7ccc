"""What the program stands on: settings, files, room."""

import os
import stat
from pathlib import Path

from tocsin.doctor.case import Case
from tocsin.doctor.check import Theme, Verdict, note, ok, problem
from tocsin.doctor.symptom import Symptom
from tocsin.settings import Settings
from tocsin.settings.model import Discord

THEME = Theme("Installation")
ENOUGH_ROOM = 200_000_000
"""Bytes; a burst of a hundred thousand reminders writes about a quarter of it."""


@THEME.once(
    "settings",
    "Are the settings those of ordinary running, and not of a trial?",
    "Take the settings named here out of the file or the environment, unless this is a trial.",
    Symptom.NO_DMS,
    Symptom.UNEXPECTED_DMS,
)
def settings(case: Case) -> Verdict:
    """What is set otherwise than a bot on Discord needs."""
    origin = f"read from {case.loaded.file}" if case.loaded.file else "from the environment alone"
    address = f"Discord is at {case.settings.discord.api_url}"
    unusual = _unusual(case.settings)
    if unusual:
        return note("The settings are those of a trial.", origin, address, *unusual)
    return ok("The settings can be used.", origin, address)


def _unusual(settings: Settings) -> list[str]:
    found = []
    if settings.clock.url is not None:
        found.append(f"clock.url: the time is that of {settings.clock.url}")
    rate = settings.discord.requests_per_second
    if rate > Discord().requests_per_second:
        found.append(f"discord.requests_per_second is {rate:g}; Discord allows 50 to most bots")
    return found


@THEME.once(
    "token-kept",
    "Is the token kept where only the bot's user can read it?",
    "chmod 600 the settings' file, or give the token as TOCSIN_DISCORD__TOKEN instead.",
)
def token_kept(case: Case) -> Verdict:
    """Whether others on this machine could read the token in the settings' file."""
    file = case.loaded.file
    origin = case.loaded.origins.get(("discord", "token"), "nowhere")
    if file is None or not origin.startswith(str(file)):
        return ok("The token is in no file.", f"set: {origin}")
    mode = stat.S_IMODE(file.stat().st_mode)
    if mode & (stat.S_IRGRP | stat.S_IROTH):
        return problem("Others on this machine can read the token.", [f"{file}: mode {mode:o}"])
    return ok("Only its owner can read the file with the token.", f"{file}: mode {mode:o}")


@THEME.once(
    "writable",
    "Can everything be written that the bot writes?",
    "Make the folder, give it to the user who runs the bot (chown), or choose another place with "
    "database.url.",
    Symptom.NO_DMS,
    Symptom.DUPLICATES,
    Symptom.MARKERS_STAY,
)
def writable(case: Case) -> Verdict:
    """Whether this user may write the database, its log and its lock. Nothing is tried out."""
    folder = case.path.absolute().parent
    names = ("", "-wal", "-shm", ".lock")
    files = [case.path.with_name(case.path.name + name) for name in names]
    reasons = {each: why for each in files if (why := _not_writable(each))}
    if why := _folder_not_writable(folder):
        reasons = {folder: why}
    closed = [f"{path}: {why}" for path, why in reasons.items()]
    if closed:
        return problem("Something that the bot writes cannot be written.", closed)
    return ok("Everything that the bot writes can be written.", f"in {folder}")


def _folder_not_writable(folder: Path) -> str | None:
    if folder.is_dir():
        return None if os.access(folder, os.W_OK | os.X_OK) else "no right to write there"
    return "it is no folder" if folder.exists() else "it is not there"


def _not_writable(file: Path) -> str | None:
    if file.is_dir():
        return "it is a folder"
    return "no right to write it" if file.exists() and not os.access(file, os.W_OK) else None


@THEME.once(
    "room",
    "Is there room on the disk?",
    "Make room, or move the database: a bot that cannot write stops sending.",
    Symptom.NO_DMS,
)
def room(case: Case) -> Verdict:
    """How much the disk with the database can still take."""
    free = f"{case.free_bytes / 1e6:,.0f} MB are free beside {case.path}"
    if case.free_bytes < ENOUGH_ROOM:
        return problem("The disk is nearly full.", [free])
    return ok("There is room on the disk.", free)
