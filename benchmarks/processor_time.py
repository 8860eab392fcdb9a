"""Processor time of processes that go on, as Linux counts it: user and system together, in seconds."""

import os
from pathlib import Path

_TICK = os.sysconf("SC_CLK_TCK")


def seconds(pid: int) -> float:
    """What a process has used so far, all its threads, without its children."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICK


def children(pid: int) -> list[int]:
    """The processes that a process has started and that still run, whichever of its threads did so."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        try:
            found += map(int, (task / "children").read_text().split())
        except OSError:  # this thread has ended
            continue
    return found


def tree_seconds(pid: int) -> tuple[float, float]:
    """What a process has used so far, and what its children that still run have."""
    return seconds(pid), sum(seconds(child) for child in children(pid))


def exact_seconds(pid: int) -> float:
    """What the threads of a process that still run have used so far, to the nanosecond; 0: it has ended."""
    used = 0
    for task in Path(f"/proc/{pid}/task").glob("*/schedstat"):
        try:
            used += int(task.read_text().split()[0])
        except OSError:  # this thread has ended
            continue
    return used / 1e9


def descendants(pid: int) -> list[int]:
    """The processes that a process has started, and those that they have, and so on."""
    found = []
    for child in children(pid):
        try:
            found += [child, *descendants(child)]
        except OSError:  # it has ended
            continue
    return found
