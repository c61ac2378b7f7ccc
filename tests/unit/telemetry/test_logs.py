import io
import json
import logging
import warnings
from collections.abc import Iterator
from typing import Any, Literal

import pytest
import structlog

from tocsin.telemetry import logs

TOKEN = "MTIzNDU2Nzg5MDEyMzQ1Njc4.GabcDe.abcdefghijklmnopqrstuvwxyz-_12345"


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def _logging_as_it_was() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    logging.captureWarnings(False)
    root.handlers[:], root.level = handlers, level
    structlog.reset_defaults()


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_an_event_becomes_one_line_of_json_with_its_fields() -> None:
    """Off a terminal each event is a JSON object: word, level, instant in UTC, logger, fields."""
    stream = io.StringIO()
    logs.configure(stream=stream)
    logs.get_logger("tocsin.dispatch.dispatcher").info("sent", delivery=7, server=12, request="r1")
    (line,) = lines(stream)
    assert line.pop("at").endswith("Z")
    assert line == {
        "event": "sent",
        "level": "info",
        "logger_name": "tocsin.dispatch.dispatcher",
        "delivery": 7,
        "server": 12,
        "request": "r1",
    }


def test_a_terminal_gets_text() -> None:
    """With format auto, a person at a terminal reads text."""
    stream = Terminal()
    logs.configure(stream=stream)
    logs.get_logger("tocsin").info("staged", occurrence="ruins:2026-11-23T20:00:00Z")
    assert not stream.getvalue().startswith("{")
    assert "ruins:2026-11-23T20:00:00Z" in stream.getvalue()


def test_the_format_can_be_ordered() -> None:
    """A service that wants text gets it without a terminal."""
    stream = io.StringIO()
    logs.configure(form="text", stream=stream)
    logs.get_logger("tocsin").info("staged", delivery=7)
    assert stream.getvalue().rstrip().endswith("delivery=7")


def test_what_is_below_the_level_is_not_written() -> None:
    """The threshold holds for our own loggers and for those of libraries."""
    stream = io.StringIO()
    logs.configure(level="warning", stream=stream)
    logs.get_logger("tocsin").info("sent")
    logging.getLogger("discord").info("connected")
    assert stream.getvalue() == ""


def test_libraries_speak_through_the_same_lines() -> None:
    """What discord.py logs and what Python warns of become lines like ours."""
    stream = io.StringIO()
    logs.configure(stream=stream)
    logging.getLogger("discord.gateway").warning("Shard %s is back", 0)
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn("old", DeprecationWarning, stacklevel=1)
    first, second = lines(stream)
    assert (first["event"], first["logger_name"]) == ("Shard 0 is back", "discord.gateway")
    assert second["logger_name"] == "py.warnings"


@pytest.mark.parametrize("form", ["text", "json"])
def test_no_secret_is_written_even_in_a_traceback(form: Literal["text", "json"]) -> None:
    """Fields, library messages, exceptions and their causes all pass the same masking."""
    stream = io.StringIO()
    secret = 'pa"ss\\wörd'
    logs.configure(form=form, secrets=[secret], stream=stream)
    logger = logs.get_logger("tocsin")
    try:
        try:
            raise ValueError(f"refused {TOKEN}")
        except ValueError as cause:
            raise RuntimeError(f"cannot log in with {secret}") from cause
    except RuntimeError:
        logger.exception(
            "failed", address=f"sqlite://x:{secret}@h/", header={"Authorization": TOKEN}
        )
        logging.getLogger("discord").exception("failed with %r", secret)
    written = stream.getvalue()
    assert "RuntimeError" in written
    assert "abcdefghijklmnop" not in written
    assert "wörd" not in written
    assert "\\u00f6rd" not in written


def test_a_message_text_is_withheld() -> None:
    """Fields that usually hold what members are told are never written."""
    stream = io.StringIO()
    logs.configure(stream=stream)
    logs.get_logger("tocsin").info("sent", content="Ruins in 4 hours", embeds=[{"title": "Ruins"}])
    assert "Ruins" not in stream.getvalue()


@pytest.mark.parametrize("library", ["discord.http", "aiohttp.client", "sqlalchemy.engine"])
def test_libraries_never_write_payloads(library: str) -> None:
    """At debug these would log whole messages; they stay at info whatever is asked."""
    stream = io.StringIO()
    logs.configure(level="debug", stream=stream)
    logging.getLogger(library).debug("POST with %s", "Ruins in 4 hours")
    assert stream.getvalue() == ""


def test_bound_context_joins_every_line() -> None:
    """What is bound once for a request is on each of its lines."""
    stream = io.StringIO()
    logs.configure(stream=stream)
    with structlog.contextvars.bound_contextvars(request="r9"):
        logs.get_logger("tocsin").info("claimed", delivery=1)
    assert lines(stream)[0]["request"] == "r9"
