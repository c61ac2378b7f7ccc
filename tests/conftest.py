"""What holds for all tests."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from tests.sandbox import openapi

# How long an example takes says more about the machine than about the code.
settings.register_profile("tocsin", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("tocsin")

_TRANSCRIPT = "DISCORD_SANDBOX_TRANSCRIPT"
_problems = pytest.StashKey[list[str]]()


@pytest.hookimpl(wrapper=True)
def pytest_runtestloop(session: pytest.Session) -> Iterator[None]:
    """Whatever any sandbox accepts or answers in the run is held against Discord's description."""
    if not openapi.DOCUMENT.exists() or _TRANSCRIPT in os.environ:
        return (yield)
    with tempfile.TemporaryDirectory(prefix="transcripts-") as folder:
        os.environ[_TRANSCRIPT] = folder
        try:
            result = yield
        finally:
            del os.environ[_TRANSCRIPT]
        count, problems = openapi.problems_of(Path(folder))
    session.config.stash[_problems] = [f"{count} requests to the sandbox", *problems]
    session.testsfailed += len(problems)
    return result


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Say what contradicts the description."""
    summary, *problems = config.stash.get(_problems, [""])
    for problem in problems:
        terminalreporter.write_line(f"FAILED against Discord's API description: {problem}")
    if summary and not problems and config.get_verbosity() >= 0:
        terminalreporter.write_line(f"{summary} were valid by Discord's API description")
