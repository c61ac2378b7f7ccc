"""Logs by structlog: text on a terminal, JSON otherwise, one line each, without secrets.

An event is a stable word (staged, claimed, sent, refused, retried, missed, …), and what it speaks
of is in fields: `log.info("sent", delivery=…, occurrence=…, server=…, request=…)`. Message texts
are never logged; fields that usually hold one are withheld.
"""

import logging
import sys
from collections.abc import Callable, Iterable, MutableMapping
from typing import Any, Literal, TextIO, cast

import structlog
from structlog.typing import FilteringBoundLogger, Processor, WrappedLogger

from tocsin.telemetry.redaction import redactor

EventFields = MutableMapping[str, Any]

MESSAGE_FIELDS = frozenset({"content", "embed", "embeds", "components", "payload", "body"})
# At DEBUG these write whole payloads, and with them what members are told.
CHATTY_LIBRARIES = ("discord", "aiohttp", "asyncio", "sqlalchemy", "alembic")


def configure(
    *,
    level: str = "info",
    form: Literal["auto", "text", "json"] = "auto",
    secrets: Iterable[str] = (),
    stream: TextIO | None = None,
) -> None:
    """Set up structlog and the standard library's logging to write to one stream (stderr).

    To be called once, before the first line is logged: loggers remember how they were set up.
    """
    stream = stream or sys.stderr
    threshold = logging.getLevelNamesMapping()[level.upper()]
    as_text = form == "text" or (form == "auto" and stream.isatty())
    rendering = _rendering(as_text, colors=stream.isatty(), redact=redactor(secrets))
    structlog.configure(
        processors=[*_common(), *rendering],
        wrapper_class=structlog.make_filtering_bound_logger(threshold),
        logger_factory=structlog.WriteLoggerFactory(file=stream),
        cache_logger_on_first_use=True,
    )
    _route_standard_library(stream, threshold, rendering)


def get_logger(name: str) -> FilteringBoundLogger:
    """Return the logger of a module; nothing is set up until it first logs."""
    return cast("FilteringBoundLogger", structlog.get_logger(logger_name=name))


def withhold_message_text(_logger: WrappedLogger, _method: str, event: EventFields) -> EventFields:
    """Replace the value of every field that usually holds a message's text."""
    for name in MESSAGE_FIELDS & event.keys():
        event[name] = "(withheld)"
    return event


def _add_logger_name(_logger: WrappedLogger, _method: str, event: EventFields) -> EventFields:
    event["logger_name"] = event["_record"].name
    return event


def _common() -> list[Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        withhold_message_text,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
    ]


def _rendering(as_text: bool, *, colors: bool, redact: Callable[[str], str]) -> list[Processor]:
    def redact_line(_logger: WrappedLogger, _method: str, line: Any) -> str:
        return redact(str(line))

    if as_text:
        # The plain formatter: the others can show local variables.
        return [
            structlog.dev.ConsoleRenderer(
                colors=colors,
                exception_formatter=structlog.dev.plain_traceback,
                pad_event_to=16,
                timestamp_key="at",
            ),
            redact_line,
        ]
    return [
        structlog.processors.format_exc_info,
        structlog.processors.JSONRenderer(ensure_ascii=False),
        redact_line,
    ]


def _route_standard_library(stream: TextIO, threshold: int, rendering: list[Processor]) -> None:
    """Send what discord.py, aiohttp and the others log through the same processors."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *rendering],
            foreign_pre_chain=[_add_logger_name, *_common()],
            keep_exc_info=False,
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(threshold)
    for name in CHATTY_LIBRARIES:
        logging.getLogger(name).setLevel(max(threshold, logging.WARNING))
    logging.captureWarnings(True)
