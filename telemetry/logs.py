"""Logs in one form: readable lines on a terminal, JSON lines elsewhere; those of libraries, too.

A line has what its context was bound to: `request_id`, `workflow_id`, `activity`, `event_id`, `store`. It holds no
personal data: e-mail addresses and rows that databases quote are left out, and a traceback never shows the values of
variables.
"""

import logging
import re
from typing import Any, TextIO

import structlog
from structlog.contextvars import bind_contextvars as bind_to_log
from structlog.contextvars import merge_contextvars
from structlog.typing import EventDict, Processor, WrappedLogger

__all__ = ["bind_to_log", "log_to"]

OWN_PACKAGES = ("activities", "api", "commands", "database", "telemetry", "worker", "workflows")

_EMAIL = re.compile(r"[^\s\"'<>(),;:=\[\]{}]+@[^\s\"'<>(),;:=\[\]{}]+")
_QUOTED_ROW = re.compile(r"DETAIL:[^\n]*")


def log_to(stream: TextIO) -> None:
    """Send the logs of Laurel and of the libraries in this process to a stream; of uvicorn's, errors alone."""
    is_terminal = stream.isatty()
    shared: list[Processor] = [
        merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    plain = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    handler = logging.StreamHandler(stream)  # it swallows errors of writing, such as a full disk
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *([] if is_terminal else [structlog.processors.format_exc_info]),
                leave_out_personal_data,
                plain if is_terminal else structlog.processors.JSONRenderer(),
            ],
        )
    )
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    logging.captureWarnings(capture=True)
    for name in OWN_PACKAGES:
        logging.getLogger(name).setLevel(logging.INFO)
    # uvicorn warns of malformed requests, which any client can send at any rate.
    logging.getLogger("uvicorn.error").setLevel(logging.ERROR)


def leave_out_personal_data(_logger: WrappedLogger, _method: str, line: EventDict) -> EventDict:
    """Return a processor of structlog that replaces e-mail addresses and quoted rows in all texts of a line."""
    return {key: _clean(value) for key, value in line.items()}


def _clean(value: Any) -> Any:
    match value:
        case str():
            return _EMAIL.sub("(e-mail)", _QUOTED_ROW.sub("DETAIL: (left out)", value))
        case list() | tuple():
            return [_clean(each) for each in value]
        case dict():
            return {key: _clean(each) for key, each in value.items()}
        case _:
            return value
