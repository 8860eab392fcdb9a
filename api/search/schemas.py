"""Search: responses."""

from typing_extensions import TypedDict

from api.http.responses import Id
from database.search import FoundKind


class FoundItem(TypedDict):
    """A found thing: its kind, its id, its name for people, and its owner."""

    kind: FoundKind
    id: Id
    label: str
    customerId: str | None


class SearchResult(TypedDict):
    """Everything that was found, at most a few of each kind."""

    items: list[FoundItem]
