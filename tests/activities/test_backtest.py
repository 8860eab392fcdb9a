"""A backtest over several processes."""

import json
import os
import signal
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from activities.backtest import FromFile, Job, backtest
from tests.kit import programs
from tests.kit.processes import started, write
from workbench.backtest import ReplayComparison
from workbench.backtest.event_file import InvalidEventLine

MEMBERS = 7
TWICE = programs.POINTS_FOR_PURCHASE.replace("{var: event.body.total}", '{"*": [{var: event.body.total}, 2]}')
LIMITED = TWICE + "limits: [{per: program, every: month, times: 3}]\n"


def events(file: Path, count: int) -> Path:
    """Purchases of a few members, an hour after one another."""
    begin = datetime(2026, 5, 1, tzinfo=UTC)
    with file.open("w") as lines:
        for number in range(count):
            customer = {"email": f"m{number % MEMBERS}@example.com"}
            at = (begin + timedelta(hours=number)).isoformat()
            event = {"type": "purchase", "eventDate": at, "customerData": customer, "body": {"total": number % 30}}
            lines.write(json.dumps(event) + "\n")
    return file


def job(file: Path, changed: str = TWICE) -> Job:
    return Job(FromFile(file), programs.files(), programs.files(**{"reactors__points-for-purchase": changed}))


def replayed(job: Job, jobs: int) -> tuple[ReplayComparison, list[tuple[int, int | None]]]:
    reports: list[tuple[int, int | None]] = []
    return backtest(job, jobs=jobs, progress=lambda done, of: reports.append((done, of))), reports


@pytest.mark.parametrize(
    ("largest_share", "jobs", "of"),
    [(10**9, 2, None), (2_000, 2, 200), (2_000, 1, 200)],
    ids=["each process reads the file", "shares on disk", "shares on disk, one after the other"],
)
def test_a_file_that_is_cut_comes_to_what_it_comes_to_in_one_piece(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, largest_share: int, jobs: int, of: int | None
) -> None:
    work = job(events(tmp_path / "events.jsonl", 200))
    whole, _ = replayed(work, jobs=1)
    monkeypatch.setattr("activities.backtest.SMALL_FILE", 0)
    monkeypatch.setattr("activities.backtest.MAX_SHARE_BYTES", largest_share)

    cut, reports = replayed(work, jobs)

    assert cut == whole
    assert (whole.events, whole.members, whole.gaining) == (200, MEMBERS, MEMBERS)
    assert reports[-1] == (200, of)


def test_members_who_share_a_limit_are_replayed_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    work = job(events(tmp_path / "events.jsonl", 40), LIMITED)
    monkeypatch.setattr("activities.backtest.SMALL_FILE", 0)

    contrast, _ = replayed(work, jobs=2)

    assert contrast.new.fired == {"reactor/points-for-purchase": 3}


@pytest.mark.parametrize("largest_share", [10**9, 2_000])
def test_a_wrong_line_is_named_in_any_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, largest_share: int
) -> None:
    file = events(tmp_path / "events.jsonl", 100)
    file.write_text(file.read_text() + '{"type": "purchase"}\n')
    monkeypatch.setattr("activities.backtest.SMALL_FILE", 0)
    monkeypatch.setattr("activities.backtest.MAX_SHARE_BYTES", largest_share)

    with pytest.raises(InvalidEventLine, match=r"events\.jsonl:101: event\.eventDate is missing"):
        replayed(job(file), jobs=2)


def test_a_file_without_events_comes_to_nothing(tmp_path: Path) -> None:
    contrast, _ = replayed(job(events(tmp_path / "events.jsonl", 0)), jobs=2)

    assert (contrast.events, contrast.members) == (0, 0)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_the_processes_of_a_plan_end_with_it(tmp_path: Path, how: signal.Signals) -> None:
    much = {f"reactors__r{number}": TWICE.replace("points-for-purchase", f"r{number}") for number in range(40)}
    file, new = events(tmp_path / "events.jsonl", 100_000), write(tmp_path / "new", programs.files(**much))
    command = ("plan", new, "--against", new, "--events", file, "--jobs", "2")

    with started(tmp_path / "log", *command) as process:
        until(lambda: sum(seconds_at_work(child) > 1 for child in process.children()) == 2)
        children = process.children()
        process.popen.send_signal(how)
        until(lambda: process.popen.poll() is not None)
        until(lambda: not any(map(is_alive, children)))

    assert "Traceback" not in process.output


def seconds_at_work(pid: int) -> float:
    """The processor time that a process has had by now."""
    used = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(used[11]) / os.sysconf("SC_CLK_TCK")


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def until(what: Callable[[], bool]) -> None:
    """Wait for something that happens soon."""
    end = time.monotonic() + 60
    while not what():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.05)
