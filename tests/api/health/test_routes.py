"""Health, which needs no login."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from database.backlog import Backlog, Waiting
from tests.kit.api import Api

AGO = datetime.now(UTC) - timedelta(minutes=10)
WAITING = {"DEFAULT": Backlog(events=Waiting(3, AGO), late_due_items=Waiting(1, AGO))}


async def test_a_process_that_answers_is_alive(api: Api):
    del api.http.headers["Authorization"]

    assert await api.get("/health/live") == {"status": "alive"}


async def test_all_is_well(api: Api):
    del api.http.headers["Authorization"]

    answer = await api.get("/health/ready")

    assert (answer["ready"], answer["degraded"]) == (True, [])
    assert answer["checks"]["workers"] == {"status": "ok", "polling": 1}


@pytest.mark.parametrize(
    ("changed", "degraded"),
    [
        ({"has_temporal": False}, ["temporal", "workers"]),
        ({"workers": 0}, ["workers"]),
        ({"workers": None}, ["workers"]),
        ({"clocks": {"DEFAULT": False}}, ["clocks"]),
        ({"backlog": {}}, ["program"]),
        ({"backlog": WAITING}, ["backlog", "dueItems"]),
        ({"backlog": None}, ["program", "backlog"]),
        ({"free_bytes": 1024}, ["disk"]),
        ({"is_writable": None}, ["database"]),
    ],
)
async def test_what_is_degraded_is_named_and_events_are_accepted(
    api: Api, changed: dict[str, Any], degraded: list[str]
):
    api.system_state = replace(api.system_state, **changed)

    answer = await api.get("/health/ready")

    assert (answer["ready"], answer["degraded"]) == (True, degraded)
    assert all(answer["checks"][name]["message"] for name in degraded)


@pytest.mark.parametrize("changed", [{"is_readable": False}, {"is_writable": False}])
async def test_events_cannot_be_accepted_without_a_database_that_can_be_written(api: Api, changed: dict[str, Any]):
    api.system_state = replace(api.system_state, **changed)

    answer = await api.http.get("/health/ready")

    assert (answer.status_code, answer.json()["ready"]) == (503, False)
    assert answer.json()["checks"]["database"]["status"] == "failing"


async def test_what_waits_is_counted_with_its_age(api: Api):
    received = datetime.now(UTC) - timedelta(minutes=10)
    api.system_state = replace(api.system_state, backlog={"DEFAULT": Backlog(events=Waiting(3, received))})

    answer = await api.get("/health/ready")
    waited = (datetime.now(UTC) - received).total_seconds()

    backlog = answer["checks"]["backlog"]
    assert backlog["events"] == 3
    assert 600 <= backlog["oldestSeconds"] <= waited


async def test_the_version_is_shown(api: Api):
    assert (await api.get("/api/"))["name"] == "Laurel"
    assert (await api.http.get("/api/healthcheck")).status_code == 204
