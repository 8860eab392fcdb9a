"""Pages of sales and returns."""

from typing import Any

from tests.console.members.test_routes import register
from tests.kit.api import Api
from tests.kit.console import HOME, Visitor, hidden_of
from tests.kit.sent import answer_events

SALES = f"{HOME}/transactions"
PER_SALE = """\
reactor: sales
on: transaction
then: [{award_points: {points: {var: event.body.gross_value}, round: down}}]
"""


async def report(api: Api, number: str, customer: dict[str, str], **header: str) -> str:
    sale: dict[str, Any] = {
        "header": {"documentNumber": number, "purchasedAt": "2026-05-01T10:00:00", "documentType": "sell", **header},
        "items": [{"sku": "coffee-1", "name": "Coffee", "category": "coffee", "grossValue": 12.5, "quantity": 2}],
        "customerData": customer,
    }
    return str((await api.post("/api/DEFAULT/transaction", {"transaction": sale})).json()["transactionId"])


async def test_a_sale_without_a_member_is_found_and_assigned_by_hand(api: Api, visitor: Visitor) -> None:
    anna = await register(api)
    sale = await report(api, "R-1", {"name": "somebody"})
    await report(api, "R-2", {"email": "anna@example.com"})

    unmatched = await visitor.page(f"{SALES}?matched=false")
    found = await visitor.get(f"{HOME}/search", params={"q": " R-1 "})
    page = await visitor.get(f"{SALES}/{sale}")
    refused = await visitor.post(f"{SALES}/{sale}/assign", hidden_of(page))
    assigned = await visitor.post(f"{SALES}/{sale}/assign", hidden_of(page) | {"assign.customerId": anna})

    assert "1 in all" in unmatched
    assert found.headers["location"] == f"{SALES}/{sale}"
    assert "12.5" in page.text
    assert refused.status_code == 400
    assert assigned.status_code == 303
    assert "anna" in await visitor.page(f"{HOME}/members/{anna}")
    assert (await api.get(f"/api/DEFAULT/transaction/{sale}"))["customerId"] == anna


async def test_an_exchange_is_not_shown_as_a_return_of_the_sale_that_it_names(api: Api, visitor: Visitor) -> None:
    await register(api)
    sale = await report(api, "R-4", {"email": "anna@example.com"})
    exchange = await report(api, "R-5", {"email": "anna@example.com"}, linkedDocumentNumber="R-4")

    assert "R-5" not in await visitor.page(f"{SALES}/{sale}")
    assert "The sale that it names R-4" in await visitor.page(f"{SALES}/{exchange}")


async def test_a_return_by_hand_takes_back_what_the_sale_gave(api: Api, visitor: Visitor) -> None:
    await api.deploy(reactors__sales=PER_SALE)
    await register(api)
    sale = await report(api, "R-3", {"email": "anna@example.com"})
    await answer_events(api)
    line = "transaction.items.0"
    back = {
        "transaction.header.documentNumber": "R-3-B",
        "transaction.header.purchasedAt": "2026-05-02T10:00:00",
        f"{line}.highPrecisionQuantity": "1",
        f"{line}.grossValue": "6.25",
    }

    form = await visitor.get(f"{SALES}/{sale}/return")
    nothing = await visitor.post(f"{SALES}/{sale}/return", back | {f"{line}.highPrecisionQuantity": ""})
    too_much = await visitor.post(f"{SALES}/{sale}/return", back | {f"{line}.highPrecisionQuantity": "many"})
    reported = await visitor.post(f"{SALES}/{sale}/return", hidden_of(form) | back)
    await answer_events(api)
    shown = await visitor.page(f"{SALES}/{sale}")

    assert 'value="12.5"' in form.text
    assert [each.status_code for each in (nothing, too_much, reported)] == [400, 400, 303]
    assert 'id="f-transaction-items-0-highPrecisionQuantity-error"' in nothing.text
    assert 'id="f-transaction-items-0-highPrecisionQuantity-error"' in too_much.text
    assert "What came back of it" in shown
    assert "R-3-B : value 6.25, 6 points taken" in shown
    assert "What it took back return 6 points , 6 then" in await visitor.page(reported.headers["location"])


async def test_labels_of_a_sale_are_set_and_removed(api: Api, visitor: Visitor) -> None:
    sale = await report(api, "R-4", {"name": "somebody"})
    labels = f"{SALES}/{sale}/labels"

    empty = await visitor.post(labels, {"labels.0.key": "", "labels.0.value": "12"})
    made = await visitor.post(labels, {"labels.0.key": "table", "labels.0.value": "<b>12</b>"})
    shown = await visitor.page(f"{SALES}/{sale}")
    removed = await visitor.post(labels, {"_remove": "table"})

    assert [each.status_code for each in (empty, made, removed)] == [400, 303, 303]
    assert 'id="f-labels-0-key-error"' in empty.text
    assert "table <b>12</b> Remove" in shown
    assert (await api.get(f"/api/DEFAULT/transaction/{sale}"))["header"]["labels"] == []


async def test_an_unknown_sale_is_no_page(visitor: Visitor) -> None:
    assert (await visitor.get(f"{SALES}/nothing")).status_code == 404
