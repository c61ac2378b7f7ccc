"""Making the checks, and what comes of them."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from tocsin.doctor.case import Case
from tocsin.doctor.check import Check, Level, Verdict
from tocsin.errors import TocsinError
from tocsin.store.servers import Server


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found, of one server where it looks at servers."""

    check: Check
    server: Server | None
    verdict: Verdict


def examine(case: Case, checks: Iterable[Check]) -> Iterator[Finding]:
    """Make each check, those for servers once for each."""
    for check in checks:
        if check.look is not None:
            yield Finding(check, None, _verdict(check, case, None))
        for server in case.servers if check.look_at is not None else ():
            yield Finding(check, server, _verdict(check, case, server))


def _verdict(check: Check, case: Case, server: Server | None) -> Verdict:
    try:
        if server is not None and check.look_at is not None:
            return check.look_at(case, server)
        assert check.look is not None
        return check.look(case)
    except TocsinError as error:
        return Verdict(Level.UNSEEN, f"Not looked at: {error}")


def exit_code(findings: Sequence[Finding]) -> int:
    """0 if all is well, 1 if there is a problem. Notes, and what could not be seen, are none."""
    return int(any(one.verdict.level is Level.PROBLEM for one in findings))
