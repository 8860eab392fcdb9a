"""One row that cannot be read breaks no list: it has its id and the reason, and the others are shown as ever."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import text

from activities.events import EventActivities
from api.http.paging import page_of_records
from database.pages import PageResult
from loyalty.store.due_items import StoredDueItem
from tests.kit.api import Api

DAMAGED = '{"a": ' + "9" * 401 + "}"
REASON = f"a number has more than 400 digits: {'9' * 20}..."
HOOK = {"eventName": "CustomerRegistered", "url": "http://127.0.0.1:8080/hook"}


async def fill(api: Api) -> None:
    """Two members, each with an event that is applied, and two subscriptions."""
    for name in ("anna", "bert"):
        await api.report(customerData={"email": f"{name}@example.com"})
        subscribed = await api.post("/api/DEFAULT/webhook/subscription", {"webhookSubscription": HOOK})
        assert subscribed.status_code == 200, subscribed.text
    await EventActivities(api.database, api.programs).react_to_events(api.started, datetime.now(UTC))
    api.started.clear()


async def damage(api: Api, table: str, column: str, value: str = DAMAGED) -> str:
    """Make the newest row of a table one that cannot be read; its id."""
    kind = " WHERE type = 'app_login'" if table == "event" else ""
    last = f"SELECT max(id) FROM {table}{kind}"
    change = text(f"UPDATE {table} SET {column} = :value WHERE id = :id")

    def run(tx: Any) -> str:
        id_ = str(tx.connection.execute(text(last)).scalar_one())
        tx.connection.execute(change, {"value": value, "id": id_})
        return id_

    return str(await api.write(run))


@pytest.mark.parametrize(
    ("table", "column", "path"),
    [
        ("event", "body", "customEvent"),
        ("event", "customer_data", "customEvent"),
        ("event", "decision", "customEvent"),
        ("member", "profile", "member"),
        ("member", "attributes", "member"),
        ("subscription", "headers", "webhook/subscription"),
    ],
)
async def test_a_list_shows_a_row_that_cannot_be_read_with_its_id_and_the_reason(
    api_anywhere: Api, table: str, column: str, path: str
):
    api = api_anywhere
    await fill(api)
    before = (await api.get(f"/api/DEFAULT/{path}"))["items"]

    damaged = await damage(api, table, column)
    after = await api.get(f"/api/DEFAULT/{path}")

    assert after["items"] == [{"id": damaged, "unreadable": REASON}, *before[1:]]
    assert after["total"]["all"] == 2


@pytest.mark.parametrize("column", ["body", "customer_data", "decision"])
async def test_an_event_that_cannot_be_read_is_shown_as_far_as_it_can(api_anywhere: Api, column: str):
    api = api_anywhere
    await fill(api)
    damaged = await damage(api, "event", column)

    shown = await api.get(f"/api/DEFAULT/customEvent/{damaged}")

    assert (shown["customEventId"], shown["status"], shown["unreadable"]) == (damaged, "applied", REASON)


async def test_a_member_who_cannot_be_read_is_no_fault_of_the_client(api_anywhere: Api):
    api = api_anywhere
    await fill(api)
    damaged = await damage(api, "member", "attributes")

    answer = await api.http.get(f"/api/DEFAULT/member/{damaged}")

    assert answer.status_code == 500
    assert "it is in the log under this id" in answer.json()["message"]


async def test_a_subscription_that_cannot_be_read_holds_up_no_event(api_anywhere: Api):
    api = api_anywhere
    await fill(api)
    await damage(api, "subscription", "headers")

    await api.report(customerData={"email": "carl@example.com"})
    await EventActivities(api.database, api.programs).react_to_events(api.started, datetime.now(UTC))

    statuses = [each["status"] for each in (await api.get("/api/DEFAULT/customEvent"))["items"]]
    assert statuses == ["applied"] * 3


def test_a_record_whose_view_fails_is_shown_with_the_reason():
    now = datetime.now(UTC)
    items = [StoredDueItem(f"lot-{number}", "expire", now, "member", None, None) for number in range(3)]

    def view(item: StoredDueItem) -> str:
        if item.subject == "lot-1":
            raise KeyError("points")
        return item.subject

    shown = page_of_records(PageResult(items, 3, 3), view, lambda each: f"{each.subject}/{each.kind}")

    assert shown["items"] == ["lot-0", {"id": "lot-1/expire", "unreadable": "KeyError: 'points'"}, "lot-2"]
