"""`Prefer: wait` on a report: the answer comes when the event is applied, with its outcome."""

import asyncio
import time
from datetime import UTC, datetime
from typing import Any

import httpx2
import pytest
from temporalio.client import Client

from api.http import preferences
from api.http.preferences import MAX_WAIT
from api.state import event_waiter
from database import Database
from loyalty.decisions.decision import Decision, RuleOutcome
from loyalty.ids import caused_id, new_id
from loyalty.store.events import NewEvent
from loyalty.store.members import Balance
from loyalty.store.points import NewTransfer
from tests.kit.amounts import points
from tests.kit.api import Api
from tests.kit.api import running as running_api
from tests.kit.programs import files
from tests.kit.running import running as running_worker
from workflows.starter import start_event

PATH = "/api/DEFAULT/customEvent"
NOW = datetime(2026, 1, 1, tzinfo=UTC)
DECISION = Decision((RuleOutcome("reactor/welcome", "fired", "it has no condition", place="reactors/x.yaml:1:1"),))


def report(api: Api, wait: str | None, **changed: Any) -> Any:
    event = {"type": "app_login", "eventDate": "2024-05-01", "customerData": {"email": "anna@example.com"}} | changed
    return api.post(PATH, {"event": event}, headers={} if wait is None else {"Prefer": wait})


async def applied(api: Api, event_id: str) -> None:
    """Apply an event as its workflow would: 10 points, of them 3 taken, an achievement, a badge, a coupon."""

    def apply(tx: Any) -> None:
        event = tx.events.get(event_id)
        _post(tx, event, "award", 10)
        _post(tx, event, "deduct", 3)
        completed = _cause(tx, event, "achievement_completed", {"achievement": "seven-days", "times": 1})
        _cause(tx, completed, "badge_granted", {"badge": "early-bird"}, depth=2)
        issued = {"reward": "coffee", "issued_reward": event_id, "coupon": "ABC123"}
        _cause(tx, event, "reward_issued", issued)
        _post(tx, completed, "award", 100)
        tx.events.set_decided(event_id, DECISION, now=NOW)
        tx.events.set_applied(event_id, now=NOW)

    await api.write(apply)


def _post(tx: Any, event: Any, kind: Any, amount: int) -> None:
    moved = points(amount)
    more = Balance(active=moved, earned=moved)
    change = more if kind == "award" else Balance(active=points(-amount), spent=moved)
    new = NewTransfer(new_id(), event.member, "points", kind, moved, change, event.id, "reactor/welcome")
    tx.ledger.post(new, now=NOW)


def _cause(tx: Any, parent: Any, type_: str, body: dict[str, Any], depth: int = 1) -> Any:
    new = NewEvent(
        id=caused_id(parent.id, type_),
        type=type_,
        member=parent.member,
        time=NOW,
        body=body,
        revision=1,
        parent=parent.id,
        depth=depth,
    )
    tx.events.add(new, now=NOW)
    return tx.events.get(new.id)


async def settle_next(api: Api, settle: Any = applied) -> None:
    """Settle the next event that is reported."""
    while not (logins := [event for event in api.started if event.type == "app_login"]):
        await asyncio.sleep(0.01)
    await settle(api, logins[-1].id)


async def report_and_settle(api: Api, wait: str, settle: Any = applied) -> httpx2.Response:
    answer, _ = await asyncio.gather(report(api, wait), settle_next(api, settle))
    assert answer.status_code == 200, answer.text
    return answer


async def test_an_answer_that_waits_has_the_outcome(api_anywhere: Api):
    answer = await report_and_settle(api_anywhere, "wait=10")

    assert answer.headers["Preference-Applied"] == "wait=10"
    assert answer.json() == {
        "customEventId": api_anywhere.started[-1].id,
        "outcome": {
            "status": "applied",
            "decision": [{"source": "reactor/welcome", "verdict": "fired", "because": "it has no condition"}],
            "wallets": {"points": {"given": 110, "taken": 3, "balance": 107, "pending": 0}},
            "achievements": [{"achievement": "seven-days", "times": 1}],
            "badges": [{"badge": "early-bird"}],
            "rewards": [{"reward": "coffee", "issued_reward": api_anywhere.started[-1].id, "coupon": "ABC123"}],
        },
    }


async def test_an_event_that_failed_is_answered_with_the_reason(api_anywhere: Api):
    async def fail(api: Api, event_id: str) -> None:
        await api.write(lambda tx: tx.events.set_failed(event_id, "division by zero", now=NOW))

    outcome = (await report_and_settle(api_anywhere, "wait=10", fail)).json()["outcome"]

    assert (outcome["status"], outcome["error"], outcome["decision"]) == ("failed", "division by zero", [])


async def test_after_the_time_the_answer_is_as_without_the_preference(api_anywhere: Api):
    began = time.monotonic()

    answer = await report(api_anywhere, "wait=1")

    assert time.monotonic() - began > 0.9
    assert answer.json() == {"customEventId": api_anywhere.started[-1].id}
    assert answer.headers["Preference-Applied"] == "wait=1"


@pytest.mark.parametrize("prefer", [None, "wait=0", "wait", "wait=-1", "wait=soon", "respond-async", "", "await=5"])
async def test_without_a_time_to_wait_nothing_changes(api: Api, prefer: str | None):
    answer = await report(api, prefer)

    assert list(answer.json()) == ["customEventId"]
    assert "Preference-Applied" not in answer.headers


