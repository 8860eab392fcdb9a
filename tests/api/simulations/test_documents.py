"""Simulating sales and returns: what they would do is what they do, and nothing is written."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select, update

from activities.events import EventActivities
from database.tables import event
from tests.kit.api import Api, fault
from tests.kit.database import all_rows
from tests.kit.transactions import document, returned

PATH = "/api/DEFAULT/simulate"
POINTS = "reactor: sales\non: transaction\nthen: [{award_points: {points: {var: event.body.gross_value}}}]\n"
LINES = "achievement: lines\non: transaction\nmeasure: {sum: {var: event.body.gross_value}}\ngoal: 1000\n"
ORDER = "event: order\nbody: {type: object, required: [number], properties: {number: {type: string}}}\n"
REFUND = """\
event: refund
body: {type: object, required: [order], properties: {order: {type: string}}}
reverses: {event: order, where: {number: {var: event.body.order}}}
"""
ORDERS = "reactor: orders\non: order\nthen: [{award_points: {points: 100}}]\n"
FILES = {
    "reactors__sales": POINTS,
    "achievements__lines": LINES,
    "events__order": ORDER,
    "events__refund": REFUND,
    "reactors__orders": ORDERS,
}
ANNA = {"email": "anna@example.com"}
TRANSACTION = "/api/DEFAULT/transaction"


async def _applied(api: Api) -> None:
    """Run the events that were reported."""
    activities = EventActivities(api.database, api.programs)
    await activities.react_to_events(api.started, datetime.now(UTC))


async def _tried(api: Api, content: Any) -> Any:
    answer = await api.post(PATH, content)
    assert answer.status_code == 200, answer.text
    return answer.json()


def _points(said: Any) -> list[int]:
    return [said[when]["wallets"]["points"]["active"] for when in ("before", "after")]


async def test_a_sale_and_its_return_are_simulated_as_they_happen(api_anywhere: Api) -> None:
    api = api_anywhere
    await api.deploy(**FILES)
    await api.report()
    await _applied(api)

    sale = await _tried(api, document("S1", "beans", "cup", customer=ANNA))
    assert (sale["customerId"], _points(sale)) == (api.started[0].member, [0, 30])
    assert [each["type"] for each in sale["events"]] == ["transaction"]
    assert (await api.post(TRANSACTION, document("S1", "beans", "cup", customer=ANNA))).status_code == 200
    await _applied(api)
    before = await all_rows(api.database)

    back = await _tried(api, returned("R1", "S1", "cup"))
    assert [each["type"] for each in back["events"]] == ["transaction_returned"]
    assert _points(back) == [30, 20]
    assert back["after"]["achievements"]["lines"]["progress"] == 20
    more = await api.post(PATH, returned("R1", "S1", "cup", "cup"))
    assert [each["code"] for each in more.json()["errors"]] == ["moreThanSold"]
    again = await api.post(PATH, document("S1", "beans", customer=ANNA))
    assert fault(again, "transaction.header.documentNumber")["code"] == "documentNumberReused"
    assert await all_rows(api.database) == before


async def test_a_reversal_is_simulated_with_what_it_takes_back(api: Api) -> None:
    await api.deploy(**FILES)
    event = {"eventDate": "2026-05-01T09:00:00", "customerData": ANNA}
    await api.post("/api/DEFAULT/customEvent", {"event": event | {"type": "order", "body": {"number": "1"}}})
    await _applied(api)

    said = await _tried(api, {"event": event | {"type": "refund", "body": {"order": "1"}}})

    assert _points(said) == [100, 0]


async def test_an_ad_hoc_member_buys_and_returns_nothing(api: Api) -> None:
    await api.deploy(**FILES)

    bought = await _tried(api, {**document("S1", "cup"), "member": {"points": 5}})
    back = await api.post(PATH, {**returned("R1", "S1"), "member": {}})

    assert (bought["customerId"], _points(bought)) == (None, [5, 15])
    assert fault(back, "transaction.header.linkedDocumentNumber")["code"] == "saleMissing"


async def test_what_cannot_be_simulated_says_why(api: Api) -> None:
    event = {"type": "purchase", "eventDate": "2026-05-01T09:00:00", "body": {"total": 4}}

    nothing = await api.post(PATH, {"member": {}})
    both = await api.post(PATH, {**document("S1"), "event": event, "member": {}})
    nobody = await api.post(PATH, document("S1", customer=ANNA))
    unknown = await api.post(PATH, returned("R1", "S1"))
    worthless = await api.post(PATH, {**document("S1", {"sku": "a", "name": "a", "category": "c", "grossValue": -1})})

    assert fault(nothing, "event")["code"] == "missing"
    assert fault(both, "transaction")["code"] == "contradiction"
    assert fault(nobody, "transaction.customerData")["code"] == "unknownMember"
    assert fault(unknown, "transaction.header.linkedDocumentNumber")["code"] == "saleMissing"
    assert fault(worthless, "transaction.items.0.grossValue")["code"] == "invalidAmount"


async def test_a_sale_is_written_as_a_test_and_a_return_with_its_sale(api: Api) -> None:
    await api.deploy(**FILES)
    await api.report()
    sold = document("S-ANNA", "beans", "cup", customer=ANNA)
    simulated = await api.post(f"{PATH}/test", sold)
    assert (await api.post(TRANSACTION, sold)).status_code == 200
    assert (await api.post(TRANSACTION, returned("R1", "S-ANNA", "cup"))).status_code == 200
    await _applied(api)
    ids = select(event.c.type, event.c.id)
    events = dict(await api.write(lambda tx: [tuple(each) for each in tx.connection.execute(ids)]))

    written = await api.http.get(f"/api/DEFAULT/customEvent/{events['transaction']}/test")
    back = await api.http.get(f"/api/DEFAULT/customEvent/{events['transaction_returned']}/test")

    assert (simulated.status_code, written.status_code) == (400, 200), (simulated.text, written.text)
    text = written.json()["text"]
    assert "- {transaction: " in text
    assert "anna@" not in text
    assert "fired: {sales: 1}" in text
    assert "awarded: {points: 30}" in text
    assert written.json()["differences"] == []
    assert written.json()["path"].startswith("tests/transaction-")
    assert back.status_code == 200, back.text
    whole = back.json()
    assert whole["text"].startswith('test: "transaction_returned of ')
    sale, came_back = [line for line in whole["text"].splitlines() if line.startswith("  - {")]
    number = sale.partition("transaction: ")[2].partition(",")[0]
    returned_sku = came_back.partition("sku: ")[2].partition(",")[0]
    assert (f"of: {number}," in came_back, "at: " in came_back) == (True, True), whole["text"]
    assert sale.count(f"sku: {returned_sku},") == 1, whole["text"]
    assert "events: {transaction: 1, transaction_returned: 1}" in whole["text"]
    assert "progress: 20" in whole["text"]
    assert "anna@" not in whole["text"]
    assert whole["differences"] == []
    assert whole["path"].startswith("tests/transaction_returned-")


PARTLY = """\
event: refund
body:
  type: object
  required: [order, amount, note]
  properties: {order: {type: string, maxLength: 12}, amount: {type: number}, note: {type: string}}
