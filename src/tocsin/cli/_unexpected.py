"""What nobody thought of: one line for people, and the trace where it can be had for a report."""

import sys
import tempfile
import traceback
from pathlib import Path

from tocsin.errors import TocsinError
from tocsin.settings import read
from tocsin.telemetry.redaction import redactor


def tell_unexpected(error: Exception, config: Path | None, *, debug: bool) -> None:
    """Say what happened in one line; the trace is above it, or in a file of its own."""
    secrets: list[str] = []
    try:
        settings = read(config).settings
        secrets, debug = list(settings.secrets()), debug or settings.logs.level == "debug"
    except (TocsinError, OSError):
        pass  # The settings may be what is wrong, and are not needed to say so.
    redact = redactor(secrets)
    trace = redact("".join(traceback.format_exception(error)))
    kept = None if debug else _kept(trace)
    if kept is None:
        print(trace, file=sys.stderr)
    where = f"The trace is in {kept}" if kept else "The trace is above"
    what = " ".join(redact(f"{type(error).__name__}: {error}").split())[:300]
    print(
        f"tocsin: this went wrong in a way that nobody thought of ({what}). {where}; please report "
        "it with what you did.",
        file=sys.stderr,
    )


def _kept(trace: str) -> str | None:
    """The file that the trace is in, readable by its owner alone; None where none can be written."""
    try:
        with tempfile.NamedTemporaryFile(
            "w", prefix="tocsin-", suffix=".trace", delete=False, encoding="utf-8"
        ) as file:
            file.write(trace)
    except OSError:
        return None
    return file.name
