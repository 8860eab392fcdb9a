"""Stores as answers show them."""

from typing_extensions import TypedDict

from api.http.responses import Total


class Store(TypedDict):
    """A store, the title of its program, and the revision in force."""

    code: str
    name: str
    active: bool
    revision: int


class Stores(TypedDict):
    """All stores."""

    items: list[Store]
    total: Total
