"""`laurel up`, `laurel deploy`: everything on one machine, as its users start, use and end it."""

import json
import os
import re
import signal
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.kit import programs
from tests.kit.processes import AdminClient, Ports, Process, eventually, is_alive, laurel, started, status, write
from tests.kit.receiver import Receiver

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
    admin: AdminClient
    output: str


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    folder, ports = tmp_path_factory.mktemp("up"), Ports.free()
    program, data = write(folder / "program", programs.files()), folder / "data"
    environment = {"LAUREL_ADMIN_PASSWORD": PASSWORD, "LAUREL_WEBHOOK_ALLOW": "127.0.0.0/8"}
    command: list[str | Path] = ["up", "--program", program, "--data", data, *ports.options]
    with started(folder / "log", *command, **environment) as process:
        wait_until_up(process, ports)
        with AdminClient(ports.url, PASSWORD) as admin:
            yield Up(data, program, ports, admin, process.output)


@pytest.mark.timeout(240)
def test_points_and_the_password_made_at_first_start_survive_ctrl_c_and_a_bad_program(tmp_path: Path) -> None:
    ports, data, kept = Ports.free(), tmp_path / "data", tmp_path / "data" / "admin-password"
    good, bad = write(tmp_path / "good", programs.files()), write(tmp_path / "bad", bad_files())

    with started(tmp_path / "first", "up", "--program", good, "--data", data, *ports.options) as first:
        wait_until_up(first, ports)
        shown = re.search(rf"{SHOWN}(\S+)", first.output)
        assert shown is not None, first.output
        with AdminClient(ports.url, shown[1]) as admin:
            admin.applied(admin.report("purchase", {"total": 30}))
        children = first.children()
        assert first.end(signal.SIGINT) == 0
    refused = laurel("up", "--program", bad, "--data", data, *ports.options)
    with started(tmp_path / "second", "up", "--data", data, *ports.options) as second:
        wait_until_up(second, ports)
        with AdminClient(ports.url, shown[1]) as admin:
            admin.applied(admin.report("purchase", {"total": 12}))
            points = admin.points()
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


def test_the_problems_of_a_bad_program_are_printed_and_nothing_listens(tmp_path: Path) -> None:
    ports = Ports.free()

    done = laurel("up", "--program", write(tmp_path / "bad", bad_files()), "--data", tmp_path / "d", *ports.options)

    assert done.returncode == 1
    assert "reactors/points-for-purchase.yaml:3:21: unknown-path: member.teir is unknown" in done.stdout
    assert "Traceback" not in done.stderr
    assert status(f"{ports.url}/health/live") == 0
    assert not (tmp_path / "d" / "temporal.log").exists()


def test_a_password_given_in_the_environment_is_neither_shown_nor_kept(up: Up) -> None:
    assert "items" in up.admin.get("/api/DEFAULT/member")
    assert SHOWN not in up.output
    assert not (up.data / "admin-password").exists()


def test_a_second_laurel_on_the_same_data_folder_is_refused_with_the_cure(up: Up) -> None:
    done = laurel("up", "--data", up.data, *Ports.free().options)

    assert done.returncode == 2
    assert f"{up.data} is in use by another Laurel: stop that one, or name another --data" in done.stderr


@pytest.mark.parametrize(("option", "which"), [("--port", "api"), ("--temporal-port", "temporal")])
def test_a_taken_port_is_refused_with_the_cure_and_nothing_starts(
    up: Up, tmp_path: Path, option: str, which: str
) -> None:
    taken = str(getattr(up.ports, which))

    done = laurel("up", "--data", tmp_path, *Ports.free().options, option, taken)

    assert done.returncode == 2
    assert f"port {taken} is taken: choose another with {option}" in done.stderr
    assert not (tmp_path / "temporal.log").exists()


