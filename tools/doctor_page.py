"""Write docs/doctor.md from the checks themselves: `python tools/doctor_page.py`."""

from pathlib import Path

from tocsin.doctor.check import Check
from tocsin.doctor.registry import THEMES, checks_for
from tocsin.doctor.symptom import COMPLAINTS

PAGE = Path(__file__).resolve().parent.parent / "docs" / "doctor.md"
HEAD = """\
# What is wrong: `tocsin doctor`

Written from the program by `.venv/bin/python tools/doctor_page.py`.

```console
tocsin doctor                      # every check
tocsin doctor --server 4242        # of one server
tocsin doctor no-dms               # only what could explain a complaint
tocsin doctor --json
```

It may be used while the bot runs and while it does not, and changes nothing: the database is opened
read only, and Discord is only asked. Each check says what it found and what shows it; where
something is wrong, also what to do.

| | |
|---|---|
| ✓ | all is well |
| · | worth knowing, and not wrong in itself |
| ? | it could not be looked at, with the reason |
| ✗ | a problem |

Exit codes: 0 without a problem, 1 with one, 2 where nothing could be examined (settings that are
refused, a server that is not known, a clock that cannot be read).

Of Discord it asks the token, the application, the commands, and for each server (50 at most, the
others with `--server`) the bot's permissions in the channel of the reminders. Checks that look back
look at 48 hours. What only the running bot knows, its loops and whether it sends, needs
`status.port` in the settings. That two bots run on *copies* of one database on different machines
no file can show: then look at the processes on each machine that has the token.

# Which check answers which complaint
"""


def render() -> str:
    """Return the text of the page."""
    lines = [HEAD]
    for symptom, complaint in COMPLAINTS.items():
        names = ", ".join(f"`{check.name}`" for check in checks_for(symptom))
        lines += [f"**{complaint}**: `tocsin doctor {symptom}` looks at {names}.", ""]
    lines += ["# The checks", ""]
    for theme in THEMES:
        lines += [f"## {theme.title}", "", "| check | asks | if not |", "|---|---|---|"]
        lines += [*(_row(check) for check in theme.checks), ""]
    return "\n".join(lines).rstrip() + "\n"


def _row(check: Check) -> str:
    return f"| `{check.name}` | {check.question} | {check.remedy} |"


def main() -> None:
    """Write the page."""
    PAGE.write_text(render(), encoding="utf-8")


if __name__ == "__main__":
    main()
