"""The history of a member: responses."""

from typing import Literal, NotRequired

from typing_extensions import TypedDict

from api.http.responses import Id, Instant, JsonObject, Listed, UnreadableItem
from loyalty.members.history import HistoryKind


class HistoryMessage(TypedDict):
    """A webhook about the entry, and whether it arrived."""

    deliveryId: Id
    eventName: str
    status: Literal["pending", "delivered", "failed", "skipped"]


class HistoryItem(TypedDict):
    """One entry. `flatVariables` are the facts, by `type`; `fired`: the reactors and achievements that fired.

    `createdBy` is the administrator who requested it.
    """

    id: Id
    customerId: Id
    type: str
    kind: HistoryKind
    createdAt: Instant
    flatVariables: JsonObject
    accountId: NotRequired[Id]
    customEventId: NotRequired[Id]
    status: NotRequired[Literal["received", "decided", "applied", "failed"]]
    error: NotRequired[str]
    fired: NotRequired[list[str]]
    messages: NotRequired[list[HistoryMessage]]
    createdBy: NotRequired[str]


class MemberHistory(Listed):
    """A page of the history: with `_scroll`, `scroll`; else `total`."""

    items: list[HistoryItem | UnreadableItem]
