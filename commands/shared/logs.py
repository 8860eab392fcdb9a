"""Logs: readable lines on a terminal, JSON lines elsewhere. A traceback never shows the values of variables."""

import logging
import sys

import structlog


def log_to_stderr() -> None:
    """Send logs to standard error; of uvicorn's, errors alone."""
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
    # uvicorn warns of malformed requests, which any client can send at any rate.
    logging.getLogger("uvicorn.error").setLevel(logging.ERROR)
