"""Logs in one form: those of Laurel and of libraries, with ids, without personal data."""

import io
import json
import logging
import subprocess
import sys
from typing import Any

import pytest

from telemetry.logs import leave_out_personal_data

SCRIPT = """
import logging, sys, structlog
from telemetry.logs import bind_to_log, log_to
log_to(sys.stdout)
bind_to_log(request_id="r-1", event_id="e-1")
structlog.get_logger("workflows.relay").info("relayed", events=3)
structlog.get_logger("workflows.relay").debug("not shown")
logging.getLogger("temporalio.worker").warning("attempt %d failed for ann@example.com", 2)
logging.getLogger("uvicorn.error").warning("not shown")
logging.getLogger("uvicorn.error").error("it broke")
try:
    secret = "ann@example.com"
    raise ValueError("Key exists\\nDETAIL:  Key (phone)=(+48123) already exists.")
except ValueError:
    structlog.get_logger("api.http").exception("unexpected", of=["bob@example.com"])
"""


@pytest.fixture(scope="module")
def lines() -> list[dict[str, Any]]:
    """What a process logs whose standard output is not a terminal."""
    printed = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True, timeout=60)
    return [json.loads(line) for line in printed.stdout.splitlines()]


def test_lines_of_laurel_and_of_libraries_have_one_form(lines: list[dict[str, Any]]):
    assert [(line["level"], line["logger"], line["event"]) for line in lines] == [
        ("info", "workflows.relay", "relayed"),
        ("warning", "temporalio.worker", "attempt 2 failed for (e-mail)"),
        ("error", "uvicorn.error", "it broke"),
        ("error", "api.http", "unexpected"),
    ]
    assert all(line["timestamp"].endswith("Z") for line in lines)


def test_every_line_has_the_ids_of_its_context(lines: list[dict[str, Any]]):
    assert [(line["request_id"], line["event_id"]) for line in lines] == [("r-1", "e-1")] * 4


def test_no_line_has_personal_data(lines: list[dict[str, Any]]):
    assert "(phone)" not in json.dumps(lines)
    assert "@example.com" not in json.dumps(lines)
    assert "DETAIL: (left out)" in lines[-1]["exception"]


def test_texts_within_lists_and_objects_are_cleaned_too():
    line = {"event": "x", "of": [{"to": "ann@example.com"}], "number": 3}

    assert leave_out_personal_data(None, "info", line) == {"event": "x", "of": [{"to": "(e-mail)"}], "number": 3}


def test_a_log_that_cannot_be_written_raises_nothing(monkeypatch: pytest.MonkeyPatch):
    class FullDisk(io.StringIO):
        def write(self, text: str) -> int:
            raise OSError("No space left on device")

    monkeypatch.setattr(sys, "stderr", FullDisk())
    handler = logging.StreamHandler(FullDisk())

    handler.handle(logging.LogRecord("api", logging.ERROR, __file__, 1, "unexpected", (), None))
