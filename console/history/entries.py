"""Entries of a timeline on a page: a title, details, and links."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from console.pages.operations import operation_title
from console.pages.page import StorePage

_LINKS: Final[Mapping[str, tuple[str, str]]] = {
    "transactionId": ("transactions", "the sale or return"),
    "transaction": ("transactions", "the sale"),
    "transferId": ("points", "the movement"),
    "transfer": ("points", "the movement"),
    "relatedTransferId": ("points", "the movement it belongs to"),
    "cancelled": ("points", "what was cancelled"),
    "issued_reward": ("redemptions", "the issued reward"),
    "merge": ("merges", "the merge"),
    "referrer": ("members", "who brought them"),
    "sender": ("members", "the sender"),
    "receiver": ("members", "the receiver"),
}
"""The ids in an entry: the section whose page shows it, and the text of the link."""

_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")
_NOT_SHOWN: Final = frozenset(
    {
        *("accountId", "walletId", "newLevelId", "tierSetId", "lot", "merged", "code_id", "hold"),
        *("walletTypeCode", "walletUnitSingularName", "walletUnitPluralName"),
    }
)
"""Ids without a page, and names of a wallet beside the one that is shown."""

_HARMLESS: Final = frozenset(
    {
        *("points", "activePoints", "balance", "wallet", "walletTypeCode", "walletTypeName", "pending", "awarded"),
        *("documentType", "documentNumber", "grossValue", "eventType", "eventName", "eventDate"),
        *("newLevelName", "tierSetName", "manually", "tier", "tier_set", "from", "to", "up", "by_hand", "direction"),
        *("achievement", "badge", "reward", "times", "previous_times", "progress", "completed", "origin", "kind"),
        *("expires_at", "begins_at", "until", "outcome", "status", "entityType", "userType", "was_active"),
    }
)
"""Details without personal data; all others, such as comments and codes, are only for those who may see it."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry. `details` are pairs of name and value; `links` pairs of address and words."""

    at: str
    kind: str
    title: str
    by: str
    url: str
    status: str
    error: str
    details: Sequence[tuple[str, str]]
    links: Sequence[tuple[str, str]]
    fired: Sequence[str]
    messages: Sequence[Mapping[str, Any]]


def entry_of(page: StorePage, item: Mapping[str, Any]) -> Entry:
    """Return an entry as the API answers it, as a page shows it; personal texts only for those who may see them."""
    said = item["flatVariables"]
    event = item.get("customEventId")
    return Entry(
        at=item["createdAt"],
        kind=item["kind"],
        title=title_of(item),
        by=item.get("createdBy", ""),
        url=page.url("events", event) if event else "",
        status=item.get("status", ""),
        error=item.get("error", ""),
        details=[(_words(name), _shown(page, value)) for name, value in _details(page, said).items()],
        links=[
            (page.url(section, str(said[name])), words)
            for name, (section, words) in _LINKS.items()
            if said.get(name) and page.opens(section)
        ],
        fired=item.get("fired", ()),
        messages=item.get("messages", ()),
    )


def title_of(item: Mapping[str, Any]) -> str:
    """Return the title of an entry."""
    said, kind = item["flatVariables"], item["kind"]
    title = _TITLES.get(kind)
    return title(said, item["type"]) if title else _words(item["type"])


def _details(page: StorePage, said: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: ", ".join(map(str, value)) if isinstance(value, list) else value
        for name, value in said.items()
        if name not in _LINKS and name not in _NOT_SHOWN and value not in (None, "", [])
        if page.shows_personal_data or name in _HARMLESS
    }


def _shown(page: StorePage, value: Any) -> str:
    """Return a value as text; a moment by the clock of the store."""
    if isinstance(value, str) and _MOMENT.match(value):
        try:
            read = datetime.fromisoformat(value)
        except ValueError:
            return value
        return (read if read.tzinfo is None else read.astimezone(page.zone)).strftime("%Y-%m-%d %H:%M:%S")
    return str(value)


def _words(name: str) -> str:
    """Return a name in words: `PointsWereAdded` as `Points were added`, `gross_value` as `gross value`."""
    spaced = "".join(f" {each.lower()}" if each.isupper() else each for each in name).replace("_", " ").strip()
    return spaced.replace("customer", "member")


def _title_of_points(said: Mapping[str, Any], type_: str) -> str:
    """Return the title of a transfer, or of an event about points, which names its wallet differently."""
    amount = f": {said['points']} {said.get('walletTypeCode', said.get('wallet', ''))}" if "points" in said else ""
    return _words(type_).capitalize() + amount


_TITLES: Final[Mapping[str, Callable[[Mapping[str, Any], str], str]]] = {
    "event": lambda said, _: str(said["eventName"]),
    "points": _title_of_points,
    "transaction": lambda said, type_: (
        f"{'Return' if said.get('documentType') == 'return' else 'Sale'} {said['documentNumber']}"
        if "documentNumber" in said
        else _words(type_).capitalize()
    ),
    "change": lambda said, _: operation_title(said["eventType"]),
}