def test_a_program_deployed_while_laurel_runs_goes_on_counting_where_the_last_one_was(up: Up, tmp_path: Path) -> None:
    retitled = programs.SEVEN_DAYS.replace("Open the app seven days", "Come back seven days")
    changed = write(tmp_path / "changed", programs.files(**{"achievements__seven-days": retitled}))
    with Receiver() as receiver:
        name = "MemberAchievementProgressWasChanged"
        subscription = {"webhookSubscription": {"eventName": name, "url": f"{receiver.url}/hook"}}
        up.admin.post("/api/DEFAULT/webhook/subscription", subscription)

        for day in (1, 2, 3):
            up.admin.applied(up.admin.report("app_login", on=f"2026-03-0{day}"))
        deployed = laurel("deploy", changed, "--data", up.data)
        fourth = eventually(
            lambda: up.admin.applied(up.admin.report("app_login", on="2026-03-04")),
            lambda event: event["revision"] == 2,
        )
        seen = [request.json["data"]["achievement"] for request in receiver.wait_for(lambda all_: len(all_) >= 4)]

    assert deployed.returncode == 0, deployed
    assert deployed.stdout.splitlines() == [
        "~ achievement seven-days",
        '    title: "Open the app seven days in a row" -> "Come back seven days in a row"',
        "store DEFAULT: revision 2 is in force",
    ]
    assert fourth["status"] == "applied"
    progress = [each["memberProgress"]["rules"][0]["completedConsecutivePeriods"] for each in seen]
    assert progress == [1, 2, 3, 4]
    assert seen[-1]["achievementName"] == "Come back seven days in a row"


def test_a_killed_temporal_server_is_started_again_and_a_killed_laurel_takes_its_own_along(tmp_path: Path) -> None:
    ports, program = Ports.free(), write(tmp_path / "program", programs.files())
    command: list[str | Path] = ["up", "--program", program, "--data", tmp_path / "data", *ports.options]
    with started(tmp_path / "log", *command, LAUREL_ADMIN_PASSWORD=PASSWORD) as process:
        wait_until_up(process, ports)
        (first,) = process.children()
        environment = Path(f"/proc/{first}/environ").read_text()
        assert "LAUREL" not in environment
        assert PASSWORD not in environment

        os.kill(first, signal.SIGKILL)
        (second,) = eventually(process.children, lambda pids: bool(pids) and pids != [first], process=process)
        with AdminClient(ports.url, PASSWORD) as admin:
            admin.applied(admin.report("purchase", {"total": 5}))
        process.end(signal.SIGKILL)

    eventually(lambda: is_alive(second), lambda alive: not alive)


OVER = {
    "reactors__last-year": "reactor: last-year\non: app_login\nthen: [{grant_badge: x}]\nactive: {until: 2020-12-31}\n"
}


def test_a_watched_folder_is_deployed_if_right_and_its_problems_printed_if_not(tmp_path: Path) -> None:
    ports, data, program = Ports.free(), tmp_path / "data", write(tmp_path / "program", programs.files(**OVER))
    reactor = program / "reactors" / "points-for-purchase.yaml"
    command: list[str | Path] = ["up", "--watch", "--program", program, "--data", data, *ports.options]
    with started(tmp_path / "log", *command, LAUREL_ADMIN_PASSWORD=PASSWORD) as process:

        def says(what: str, times: int = 1) -> None:
            eventually(lambda: process.output, lambda output: output.count(what) >= times, process=process)

        wait_until_up(process, ports)
        says("reactors/last-year.yaml:4:17: note: already-over: reactor last-year ended at 2021-01-01")
        reactor.write_text("reactor: points-for-purchase\non: purchase\nthen: [{award_points: {pints: 1}}]\n")
        says("reactors/points-for-purchase.yaml:3:24: unknown-key: key pints is unknown. Did you mean points?")
        says("revision 1 stays in force")
        with AdminClient(ports.url, PASSWORD) as admin:
            first = admin.applied(admin.report("purchase", {"total": 30}))

            _save_as_editors_do(reactor, programs.POINTS_FOR_PURCHASE.replace("{var: event.body.total}", "7"))
            says("award_points: event.body.total -> 7")
            says("revision 2 is in force")
            says("reactors/last-year.yaml:4:17: note: already-over: reactor last-year ended at 2021-01-01", times=2)
            second = admin.applied(admin.report("purchase", {"total": 30}))
            points = admin.points()

        program.rename(tmp_path / "away")
        says("missing-folder")
        (tmp_path / "away").rename(program)
        says("revision 2 is in force, and what the files say again")
        (program / "program.yaml").write_text(programs.PROGRAM.replace("DEFAULT", "OTHER"))
        says("program.yaml says store: OTHER now")
        (program / "program.yaml").write_text(programs.PROGRAM)
        says("what the files say again", times=2)
        (program / "program.yaml").write_text(programs.PROGRAM.replace("Coffee", "Tea"))
        says(f"allow it explicitly, and deploy again: laurel deploy {program} --data {data} --rename")
        (program / "program.yaml").write_text(programs.PROGRAM)
        says("what the files say again", times=3)

        deployed = laurel("rollback", "--data", data)
        reactor.write_text(programs.POINTS_FOR_PURCHASE.replace("{var: event.body.total}", "8"))
        says("revision 3 is in force, deployed by admin at")
        reactor.touch()
        says("award_points: event.body.total -> 8")
        says("revision 4 is in force")
        listed = laurel("revisions", "--data", data, "--format", "json")
        assert process.end(signal.SIGINT) == 0

    assert (first["revision"], second["revision"], points) == (1, 2, 37)
    assert deployed.stdout.splitlines()[-1] == "store DEFAULT: revision 3 is in force, a rollback to 1"
    seen = [(each["revision"], each["deployedBy"], each["note"]) for each in json.loads(listed.stdout)["revisions"]]
    assert seen == [
        (4, "laurel up --watch", ""),
        (3, "admin", "rollback to 1"),
        (2, "laurel up --watch", ""),
        (1, "laurel up", ""),
    ]
    assert "Traceback" not in process.output


