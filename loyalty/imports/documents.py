"""Read transactions from the lines of a file."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from loyalty.calendar import read_date
from loyalty.imports.columns import MAX_PAIRS, MAX_TEXT, LineFault, is_label
from loyalty.members.identity import identity_of
from loyalty.program.event_types import EventType
from loyalty.program.program import Program
from loyalty.refusals import InvalidMemberId
from loyalty.store.transactions import DocumentType
from loyalty.transactions.documents import Document, Item, declared_labels, faults_of

_CUSTOMER = ("customerId", "email", "phone", "loyaltyCardNumber", "name", "nip", "address")
_ADDRESS = ("street", "address1", "address2", "postal", "city", "province", "country")
_ITEM_FIELDS = ("sku", "name", "category", "grossValue", "maker", "quantity", "highPrecisionQuantity", "labels")
_TYPES: Mapping[str, DocumentType] = {"sell": "sell", "return": "return"}


def document_of(values: Mapping[str, Any], program: Program) -> Document:
    """Return the document of a line; raise LineFault for the first fault."""
    event_type = program.event_types["transaction"]
    type_ = _TYPES.get(values.get("documentType", "sell"))
    if type_ is None:
        raise LineFault("invalid", "documentType", "this is sell or return")
    customer = {name: values[name] for name in _CUSTOMER if name in values}
    _check_address(customer.get("address", {}))
    try:
        identity = identity_of(customer)
        purchased_at = read_date(values["purchasedAt"], program.zone)
    except InvalidMemberId as refusal:
        raise LineFault("invalidId", "customerId", str(refusal)) from None
    except ValueError as error:
        raise LineFault("invalidDate", "purchasedAt", str(error)) from None
    document = Document(
        number=values["documentNumber"],
        purchased_at=purchased_at,
        items=tuple(_item(each, number, event_type) for number, each in enumerate(values["items"])),
        type=type_,
        linked_number=values.get("linkedDocumentNumber"),
        purchase_place=values.get("purchasePlace"),
        channel=values.get("channelId"),
        labels=_labels(values.get("labels", ()), "labels", event_type, "labels"),
        customer_data=customer,
        identity=identity,
    )
    for fault in faults_of(document, event_type):
        path = ".".join(map(str, fault.path))[:MAX_TEXT]
        raise LineFault(fault.code, path, fault.message)
    return document


def labels_as_sent(labels: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return stored labels as a request and a line have them."""
    return [{"key": key, "value": value} for key, value in labels.items()]


def items_as_sent(items: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return stored items as a request and a line have them."""
    return [
        {
            "sku": item["sku"],
            "name": item["name"],
            "category": item["category"],
            "grossValue": item["gross_value"],
            "quantity": item["quantity"],
            **({} if item["maker"] is None else {"maker": item["maker"]}),
            "labels": labels_as_sent(item["labels"]),
        }
        for item in items
    ]


def _item(given: Any, number: int, event_type: EventType) -> Item:
    path = f"items.{number}"
    if not isinstance(given, dict):
        raise LineFault("invalid", path, "an item is an object with sku, name, category and grossValue")
    for name in given:
        if name not in _ITEM_FIELDS:
            raise LineFault(
                "unknownColumn", path, f"{name[:80]!r} is not a field of an item: {', '.join(_ITEM_FIELDS)}"
            )
    quantity = given.get("highPrecisionQuantity", given.get("quantity"))
    return Item(
        sku=_text(given.get("sku"), f"{path}.sku"),
        name=_text(given.get("name"), f"{path}.name"),
        category=_text(given.get("category"), f"{path}.category"),
        gross=_number(given.get("grossValue"), f"{path}.grossValue"),
        quantity=1 if quantity is None else _number(quantity, f"{path}.quantity"),
        maker=None if given.get("maker") is None else _text(given["maker"], f"{path}.maker"),
        labels=_labels(given.get("labels") or (), f"{path}.labels", event_type, "items", "labels"),
    )


def _text(value: Any, path: str) -> str:
    if not isinstance(value, str) or not 1 <= len(value) <= MAX_TEXT:
        raise LineFault(
            "missing" if value is None else "invalid", path, f"this is a text of 1 to {MAX_TEXT} characters"
        )
    return value


def _number(value: Any, path: str) -> Decimal | int:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise LineFault("missing" if value is None else "invalid", path, "this is a number, without quotes")
    return value


def _labels(given: Any, path: str, event_type: EventType, *where: str) -> dict[str, Any]:
    if not isinstance(given, Sequence) or len(given) > MAX_PAIRS or not all(map(is_label, given)):
        raise LineFault("invalid", path, 'labels are a list of {"key": "...", "value": ...}')
    labels = {each["key"]: each["value"] for each in given}
    if len(labels) < len(given):
        raise LineFault("repeatedKey", path, "a key is given twice: there is one value of each")
    return declared_labels(labels, event_type, *where)


def _check_address(address: Mapping[str, Any]) -> None:
    for name, value in address.items():
        if name not in _ADDRESS or not isinstance(value, str) or len(value) > MAX_TEXT:
            raise LineFault("invalid", "address", f"an address has texts: {', '.join(_ADDRESS)}")
