"""Pages of sales and returns."""

from typing import Any

from tests.console.members.test_routes import register
from tests.kit.api import Api
from tests.kit.console import HOME, Visitor, hidden_of

SALES = f"{HOME}/transactions"


async def report(api: Api, number: str, customer: dict[str, str]) -> str:
    sale: dict[str, Any] = {
        "header": {"documentNumber": number, "purchasedAt": "2026-05-01T10:00:00", "documentType": "sell"},
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


async def test_an_unknown_sale_is_no_page(visitor: Visitor) -> None:
    assert (await visitor.get(f"{SALES}/nothing")).status_code == 404
