"""Where a text is looked up: each finder by one way of naming something."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeAlias
from urllib.parse import urlencode

from api.events.routes import list_events
from console.pages.page import StorePage
from loyalty.ids import is_id


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


async def _events_of_member(page: StorePage, text: str) -> list[Hit]:
    """The events of a member, by whatever names one."""
    if is_id(text):
        query = {"customerId": text}
    elif "@" in text:
        query = {"customerData:email": text}
    else:
        found = [
            await _items(page, list_events, {f"customerData:{name}": text}) for name in ("phone", "loyaltyCardNumber")
        ]
        name = "phone" if found[0] else "loyaltyCardNumber"
        query = {f"customerData:{name}": text}
    items = await _items(page, list_events, query)
    url = f"{page.url('events')}?{urlencode(query)}"
    return [Hit("member", text, url, "the events of this member")] if items else []


def _event(page: StorePage, each: dict[str, Any]) -> Hit:
    return Hit("event", each["eventName"], page.url("events", each["customEventId"]), each["status"])


async def _items(page: StorePage, endpoint: Any, query: dict[str, str]) -> list[dict[str, Any]]:
    if not page.may(endpoint):
        return []
    content = await page.call(endpoint, query={**query, "_itemsOnPage": _MOST})
    return [each for each in content["items"] if "unreadable" not in each]


FINDERS: tuple[Finder, ...] = (_events, _events_of_member)
"""A page of members, or of sales, adds its own."""


async def find(page: StorePage, text: str) -> list[Hit]:
    """Everything that a text names, the surest first."""
    return [hit for finder in FINDERS for hit in await finder(page, text)]
