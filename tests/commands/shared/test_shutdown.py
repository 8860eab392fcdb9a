"""A command that was asked to stop ends, whatever holds it: its own code, a library, or who reads what it prints."""

import contextlib
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

import worker
from commands.shared import serving, shutdown

OPS = Path(__file__).parents[3] / "docs" / "ops.md"

SCRIPT = """\
import asyncio, ctypes, time
from commands.shared import shutdown

shutdown.STOP_WITHIN, shutdown.END_WITHIN = 0.3, 1.0

async def run() -> None:
    asyncio.get_running_loop().call_soon(lambda: print("up", flush=True))
    await shutdown.wait_for_shutdown()
    {held}

asyncio.run(run())
"""
ENDS = "pass"
BLOCKED = "time.sleep(60)"
HELD_BY_A_LIBRARY = "ctypes.PyDLL(None).sleep(60)"  # no other thread of the interpreter goes on meanwhile


@contextlib.contextmanager
def unread_pipe() -> Iterator[int]:
    """The end of a pipe that takes nothing more."""
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    with contextlib.suppress(BlockingIOError):
        while True:
            os.write(writing, b"x" * 4096)
    os.set_blocking(writing, True)
    yield writing
    os.close(reading)
    os.close(writing)


@contextlib.contextmanager
def full_disk() -> Iterator[int]:
    with Path("/dev/full").open("wb", buffering=0) as full:
        yield full.fileno()


def end_of(held: str, errors: int) -> tuple[float, int]:
    """How long a process takes to end that is held up after the signal, and its exit code."""
    script = [sys.executable, "-c", SCRIPT.format(held=held)]
    with subprocess.Popen(script, stdout=subprocess.PIPE, stderr=errors, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "up\n"
        begun = time.monotonic()
        process.send_signal(signal.SIGTERM)
        try:
            code = process.wait(60)
        finally:
            process.kill()
        return time.monotonic() - begun, code


@pytest.mark.parametrize(
    ("held", "code"), [(ENDS, 0), (BLOCKED, 0), (HELD_BY_A_LIBRARY, -signal.SIGALRM)], ids=["ends", "blocked", "held"]
)
def test_it_ends_in_time(held: str, code: int):
    took, ended_with = end_of(held, subprocess.DEVNULL)

    assert (ended_with, took < 50) == (code, True)


@pytest.mark.parametrize("errors", [unread_pipe, full_disk])
def test_it_ends_in_time_although_nobody_takes_what_it_prints(errors):
    with errors() as descriptor:
        took, code = end_of(BLOCKED, descriptor)

    assert (code, took < 50) == (0, True)


def test_the_page_for_ops_has_the_bounds_of_a_stop():
    (table,) = re.findall(r"<!-- bounds of a stop.*?-->\n(.*?)\n\n", OPS.read_text(), re.DOTALL)
    seconds = [float(each) for each in re.findall(r"\| ([0-9.]+) s \|", table)]

    assert seconds == [
        serving.CLOSE_WITHIN,
        worker.FINISH_WITHIN.total_seconds(),
        worker.SHUT_DOWN_WITHIN.total_seconds(),
        shutdown.STOP_WITHIN,
        shutdown.END_WITHIN,
    ]
