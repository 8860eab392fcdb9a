"""The finders of the search: one for each kind of identifier."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

from api.events.routes import list_events
from api.http.errors import NotFound
from api.points.routes import list_transfers
from api.rewards.stock import show_coupon
from api.transactions.routes import list_transactions
from console.pages.member_search import members_named, name_of
from console.pages.page import StorePage
from loyalty.ids import is_id
from loyalty.rewards.stocking import MAX_CODE_LENGTH


@dataclass(frozen=True, slots=True)
class Hit:
    """Something that was found."""

    kind: str
    title: str
    url: str
    detail: str = ""


Finder: TypeAlias = Callable[[StorePage, str], Awaitable[list[Hit]]]

_MOST = "5"


async def _events(page: StorePage, text: str) -> list[Hit]:
    names = ("customEventId",) if is_id(text) else ("eventId",)
    return [_event(page, each) for name in names for each in await _items(page, list_events, {name: text})]


async def _members(page: StorePage, text: str) -> list[Hit]:
    """Return the members of an id, an e-mail address, a phone or a card number."""
    found = await members_named(page, text)
    return [Hit("member", name_of(page, each), page.url("members", each["customerId"])) for each in found]


async def _transactions(page: StorePage, text: str) -> list[Hit]:
    """Return the sale or return of an id or a document number."""
    if is_id(text):
        items = await _items(page, list_transactions, {"transactionId": text})
    else:
        items = await _items(page, list_transactions, {"header:documentNumber": text})
        items = [each for each in items if each["header"]["documentNumber"] == text] or items
    return [
        Hit(
            "return" if each["header"]["documentType"] == "return" else "sale",
            each["header"]["documentNumber"],
            page.url("transactions", each["transactionId"]),
            each["header"]["purchasedAt"],
        )
        for each in items
    ]


async def _transfers(page: StorePage, text: str) -> list[Hit]:
    """Return the movement of points of an id."""
    items = await _items(page, list_transfers, {"transferId": text}) if is_id(text) else []
    return [Hit("points", each["kind"], page.url("points", each["transferId"]), each["createdAt"]) for each in items]


async def _coupons(page: StorePage, text: str) -> list[Hit]:
    """Return the members who have a coupon code."""
    if not page.may(show_coupon) or len(text) > MAX_CODE_LENGTH:
        return []
    try:
        found = await page.call(show_coupon, code=text)
    except NotFound:
        return []
    holders = [each["customerId"] for each in found["holders"]]
    if not holders:
        return [Hit("code", text, page.url("rewards", found["name"]), "not issued yet")]
    return [Hit("code", text, page.url("members", each), f"a code of {found['name']}") for each in holders]


def _event(page: StorePage, each: dict[str, Any]) -> Hit:
    return Hit("event", each["eventName"], page.url("events", each["customEventId"]), each["status"])


async def _items(page: StorePage, endpoint: Any, query: dict[str, str]) -> list[dict[str, Any]]:
    if not page.may(endpoint):
        return []
    content = await page.call(endpoint, query={**query, "_itemsOnPage": _MOST, "_scroll": ""})  # counts nothing
    return [each for each in content["items"] if "unreadable" not in each]


FINDERS: tuple[Finder, ...] = (_events, _members, _transactions, _transfers, _coupons)


async def find(page: StorePage, text: str) -> list[Hit]:
    """Return everything that a text names, the most certain hits first."""
    return [hit for finder in FINDERS for hit in await finder(page, text)]