def _save_as_editors_do(file: Path, text: str) -> None:
    """The old file is moved away, half of the new one is there for a moment, and the whole takes its place."""
    file.rename(file.with_suffix(".yaml~"))
    half = file.with_suffix(".tmp")
    half.write_text(text[:30])
    half.write_text(text)
    half.rename(file)


def test_there_is_nothing_to_watch_without_a_folder(tmp_path: Path) -> None:
    done = laurel("up", "--watch", "--data", tmp_path / "data")

    assert (done.returncode, "name it with --program" in done.stderr) == (2, True)
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("call", [["up", "--program", "nowhere"], ["deploy", "nowhere"]])
def test_a_folder_that_is_none_is_a_fault_of_the_call(call: list[str], tmp_path: Path) -> None:
    done = laurel(*call, "--data", tmp_path / "data")

    assert done.returncode == 2
    assert "nowhere is not a folder: name the one that holds program.yaml" in done.stderr
    assert not (tmp_path / "data").exists()


@pytest.mark.timeout(180)
def test_a_running_laurel_is_deployed_to_listed_and_compared_through_its_api(up: Up, tmp_path: Path) -> None:
    data: list[str | Path] = ["--data", up.data]
    before = json.loads(laurel("revisions", *data, "--format", "json").stdout)["revisions"][0]["revision"]
    changed = write(tmp_path / "1", programs.files(program=programs.PROGRAM.replace("points: 7d", "points: 9d")))
    again = write(tmp_path / "2", programs.files(program=programs.PROGRAM.replace("points: 7d", "points: 8d")))

    done = laurel("deploy", changed, *data, "--note", "cake", "--format", "json")
    late = laurel("deploy", again, *data, "--based-on", str(before))
    tea = write(tmp_path / "3", programs.files(program=programs.PROGRAM.replace("Coffee", "Tea")))
    refused = laurel("deploy", tea, *data)
    listed = laurel("revisions", *data, "--last", "1")
    compared = laurel("diff", *data)
    nowhere = laurel("rollback", "999", *data)

    said = json.loads(done.stdout)
    assert (said["was"], said["revision"], said["isNew"]) == (before, before + 1, True)
    assert f"laurel deploy {tea} --rename" in refused.stderr
    assert late.returncode == 2
    assert f"revision {before + 1} is in force, deployed by admin at" in late.stderr
    assert listed.stdout.splitlines()[1].endswith("in force  admin: cake")
    assert "~ setting notify_before points: 7d -> 9d" in compared.stdout
    assert (nowhere.returncode, "has no revision 999" in nowhere.stderr) == (2, True)