@pytest.mark.parametrize(
    ("prefer", "applied_preference"),
    [
        ("wait=99999", f"wait={MAX_WAIT}"),
        ('respond-async, WAIT = "7" ; x=1, wait=3', "wait=7"),
        ("return=minimal,wait=3", "wait=3"),
    ],
)
async def test_a_preference_is_bounded_and_may_stand_among_others(api: Api, prefer: str, applied_preference: str):
    answer = await report_and_settle(api, prefer)

    assert answer.headers["Preference-Applied"] == applied_preference


async def test_a_repeated_report_waits_for_the_outcome_of_the_first(api_anywhere: Api):
    first = await report(api_anywhere, None, eventId="login-1")
    await applied(api_anywhere, first.json()["customEventId"])

    again = await report(api_anywhere, "wait=5", eventId="login-1")

    assert again.json()["customEventId"] == first.json()["customEventId"]
    assert again.json()["outcome"]["status"] == "applied"


async def test_the_answer_kept_for_a_key_has_no_outcome_and_each_request_waits_for_itself(api_anywhere: Api):
    event = {"type": "app_login", "eventDate": "2024-05-01", "customerData": {"email": "anna@example.com"}}
    key = {"Idempotency-Key": "till-7-4711"}
    first = await api_anywhere.post(PATH, {"event": event}, headers=key)
    await applied(api_anywhere, first.json()["customEventId"])

    again = await api_anywhere.post(PATH, {"event": event}, headers=key | {"Prefer": "wait=5"})
    without = await api_anywhere.post(PATH, {"event": event}, headers=key)

    assert again.json()["outcome"]["wallets"]["points"]["given"] == 110
    assert without.json() == first.json()


async def test_many_waiting_clients_hold_no_connection_to_the_database(api_anywhere: Api):
    members = [{"email": f"{number % 10}@example.com"} for number in range(60)]
    waiting = [asyncio.create_task(report(api_anywhere, "wait=30", customerData=member)) for member in members]
    while len([event for event in api_anywhere.started if event.type == "app_login"]) < 60:
        await asyncio.sleep(0.01)

    for _ in range(5):
        await report(api_anywhere, None)

    assert not any(task.done() for task in waiting)
    for event in [event for event in api_anywhere.started if event.type == "app_login"][:60]:
        await applied(api_anywhere, event.id)
    answers = await asyncio.gather(*waiting)
    assert {answer.json()["outcome"]["status"] for answer in answers} == {"applied"}


async def test_more_clients_than_can_wait_are_answered_at_once(api: Api, monkeypatch):
    monkeypatch.setattr(event_waiter, "MAX_WAITING", 2)
    monkeypatch.setattr(preferences, "MAX_WAIT", 600)
    waiting = [asyncio.create_task(report(api, "wait=600")) for _ in range(2)]
    while not api.app.state.laurel.event_waiter.is_full:
        await asyncio.sleep(0.01)

    one_more = await asyncio.wait_for(report(api, "wait=600"), 60)

    assert list(one_more.json()) == ["customEventId"]
    assert "Preference-Applied" not in one_more.headers
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)


async def test_a_worker_in_the_same_process_wakes_who_waits_at_once(api: Api, monkeypatch):
    monkeypatch.setattr(event_waiter, "FIRST_PAUSE", 600)  # no look at the database
    monkeypatch.setattr(preferences, "MAX_WAIT", 600)

    async def settle(api: Api, event_id: str) -> None:
        await applied(api, event_id)
        while not api.app.state.laurel.event_waiter._waiting:
            await asyncio.sleep(0.01)
        api.queue.settle(api.started[-1].member, event_id)

    answer = await asyncio.wait_for(report_and_settle(api, "wait=600", settle), 60)

    assert answer.json()["outcome"]["status"] == "applied"


async def test_a_till_gets_its_receipt_from_a_running_worker(sqlite_database: Database, temporal: Client):
    coffee = "reward: free-coffee\ntitle: A free coffee\ncoupon: {value: 10, type: money, valid: 30d}\n"
    effects = "[{award_points: {points: 12}}, {issue_reward: free-coffee}]"
    reactor = f"reactor: points-for-purchase\non: purchase\nthen: {effects}\n"
    program = files(**{"rewards__free-coffee": coffee, "reactors__points-for-purchase": reactor})
    async with running_worker(sqlite_database, temporal, program) as laurel, running_api(sqlite_database) as api:
        api.start = lambda event: start_event(temporal, event)
        event = {"type": "purchase", "eventDate": "2024-05-01", "body": {"total": 12}}
        content = {"event": event | {"customerData": {"email": "anna@example.com"}}}

        answer = await api.post(f"/api/{laurel.store}/customEvent", content, headers={"Prefer": "wait=30"})

    outcome = answer.json()["outcome"]
    assert outcome["status"] == "applied"
    assert outcome["wallets"]["points"] == {"given": 12, "taken": 0, "balance": 12, "pending": 0}
    (issued,) = outcome["rewards"]
    assert (issued["reward"], len(issued["coupon"])) == ("free-coffee", 10)
    assert "fired" in {each["verdict"] for each in outcome["decision"]}