reverses:
  event: order
  where: {number: {var: event.body.order}}
  share: {"/": [{var: event.body.amount}, {var: reversed.body.total}]}
"""
PRICED = ORDER.replace(
    "number: {type: string}", "number: {type: string}, total: {type: number, exclusiveMinimum: 0}"
).replace("[number]", "[number, total]")


async def _orders_of_anna(api: Api) -> dict[str, str]:
    """Report an order of Anna and a refund of a quarter of it; return the ids of the events by type."""
    reported = (
        ("order", {"number": "ANNA-7", "total": 80}),
        ("refund", {"order": "ANNA-7", "amount": 20, "note": "Anna is allergic"}),
    )
    for type_, body in reported:
        assert (await api.report(type=type_, body=body, customerData=ANNA)).status_code == 200
    await _applied(api)
    ids = select(event.c.type, event.c.id)
    return dict(await api.write(lambda tx: [tuple(each) for each in tx.connection.execute(ids)]))


async def test_an_event_that_reverses_another_is_written_as_a_test_with_it(api_anywhere: Api) -> None:
    api = api_anywhere
    await api.deploy(**FILES | {"events__order": PRICED, "events__refund": PARTLY})
    events = await _orders_of_anna(api)

    written = await api.http.get(f"/api/DEFAULT/customEvent/{events['refund']}/test")
    order = await api.http.get(f"/api/DEFAULT/customEvent/{events['order']}/test")

    assert written.status_code == 200, written.text
    text = written.json()["text"]
    assert text.startswith('test: "refund of ')
    first, second = [line for line in text.splitlines() if line.startswith("  - {")]
    number = first.partition("number: ")[2].partition(",")[0]
    assert first.startswith("  - {event: order, body: ")
    assert second.startswith("  - {event: refund, at: ")
    assert f"order: {number}, amount: 20" in second
    assert [each in text for each in ("ANNA", "allergic", "anna@")] == [False] * 3
    assert "points: {points: 75}" in text
    assert written.json()["differences"] == []
    assert written.json()["path"].startswith("tests/refund-")
    assert "refund" not in order.json()["text"]


async def test_a_simulated_event_that_reverses_another_is_no_test(api: Api) -> None:
    await api.deploy(**FILES | {"events__order": PRICED, "events__refund": PARTLY})
    await _orders_of_anna(api)
    again = {"order": "ANNA-7", "amount": 20, "note": "again"}
    refund = {"type": "refund", "eventDate": "2026-12-01T10:00:00", "body": again, "customerData": ANNA}

    written = await api.post(f"{PATH}/test", {"event": refund})

    assert written.json()["errors"][0]["code"] == "noTest"
    assert "make the test of the order, and add a step of refund to it" in written.json()["errors"][0]["message"]


async def test_what_reverses_an_event_that_is_not_kept_is_no_test(api: Api) -> None:
    await api.deploy(**FILES | {"events__order": PRICED, "events__refund": PARTLY})
    events = await _orders_of_anna(api)
    old = update(event).where(event.c.id == events["order"]).values(removed_at=datetime.now(UTC))
    await api.write(lambda tx: tx.connection.execute(old))

    refund = await api.http.get(f"/api/DEFAULT/customEvent/{events['refund']}/test")

    assert refund.json()["errors"][0]["code"] == "noTest"
    assert "it takes back what the order that it reverses gave, and body" in refund.json()["errors"][0]["message"]


async def test_what_no_replacement_fits_in_both_events_is_no_test(api: Api) -> None:
    their = PARTLY.replace("maxLength: 12", 'pattern: "^ANNA-[0-9]$"')
    await api.deploy(**FILES | {"events__order": PRICED, "events__refund": their})
    events = await _orders_of_anna(api)

    refund = await api.http.get(f"/api/DEFAULT/customEvent/{events['refund']}/test")

    assert refund.json()["errors"][0]["code"] == "noTest"
    assert "no replacement fits both" in refund.json()["errors"][0]["message"]


async def test_a_return_whose_sale_is_not_kept_is_no_test(api: Api) -> None:
    await api.deploy(**FILES)
    await api.report()
    assert (await api.post(TRANSACTION, document("S-ANNA", "beans", customer=ANNA))).status_code == 200
    assert (await api.post(TRANSACTION, returned("R1", "S-ANNA", "beans"))).status_code == 200
    await _applied(api)
    ids = select(event.c.type, event.c.id)
    events = dict(await api.write(lambda tx: [tuple(each) for each in tx.connection.execute(ids)]))
    old = update(event).where(event.c.id == events["transaction"]).values(removed_at=datetime.now(UTC))
    await api.write(lambda tx: tx.connection.execute(old))

    back = await api.http.get(f"/api/DEFAULT/customEvent/{events['transaction_returned']}/test")

    assert back.json()["errors"][0]["code"] == "noTest"
    assert "it takes back what its sale gave, and body and decision" in back.json()["errors"][0]["message"]
