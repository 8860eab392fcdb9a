"""The form of a return by hand: which lines of a sale are returned, how much of each, and for how much."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from api.http.error_handlers import faults_of
from api.http.errors import BadInput
from console.pages.forms import Field, Form

_HEADER, _ITEMS = "transaction.header", "transaction.items"
_STAYS = "Empty: it did not come back."


def return_form(sale: Mapping[str, Any], *, now: str) -> Form:
    """Return the form of a return of a whole sale; `now`: local time without its zone."""
    lines = [field for number, item in enumerate(sale["items"]) for field in _line(number, item)]
    return Form(
        [
            Field(f"{_HEADER}.documentNumber", "Number of the return", required=True),
            Field(f"{_HEADER}.purchasedAt", "When", "moment", required=True, value=now),
            *lines,
        ]
    )


def return_body(form: Form, sale: Mapping[str, Any]) -> dict[str, Any]:
    """Return the API body that the form sends; a line without a quantity is not returned. Raise BadInput if none is."""
    kept = _kept(form, sale)
    if not kept:
        raise BadInput.at(f"{_ITEMS}.0.highPrecisionQuantity", "say how much of a line came back", "missing")
    sent = form.body()["transaction"]
    header = {**sent.get("header", {}), "documentType": "return"}
    header["linkedDocumentNumber"] = sale["header"]["documentNumber"]
    items = [_item(form, number, sale["items"][number]) for number in kept]
    customer = {"customerData": {"customerId": sale["customerId"]}} if "customerId" in sale else {}
    return {"transaction": {"header": header, "items": items, **customer}}


def at_its_lines(error: Exception, form: Form, sale: Mapping[str, Any]) -> BadInput:
    """Return a refusal, with the numbers of lines in the form."""
    kept = _kept(form, sale)

    def placed(path: str) -> str:
        steps = path.removeprefix(f"{_ITEMS}.").split(".")
        known = path.startswith(f"{_ITEMS}.") and steps[0].isdecimal() and int(steps[0]) < len(kept)
        return ".".join([_ITEMS, str(kept[int(steps[0])]), *steps[1:]]) if known else path

    return BadInput.of([replace(each, path=placed(each.path)) for each in faults_of(error)])


def _line(number: int, item: Mapping[str, Any]) -> tuple[Field, Field]:
    name = f"{item['name'][:60]} ({item['sku'][:40]})"
    line, quantity, value = f"{_ITEMS}.{number}", item["highPrecisionQuantity"], item["grossValue"]
    return (
        Field(f"{line}.highPrecisionQuantity", f"{name}: quantity", "number", value=str(quantity), hint=_STAYS),
        Field(f"{line}.grossValue", f"{name}: value", "number", value=str(value)),
    )


def _kept(form: Form, sale: Mapping[str, Any]) -> list[int]:
    return [number for number in range(len(sale["items"])) if form[f"{_ITEMS}.{number}.highPrecisionQuantity"].value]


def _item(form: Form, number: int, sold: Mapping[str, Any]) -> dict[str, Any]:
    quantity, value = form[f"{_ITEMS}.{number}.highPrecisionQuantity"], form[f"{_ITEMS}.{number}.grossValue"]
    return {
        "sku": sold["sku"],
        "name": sold["name"],
        "category": sold["category"],
        "highPrecisionQuantity": quantity.content(quantity.value),
        "grossValue": value.content(value.value),
        **({"maker": sold["maker"]} if "maker" in sold else {}),
        "labels": sold["labels"],
    }
