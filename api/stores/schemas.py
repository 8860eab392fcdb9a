"""Stores: request bodies and responses."""

from pydantic import Field
from typing_extensions import TypedDict

from api.http.requests import RequestModel
from api.http.responses import Id, Instant, Total


class PutStoreFields(RequestModel):
    """The changes of a store. Laurel stores the currency, and counts in points."""

    name: str = Field(min_length=1, max_length=255)
    currency: str | None = Field(default=None, min_length=3, max_length=3, pattern="^[A-Z]{3}$")
    active: bool = True


class NewStore(PutStoreFields):
    """A store to create."""

    code: str = Field(min_length=1, max_length=100)


class PostStore(RequestModel):
    """A store to create."""

    store: NewStore


class PutStore(RequestModel):
    """The changes of a store."""

    store: PutStoreFields


class StoreId(TypedDict):
    """The id of a store."""

    storeId: Id


class Store(TypedDict):
    """A store, the title of its program, and the revision in force.

    `currency` null: none is set. `createdAt` null: it cannot be read.
    """

    storeId: Id
    code: str
    currency: str | None
    name: str
    active: bool
    revision: int
    createdAt: Instant | None


class Stores(TypedDict):
    """A page of stores."""

    items: list[Store]
    total: Total
