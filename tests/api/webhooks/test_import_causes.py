"""Messages for what imports do, and for what moves points without a rule: returns, purchases of rewards."""

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import update

from database.tables import event
from loyalty.references import EventRef
from loyalty.store.imports import ImportType
from tests.api.members.test_routes import register
from tests.kit.api import Api
from tests.kit.imports import Importing, store_file
from tests.kit.sent import sent, subscribe

SALES = "reactor: sales\non: transaction\nthen: [{award_points: {points: {var: event.body.gross_value}}}]\n"
COFFEE = "reward: coffee\ntitle: A coffee\nprice: 20\ncoupon: {value: 5, type: money}\n"
ITEM = {"sku": "1", "name": "Tea", "category": "drinks", "grossValue": 50}
MUG = {"sku": "2", "name": "Mug", "category": "goods", "grossValue": 70}


async def imported(api: Api, type_: ImportType, *lines: dict[str, Any]) -> Sequence[EventRef]:
    """Import lines as a worker does, all of which are done; no batch runs the events, which join those of the API."""
    importing = Importing(api.database)
    progress = await importing.read(
        await store_file(api.database, type_, "".join(json.dumps(line) + "\n" for line in lines))
    )
    assert (progress.status, progress.done) == ("done", len(lines))
    events = [each for batch in importing.batches for each in batch]
    await api.write(lambda tx: tx.connection.execute(update(event).values(owner=None)))
    api.started.extend(events)
    return events


def sale(number: str, **more: Any) -> dict[str, Any]:
    return {"documentNumber": number, "purchasedAt": "2026-01-05T10:00:00+01:00", "items": [ITEM]} | more


def value_of(data: dict[str, Any]) -> int:
    """The value of a sale, as the message of one that is assigned says it, or by its items."""
    value: int = data["grossValue"] if "grossValue" in data else sum(item["grossValue"] for item in data["items"])
    return value


async def test_registrations_by_import_are_sent(api_anywhere: Api):
    await api_anywhere.deploy()
    await subscribe(api_anywhere, ["CustomerRegistered"])

    await imported(api_anywhere, "member", {"email": "ann@example.com"}, {"phone": "+48500100200"})

    found = [(name, data["customerData"].get("email")) for name, data in await sent(api_anywhere)]
    assert len(found) == 2, "of two members, in any order"
    assert set(found) == {("CustomerRegistered", "ann@example.com"), ("CustomerRegistered", None)}


async def test_points_that_are_imported_are_sent(api_anywhere: Api):
    await api_anywhere.deploy()
    await register(api_anywhere)
    await subscribe(api_anywhere, ["AvailablePointsAmountChanged"])
    anna = {"email": "anna@example.com"}

    await imported(api_anywhere, "unitTransferAdding", {**anna, "points": 30})
    await imported(api_anywhere, "unitTransferSpending", {**anna, "points": 10})

    found = [(data["amountChangeType"], data["amountChange"]) for _, data in await sent(api_anywhere)]
    assert found == [("add", 30), ("subtract", 10)]


async def test_sales_that_are_imported_are_sent_and_again_when_they_get_their_member(api_anywhere: Api):
    api = api_anywhere
    await api.deploy(reactors__sales=SALES)
    await register(api)
    await subscribe(api, ["TransactionRegistered", "TransactionAssignedToCustomer"])

    await imported(api, "transaction", sale("A-1", email="anna@example.com"), sale("A-2", items=[MUG]))
    first = [(name, value_of(data)) for name, data in await sent(api)]
    await imported(api, "transactionMatch", {"documentNumber": "A-2", "email": "anna@example.com"})
    both = [(name, value_of(data)) for name, data in await sent(api)]

    assigned, registered = "TransactionAssignedToCustomer", "TransactionRegistered"
    assert sorted(first) == [(assigned, 50), (registered, 50), (registered, 70)]
    assert both[len(first) :] == [(assigned, 70)]


async def test_a_return_and_a_reward_that_is_bought_and_cancelled_change_the_points(api_anywhere: Api):
    api = api_anywhere
    await api.deploy(reactors__sales=SALES, rewards__coffee=COFFEE)
    anna = await register(api)
    await subscribe(api, ["AvailablePointsAmountChanged"])
    await imported(api, "transaction", sale("A-1", email="anna@example.com"))
    await sent(api)

    buy = {"customerId": anna, "quantity": 1}
    (issued,) = (await api.post("/api/DEFAULT/reward/coffee/buy", buy)).json()
    cancelled = await api.post(f"/api/DEFAULT/redemption/{issued['issuedRewardId']}/cancel", None)
    await sent(api)
    await imported(api, "transaction", sale("R-1", documentType="return", linkedDocumentNumber="A-1"))

    assert cancelled.status_code == 204
    changes = [(data["amountChangeType"], data["amountChange"]) for _, data in await sent(api)]
    assert changes == [("add", 50), ("subtract", 20), ("add", 20), ("subtract", 50)]
