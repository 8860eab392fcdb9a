"""Due items: responses."""

from typing import Literal

from typing_extensions import TypedDict

from api.http.responses import Id, Instant, Total, UnreadableItem

ITEM = {
    "subject": "0190f2a0-1b7c-7cc0-8a51-3f6a2a4c9d10",
    "subjectType": "lot",
    "kind": "expire",
    "customerId": "0190f2a0-1a02-7b1e-9c44-5d2f0c6e7b21",
    "dueAt": "2026-11-29T09:00:00.000+01:00",
    "failed": True,
    "failedAt": "2026-11-29T09:00:01.112+01:00",
    "error": "KeyError: 'points'",
}


class DueItemView(TypedDict):
    """An item that is due: `failed` says whether it is set aside, with the reason in `error`, until it is retried.

    `subject` is the id of a lot of points, a hold, an issued reward or a member; `subjectType` is null for a kind that
    a newer version of Laurel stored.
    """

    subject: str
    subjectType: Literal["lot", "hold", "issuedReward", "member", "transaction"] | None
    kind: str
    customerId: Id | None
    dueAt: Instant
    failed: bool
    failedAt: Instant | None
    error: str | None


class DueItems(TypedDict):
    """A page of due items."""

    items: list[DueItemView | UnreadableItem]
    total: Total
