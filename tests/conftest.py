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
_transcripts = pytest.StashKey[Path]()
_problems = pytest.StashKey[list[str]]()


def pytest_configure(config: pytest.Config) -> None:
    """Have every sandbox of the run write down what it accepts and answers, in all test processes alike."""
    if openapi.DOCUMENT.exists() and _TRANSCRIPT not in os.environ:
        # Before the processes of pytest-xdist are started: they inherit it, and leave the rest to this one.
        folder = tempfile.TemporaryDirectory(prefix="transcripts-")
        config.stash[_transcripts] = Path(folder.name)
        os.environ[_TRANSCRIPT] = folder.name

        def forget() -> None:
            del os.environ[_TRANSCRIPT]
            folder.cleanup()

        config.add_cleanup(forget)


@pytest.hookimpl(wrapper=True)
def pytest_runtestloop(session: pytest.Session) -> Iterator[None]:
    """Whatever any sandbox accepted or answered in the run is held against Discord's description."""
    result = yield
    if (folder := session.config.stash.get(_transcripts, None)) is not None:
        count, problems = openapi.problems_of(folder)
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
