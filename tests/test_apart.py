"""`laurel api` and `laurel worker`: processes of their own, on PostgreSQL and a Temporal server at an address."""

import signal
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import httpx2
import pytest
from sqlalchemy import create_engine

from commands.shared import temporal_server
from tests.kit import programs
from tests.kit.processes import AdminClient, Process, eventually, laurel, started, status, write
from tests.workflows.test_order import REDEEM_COFFEE
from tests.workflows.test_order import files as redeem_files

PASSWORD = "given-by-the-environment"


@pytest.fixture
def environment(postgres_template: str, tmp_path: Path) -> Iterator[Mapping[str, str]]:
    """A PostgreSQL database with a program in force, and the admin's password."""
    name = f"apart_{uuid4().hex}"
    engine = create_engine(postgres_template.format(name="postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name} TEMPLATE migrated")
    url = postgres_template.format(name=name)
    given = {"LAUREL_DATABASE_URL": url, "LAUREL_ADMIN_PASSWORD": PASSWORD}
    deployed = laurel("deploy", write(tmp_path / "program", programs.files()), **given)
    assert (deployed.returncode, deployed.stdout) == (0, "store DEFAULT: revision 1 is in force\n"), deployed
    yield given
    with engine.connect() as connection:
        connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")
    engine.dispose()


@contextmanager
def api(log: Path, environment: Mapping[str, str], *options: str) -> Iterator[tuple[Process, str]]:
    """`laurel api`, once it answers, and where."""
    port = temporal_server.free_port()
    with started(log, "api", "--port", str(port), *options, **environment) as process:
        url = f"http://127.0.0.1:{port}"
        eventually(lambda: status(f"{url}/health/ready"), lambda code: code == 200, process=process)
        yield process, url


def is_working(output: str) -> bool:
    return "Laurel's worker takes from 'laurel' of namespace default" in output


def scraped(port: int) -> str:
    return httpx2.get(f"http://127.0.0.1:{port}/metrics", timeout=30).text


def both_know_the_worker(metrics: Sequence[str]) -> bool:
    return all("laurel_workers 1.0" in text for text in metrics)


@pytest.mark.timeout(240)
async def test_an_event_accepted_by_the_api_is_applied_by_a_worker_in_another_process(
    environment: Mapping[str, str], tmp_path: Path
) -> None:
    port = temporal_server.free_port()  # a server of our own: other tests leave work for workers on the session's
    reached = {**environment, "TEMPORAL_ADDRESS": f"127.0.0.1:{port}"}
    ports = [temporal_server.free_port() for _ in range(2)]
    metrics = [("--metrics-port", str(each)) for each in ports]
    worker = started(tmp_path / "worker", "worker", *metrics[1], **reached)
    async with temporal_server.running(port=port, log=tmp_path / "temporal"):
        with api(tmp_path / "api", reached, *metrics[0]) as (front, url), worker as back:
            with AdminClient(url, PASSWORD) as admin:
                detail = admin.applied(admin.report("purchase", {"total": 30}))
                points = admin.points()
            eventually(lambda: back.output, is_working, process=back)
            seen = eventually(lambda: [scraped(each) for each in ports], both_know_the_worker)  # known for 5 s
            ends = [back.end(signal.SIGTERM), front.end(signal.SIGINT)]

    assert 'laurel_events_accepted_total{store="DEFAULT"} 2.0' in seen[0], "the registration, and the purchase"
    assert 'laurel_events_settled_total{outcome="applied",store="DEFAULT"} 2.0' in seen[1]
    assert [line["source"] for line in detail["outcome"]["entries"]] == ["reactor/points-for-purchase"]
    assert points == 30
    assert ends == [0, 0]
    assert "Traceback" not in front.output + back.output


@pytest.mark.timeout(240)
async def test_events_are_accepted_while_temporal_is_away_and_applied_once_it_answers(
    environment: Mapping[str, str], tmp_path: Path
) -> None:
    port = temporal_server.free_port()
    away = {**environment, "TEMPORAL_ADDRESS": f"127.0.0.1:{port}"}
    with (
        api(tmp_path / "api", away) as (front, url),
        started(tmp_path / "worker", "worker", **away) as back,
        AdminClient(url, PASSWORD) as admin,
    ):
        events = [admin.report("purchase", {"total": total}) for total in (1, 2, 4)]
        before = [admin.get(f"/api/DEFAULT/customEvent/{event}")["status"] for event in events]
        eventually(lambda: back.output, lambda said: "waiting for temporal" in said, process=back)

        async with temporal_server.running(port=port, log=tmp_path / "temporal"):
            for event in events:
                admin.applied(event)
            points = admin.points()
            ends = [back.end(signal.SIGTERM), front.end(signal.SIGTERM)]

    assert before == ["received", "received", "received"]
    assert points == 7
    assert ends == [0, 0]
    assert "event left to the relay" in front.output
    assert "Traceback" not in front.output + back.output


@pytest.mark.timeout(240)
async def test_of_25_redemptions_at_once_the_balance_pays_for_one_though_the_worker_is_killed(
    environment: Mapping[str, str], tmp_path: Path
) -> None:
    deployed = laurel("deploy", write(tmp_path / "redeem", redeem_files(redeem=REDEEM_COFFEE)), **environment)
    assert deployed.returncode == 0, deployed
    port = temporal_server.free_port()
    reached = {**environment, "TEMPORAL_ADDRESS": f"127.0.0.1:{port}"}
    async with temporal_server.running(port=port, log=tmp_path / "temporal"):
        with api(tmp_path / "api", reached) as (_, url), AdminClient(url, PASSWORD) as admin:
            with started(tmp_path / "worker", "worker", **reached) as killed:
                admin.applied(admin.report("purchase", {"total": 150}))
                with ThreadPoolExecutor(25) as clients:
                    events = list(clients.map(lambda number: admin.report("redeem", {"number": number}), range(25)))
                killed.end(signal.SIGKILL)
            with started(tmp_path / "another", "worker", **reached) as another:
                details = [admin.applied(event) for event in events]
                points = admin.points()
                another.end(signal.SIGTERM)

    fired = [entry for detail in details for entry in detail["decision"] if entry["verdict"] == "fired"]
    assert (len(fired), points) == (1, 0)


@pytest.mark.timeout(240)
async def test_api_and_worker_stop_within_ten_seconds_while_temporal_is_away_and_the_database_holds_them_up(
    environment: Mapping[str, str], tmp_path: Path
) -> None:
    port = temporal_server.free_port()
    reached = {**environment, "TEMPORAL_ADDRESS": f"127.0.0.1:{port}"}
    temporal = await temporal_server.start(port=port, log=tmp_path / "temporal")
    engine = create_engine(environment["LAUREL_DATABASE_URL"])
    with (
        api(tmp_path / "api", reached) as (front, url),
        started(tmp_path / "worker", "worker", **reached) as back,
        AdminClient(url, PASSWORD) as admin,
        ThreadPoolExecutor(5) as clients,
        engine.connect() as holder,
    ):
        admin.applied(admin.report("purchase", {"total": 30}))
        waiting = [clients.submit(admin.report, "purchase", {"total": 1}, prefer="wait=30") for _ in range(5)]
        holder.exec_driver_sql("LOCK TABLE event, step IN ACCESS EXCLUSIVE MODE")
        temporal.process.kill()
        await temporal.ended()
        begun = time.monotonic()
        for process in (front, back):
            process.popen.send_signal(signal.SIGTERM)
        codes = [process.popen.wait(60) for process in (front, back)]
        took = time.monotonic() - begun
        ends = [each.exception() for each in waiting]
        holder.rollback()
    engine.dispose()

    assert (codes, took < 10) == ([0, 0], True), (took, front.output, back.output)
    assert len(ends) == len(waiting)


def test_an_api_without_a_database_or_an_admin_is_refused_with_the_cure(environment: Mapping[str, str]) -> None:
    nowhere = laurel("api", LAUREL_DATABASE_URL="")
    nobody = laurel("api", **{**environment, "LAUREL_ADMIN_PASSWORD": ""})

    assert (nowhere.returncode, nobody.returncode) == (2, 2)
    assert "LAUREL_DATABASE_URL is not set: name the database" in nowhere.stderr
    assert "there is no admin yet: set LAUREL_ADMIN_PASSWORD the first time" in nobody.stderr
