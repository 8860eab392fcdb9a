"""Sales and returns for tests: of one shop whose lines have short names."""

from typing import Any

SKUS = {"beans": ("coffee", 20), "cup": ("dishes", 10), "filter": ("coffee", 5)}
"""The category of each line, and the value of one."""


def line(sku: str, quantity: int = 1, **more: Any) -> dict[str, Any]:
    """One line of a document, as the API takes it."""
    category, value = SKUS.get(sku, ("other", 1))
    return {"sku": sku, "name": sku, "category": category, "grossValue": value * quantity, "quantity": quantity} | more


def document(number: str, *items: Any, customer: Any = None, **header: Any) -> dict[str, Any]:
    """A body of `POST transaction`; `items` are lines, or the names of lines; `header` may have other fields."""
    lines = [line(each) if isinstance(each, str) else each for each in items or ("beans",)]
    purchased = {"documentNumber": number, "purchasedAt": "2026-05-01T12:00:00"}
    data = {} if customer is None else {"customerData": customer}
    return {"transaction": {"header": purchased | header, "items": lines} | data}


def returned(number: str, sale: str, *items: Any, **header: Any) -> dict[str, Any]:
    """A body of `POST transaction` with a return."""
    later = {"documentType": "return", "linkedDocumentNumber": sale, "purchasedAt": "2026-05-02T12:00:00"}
    return document(number, *items, **(later | header))
