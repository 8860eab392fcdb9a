"""Search: answers."""

from typing_extensions import TypedDict

from api.http.responses import Id
from database.search import FoundKind


class FoundItem(TypedDict):
    """A thing that was found: what it is, its id, what people know it by, and whose it is."""

    kind: FoundKind
    id: Id
    label: str
    customerId: str | None


class SearchResult(TypedDict):
    """Everything that was found, at most a few of each kind."""

    items: list[FoundItem]
