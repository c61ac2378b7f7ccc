"""What a check is, and what it can find."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from tocsin.doctor.case import Case
from tocsin.doctor.symptom import Symptom
from tocsin.errors import TocsinError
from tocsin.store.servers import Server


class Unseen(TocsinError):
    """It could not be looked at."""


class Level(StrEnum):
    """How much a verdict matters. Only a problem is a finding that something is wrong."""

    OK = "ok"
    NOTE = "note"
    UNSEEN = "unseen"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check found, in one sentence, and what shows it, a line each."""

    level: Level
    finding: str
    evidence: tuple[str, ...] = ()


Look = Callable[[Case], Verdict]
LookAtServer = Callable[[Case, Server], Verdict]


@dataclass(frozen=True, slots=True)
class Check:
    """One question, and what to do where the answer is no.

    `look` answers it once, or `look_at` for each server: exactly one of them is given. Either may
    raise TocsinError for what cannot be looked at.
    """

    name: str
    theme: str
    question: str
    remedy: str
    symptoms: frozenset[Symptom] = frozenset()
    look: Look | None = None
    look_at: LookAtServer | None = None


class Theme:
    """Checks of one theme, in the order in which their functions are written."""

    def __init__(self, title: str) -> None:
        self.title = title
        self.checks: list[Check] = []

    def once(
        self, name: str, question: str, remedy: str, *symptoms: Symptom
    ) -> Callable[[Look], Look]:
        """Register the function as a check that looks once."""

        def register(look: Look) -> Look:
            check = Check(name, self.title, question, remedy, frozenset(symptoms), look=look)
            self.checks.append(check)
            return look

        return register

    def for_each_server(
        self, name: str, question: str, remedy: str, *symptoms: Symptom
    ) -> Callable[[LookAtServer], LookAtServer]:
        """Register the function as a check that looks at each server."""

        def register(look: LookAtServer) -> LookAtServer:
            check = Check(name, self.title, question, remedy, frozenset(symptoms), look_at=look)
            self.checks.append(check)
            return look

        return register


def ok(finding: str, *evidence: str) -> Verdict:
    """All is well."""
    return Verdict(Level.OK, finding, evidence)


def note(finding: str, *evidence: str) -> Verdict:
    """Worth knowing, and not wrong in itself."""
    return Verdict(Level.NOTE, finding, evidence)


def problem(finding: str, evidence: Sequence[str] = ()) -> Verdict:
    """Something is wrong."""
    return Verdict(Level.PROBLEM, finding, tuple(evidence))
