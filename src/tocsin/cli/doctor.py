"""`tocsin doctor`: what is wrong, what shows it, and what to do."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from tocsin.cli import _output as output
from tocsin.cli._configuration import settings_read
from tocsin.cli._database import clock_of
from tocsin.doctor.symptom import COMPLAINTS, Symptom
from tocsin.errors import TocsinError, UsageError

if TYPE_CHECKING:
    from tocsin.doctor.case import Case
    from tocsin.doctor.examine import Finding

app = typer.Typer()

_MARKS = {"ok": "✓", "note": "·", "unseen": "?", "problem": "✗"}


class NotExamined(UsageError):
    """The examination could not be made."""


@app.command()
def doctor(
    context: typer.Context,
    symptom: Annotated[
        Symptom | None,
        typer.Argument(
            metavar="[SYMPTOM]", help=f"Only what answers this complaint: {', '.join(Symptom)}."
        ),
    ] = None,
    server: output.OptionalServerId = None,
    as_json: output.AsJson = False,
) -> None:
    """Examine the installation: each check with its finding, the evidence and what to do.

    Changes nothing, and may be used while the bot runs. Exit codes: 0 all is well, 1 there are
    problems, 2 it could not be examined.
    """
    # Imported here: it brings in Discord's library, which the other commands do without.
    from tocsin.doctor.case import gathered
    from tocsin.doctor.examine import examine, exit_code
    from tocsin.doctor.registry import checks_for

    loaded = settings_read(context)
    try:
        clock = clock_of(loaded.settings)
    except TocsinError as error:
        raise NotExamined(str(error)) from error
    with gathered(loaded, clock, server) as case:
        if server is not None and case.database is not None and not case.servers:
            raise UsageError(f"There is no server {server} here; `tocsin status` lists them.")
        findings = list(examine(case, checks_for(symptom)))
        _tell(case, findings, symptom, as_json=as_json)
    raise typer.Exit(exit_code(findings))


def _tell(
    case: "Case", findings: "Sequence[Finding]", symptom: Symptom | None, *, as_json: bool
) -> None:
    if as_json:
        output.print_json(
            {
                "now": case.now,
                "symptom": symptom.value if symptom else None,
                "well": not any(one.verdict.level == "problem" for one in findings),
                "findings": [_as_object(one) for one in findings],
            }
        )
        return
    if symptom is not None:
        output.say(f"{COMPLAINTS[symptom]}: what could be the reason")
    last = None
    for one in findings:
        if one.check.theme != last:
            output.say(f"\n{one.check.theme}")
            last = one.check.theme
        _print(one)
    problems = sum(one.verdict.level == "problem" for one in findings)
    output.say(f"\n{output.count(problems, 'problem') if problems else 'All is well.'}")


def _as_object(one: "Finding") -> dict[str, object]:
    troubled = one.verdict.level in ("problem", "note")
    return {
        "check": one.check.name,
        "theme": one.check.theme,
        "server_id": one.server.id if one.server else None,
        "level": one.verdict.level.value,
        "finding": one.verdict.finding,
        "evidence": one.verdict.evidence,
        "what_to_do": one.check.remedy if troubled else None,
    }


def _print(one: "Finding") -> None:
    where = f" [{one.server.name or one.server.id}]" if one.server else ""
    output.say(f"{_MARKS[one.verdict.level]} {one.check.name}{where}: {one.verdict.finding}")
    for line in one.verdict.evidence:
        output.say(f"    {line}")
    if one.verdict.level in ("problem", "note"):
        output.say(f"    → {one.check.remedy}")
