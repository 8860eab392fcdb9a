"""Logs: lines of JSON for machines, words for a terminal. A traceback never shows the values of variables."""

import logging
import sys

import structlog


def log_to_stderr() -> None:
    """Send Laurel's own logs to standard error, and of others' only what matters."""
    is_terminal = sys.stderr.isatty()
    plain = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            *([] if is_terminal else [structlog.processors.format_exc_info]),
            plain if is_terminal else structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    # What any client can cause by sending rubbish is no news for whoever runs Laurel.
    logging.getLogger("uvicorn.error").setLevel(logging.ERROR)
