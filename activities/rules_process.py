"""The process that evaluates rules which take long: `python -m activities.rules_process`, with frames on its pipes.

A frame is the length of a pickle, and the pickle. It answers each request with what the rules give, with the error of
an evaluation past the bounds, or with None if it cannot evaluate them. It ends with its standard input, which ends with
the process that started it.
"""

import io
import os
import pickle
import struct
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from queue import SimpleQueue
from typing import IO, Any, Final

from loyalty.events.decision_size import DecisionTooLarge
from loyalty.events.evaluations import Evaluation
from loyalty.program.program import Program
from program_files import read_revision
from rules import TooMuchWorkTogether

LENGTH: Final = struct.Struct("!Q")
NICENESS: Final = 10
"""The niceness by which it yields to the process that serves everything else."""


@dataclass(frozen=True, slots=True)
class Request:
    """The rules to evaluate, and the program."""

    store: str
    revision: int
    files: Mapping[str, bytes] | None
    """The files of the revision; None: an earlier request had them."""
    by: Evaluation[Any]


class _Pickler(pickle.Pickler):
    """Pickles decimals by a Python function, during which other threads can run: a body may have 80,000."""

    dispatch_table = {Decimal: lambda number: (Decimal, (str(number),))}  # noqa: RUF012 - as the base class has it


def frame(value: Any) -> bytes:
    """Return a value as a frame."""
    written = io.BytesIO()
    written.write(LENGTH.pack(0))
    _Pickler(written, pickle.HIGHEST_PROTOCOL).dump(value)
    content = written.getbuffer()
    LENGTH.pack_into(content, 0, len(content) - LENGTH.size)
    return content.tobytes()


def main() -> None:
    """Answer requests until the input ends."""
    with suppress(OSError):
        os.nice(NICENESS)
    requests: SimpleQueue[bytes] = SimpleQueue()
    threading.Thread(target=_read, args=(sys.stdin.buffer, requests), daemon=True).start()
    programs: dict[tuple[str, int], Program] = {}
    while True:
        answer = _answer(requests.get(), programs)
        sys.stdout.buffer.write(frame(answer))
        sys.stdout.buffer.flush()


def _answer(written: bytes, programs: dict[tuple[str, int], Program]) -> Any:
    try:
        request: Request = pickle.loads(written)  # noqa: S301 - by the process that started this one
        key = request.store, request.revision
        if request.files is not None:
            programs[key] = read_revision(request.files)
        return request.by.evaluate(programs[key])
    except (TooMuchWorkTogether, DecisionTooLarge) as error:
        return error
    except Exception:  # noqa: BLE001 - it is raised again, and logged, where they are evaluated then
        return None


def _read(source: IO[bytes], requests: SimpleQueue[bytes]) -> None:
    """Read requests even while one is answered, so that the end of the input ends the process at once."""
    while len(header := source.read(LENGTH.size)) == LENGTH.size:
        (length,) = LENGTH.unpack(header)
        requests.put(source.read(length))
    os._exit(0)


if __name__ == "__main__":
    main()
