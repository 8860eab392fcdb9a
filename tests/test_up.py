"""`laurel up`, `laurel deploy`: everything on one machine, as its users start, use and end it."""

import os
import re
import signal
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests import programs
from tests.processes import Ports, Process, Till, eventually, is_alive, started, status, to_its_end, write
from tests.receiver import Receiver

PASSWORD = "given-by-the-environment"
SHOWN = "admin, password "


def bad_files() -> Mapping[str, bytes]:
    wrong = "reactor: points-for-purchase\non: purchase\nwhen: {'==': [{var: member.teir}, gold]}\nthen: []\n"
    return programs.files(**{"reactors__points-for-purchase": wrong})


def wait_until_up(process: Process, ports: Ports) -> None:
    eventually(lambda: process.output, lambda output: "Ctrl-C ends it" in output, process=process)
    assert status(f"{ports.url}/health/ready") == 200


@dataclass(frozen=True)
class Up:
    """A `laurel up` that several tests share."""

    data: Path
    program: Path
    ports: Ports
    till: Till
    output: str


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    folder, ports = tmp_path_factory.mktemp("up"), Ports.free()
    program, data = write(folder / "program", programs.files()), folder / "data"
    environment = {"LAUREL_ADMIN_PASSWORD": PASSWORD, "LAUREL_WEBHOOK_ALLOW": "127.0.0.0/8"}
    command: list[str | Path] = ["up", "--program", program, "--data", data, *ports.options]
    with started(folder / "log", *command, **environment) as process:
        wait_until_up(process, ports)
        with Till(ports.url, PASSWORD) as till:
            yield Up(data, program, ports, till, process.output)


@pytest.mark.timeout(240)
def test_points_and_the_password_made_at_first_start_survive_ctrl_c_and_a_bad_program(tmp_path: Path) -> None:
    ports, data, kept = Ports.free(), tmp_path / "data", tmp_path / "data" / "admin-password"
    good, bad = write(tmp_path / "good", programs.files()), write(tmp_path / "bad", bad_files())

    with started(tmp_path / "first", "up", "--program", good, "--data", data, *ports.options) as first:
        wait_until_up(first, ports)
        shown = re.search(rf"{SHOWN}(\S+)", first.output)
        assert shown is not None, first.output
        with Till(ports.url, shown[1]) as till:
            till.applied(till.report("purchase", {"total": 30}))
        children = first.children()
        assert first.end(signal.SIGINT) == 0
    refused = to_its_end("up", "--program", bad, "--data", data, *ports.options)
    with started(tmp_path / "second", "up", "--data", data, *ports.options) as second:
        wait_until_up(second, ports)
        with Till(ports.url, shown[1]) as till:
            till.applied(till.report("purchase", {"total": 12}))
            points = till.points()
        children += second.children()
        assert second.end(signal.SIGTERM) == 0

    assert kept.read_text().strip() == shown[1]
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert SHOWN in first.output
    assert SHOWN not in second.output
    assert (refused.returncode, "reactors/points-for-purchase.yaml:3:21" in refused.stdout) == (1, True), refused
    assert points == 42
    assert len(children) == 2
    assert not any(is_alive(pid) for pid in children)
    assert "Traceback" not in first.output + second.output


def test_a_bad_program_is_pointed_at_and_nothing_listens(tmp_path: Path) -> None:
    ports = Ports.free()

    done = to_its_end("up", "--program", write(tmp_path / "bad", bad_files()), "--data", tmp_path / "d", *ports.options)

    assert done.returncode == 1
    assert "reactors/points-for-purchase.yaml:3:21: unknown-path: member.teir is unknown" in done.stdout
    assert "Traceback" not in done.stderr
    assert status(f"{ports.url}/health/live") == 0
    assert not (tmp_path / "d" / "temporal.log").exists()


def test_a_password_given_in_the_environment_is_neither_shown_nor_kept(up: Up) -> None:
    assert "items" in up.till.get("/api/DEFAULT/member")
    assert SHOWN not in up.output
    assert not (up.data / "admin-password").exists()


def test_a_second_laurel_on_the_same_data_says_the_cure(up: Up) -> None:
    done = to_its_end("up", "--data", up.data, *Ports.free().options)

    assert done.returncode == 2
    assert f"{up.data} is in use by another Laurel: stop that one, or name another --data" in done.stderr


@pytest.mark.parametrize(("option", "which"), [("--port", "api"), ("--temporal-port", "temporal")])
def test_a_taken_port_says_the_cure_and_starts_nothing(up: Up, tmp_path: Path, option: str, which: str) -> None:
    taken = str(getattr(up.ports, which))

    done = to_its_end("up", "--data", tmp_path, *Ports.free().options, option, taken)

    assert done.returncode == 2
    assert f"port {taken} is taken: choose another with {option}" in done.stderr
    assert not (tmp_path / "temporal.log").exists()


def test_a_program_deployed_while_laurel_runs_goes_on_counting_where_the_last_one_was(up: Up, tmp_path: Path) -> None:
    retitled = programs.SEVEN_DAYS.replace("Open the app seven days", "Come back seven days")
    changed = write(tmp_path / "changed", programs.files(**{"achievements__seven-days": retitled}))
    with Receiver() as receiver:
        name = "MemberAchievementProgressWasChanged"
        subscription = {"webhookSubscription": {"eventName": name, "url": f"{receiver.url}/hook"}}
        up.till.post("/api/DEFAULT/webhook/subscription", subscription)

        for day in (1, 2, 3):
            up.till.applied(up.till.report("app_login", on=f"2026-03-0{day}"))
        deployed = to_its_end("deploy", changed, "--data", up.data)
        fourth = eventually(
            lambda: up.till.applied(up.till.report("app_login", on="2026-03-04")), lambda event: event["revision"] == 2
        )
        told = [request.json["data"]["achievement"] for request in receiver.wait_for(lambda all_: len(all_) >= 4)]

    assert (deployed.returncode, deployed.stdout) == (0, "store DEFAULT: revision 2 is in force\n"), deployed
    assert fourth["status"] == "applied"
    progress = [each["memberProgress"]["rules"][0]["completedConsecutivePeriods"] for each in told]
    assert progress == [1, 2, 3, 4]
    assert told[-1]["achievementName"] == "Come back seven days in a row"


def test_a_killed_temporal_server_is_started_again_and_a_killed_laurel_takes_its_own_along(tmp_path: Path) -> None:
    ports, program = Ports.free(), write(tmp_path / "program", programs.files())
    command: list[str | Path] = ["up", "--program", program, "--data", tmp_path / "data", *ports.options]
    with started(tmp_path / "log", *command, LAUREL_ADMIN_PASSWORD=PASSWORD) as process:
        wait_until_up(process, ports)
        (first,) = process.children()

        os.kill(first, signal.SIGKILL)
        (second,) = eventually(process.children, lambda pids: bool(pids) and pids != [first], process=process)
        with Till(ports.url, PASSWORD) as till:
            till.applied(till.report("purchase", {"total": 5}))
        process.end(signal.SIGKILL)

    eventually(lambda: is_alive(second), lambda alive: not alive)
