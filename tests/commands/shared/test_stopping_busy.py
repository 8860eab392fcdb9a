"""A Laurel that computes and writes all it can stops within ten seconds, and is at the end of it all after a start."""

import signal
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.commands.shared.test_stopping import NAME, PASSWORD, seconds_to_end, wait_until_up
from tests.kit import programs
from tests.kit.processes import AdminClient, Ports, eventually, laurel, started, write
from tests.kit.receiver import Answer, Receiver

MEMBERS, EACH, QUEUED, LINES = 100, 10, 20, 600

COUNTED = (
    "event: counted\nbody: {type: object, required: [n], properties: {n: {type: array, items: {type: integer}}}}\n"
)
COUNTING = """\
reactor: counting
on: counted
when: {">": [{reduce: [{var: event.body.n}, {"+": [{var: accumulator}, 1]}, 0]}, 0]}
then: [{award_points: {points: 1}}]
"""
"""Half of the steps that one event may take, for a body of 100,000 numbers."""


def of(email: str, type_: str, body: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": type_, "eventDate": "2026-03-01T08:00:00", "customerData": {"email": email}, "body": dict(body)}


def points(admin: AdminClient, email: str) -> int:
    found = admin.get(f"/api/DEFAULT/member?email={email}")["items"]
    return int(found[0]["defaultAccount"]["activePoints"])


@pytest.mark.timeout(240)
def test_it_stops_while_it_decides_runs_a_batch_reads_a_file_and_delivers_and_ends_all_of_it_after_a_start(
    tmp_path: Path, receiver: Receiver
) -> None:
    ports, data = Ports.free(), tmp_path / "data"
    files = programs.files(events__counted=COUNTED, reactors__counting=COUNTING)
    program = write(tmp_path / "program", files)
    command: list[str | Path] = ["up", "--program", program, "--data", data, *ports.options]
    environment = {"LAUREL_ADMIN_PASSWORD": PASSWORD, "LAUREL_WEBHOOK_ALLOW": "127.0.0.0/8"}
    receiver.answer("/hook", Answer(delay=60.0))
    batch = [of(f"m{n % MEMBERS}@example.com", "purchase", {"total": 1}) for n in range(MEMBERS * EACH)]
    file = "email,firstName\n" + "".join(f"i{n}@example.com,I\n" for n in range(LINES))

    with started(tmp_path / "first", *command, **environment) as first, ThreadPoolExecutor(16) as clients:
        wait_until_up(first, ports)
        with AdminClient(ports.url, PASSWORD) as admin:
            hook = {"webhookSubscription": {"eventName": NAME, "url": f"{receiver.url}/hook"}}
            admin.post("/api/DEFAULT/webhook/subscription", hook)
            admin.report("purchase", {"total": 1})
            receiver.wait_for(lambda requests: bool(requests))
            queued = [admin.report("purchase", {"total": 1}) for _ in range(QUEUED)]
            heavy = list(
                clients.map(
                    lambda n: admin.post(
                        "/api/DEFAULT/customEvent", {"event": of(f"h{n}@example.com", "counted", {"n": [1] * 100_000})}
                    )["customEventId"],
                    range(4),
                )
            )
            receipt = admin.post("/api/DEFAULT/customEvent/batch", {"events": batch})
            import_id = admin.upload("/api/DEFAULT/import/member", file)["importId"]
            waiting = [clients.submit(admin.report, "purchase", {"total": 0}, prefer="wait=30") for _ in range(3)]
            took, code = seconds_to_end(first, signal.SIGTERM)
            for each in waiting:
                each.exception()
    receiver.answer("/hook", Answer())

    with started(tmp_path / "second", *command, **environment) as second:
        wait_until_up(second, ports)
        with AdminClient(ports.url, PASSWORD) as admin:
            for event in (*heavy, queued[-1], receipt["items"][-1]["customEventId"]):
                admin.applied(event)
            eventually(
                lambda: admin.get(f"/api/DEFAULT/import/{import_id}")["import"]["status"],
                lambda status: status == "done",
            )
            eventually(
                lambda: admin.get("/api/DEFAULT/customEvent?status=received")["total"]["filtered"], lambda n: n == 0
            )
            found = [points(admin, email) for email in ("ann@example.com", "m0@example.com", "m99@example.com")]
            imported = admin.get("/api/DEFAULT/member?firstName=I")["total"]["filtered"]
        audit = laurel("audit", "--data", data)
        second.end(signal.SIGTERM)

    assert (took < 10, code) == (True, 0), first.output
    assert found == [1 + QUEUED, EACH, EACH]
    assert imported == LINES
    assert audit.returncode == 0, audit.stdout
