"""What is stuck: responses."""

from typing import Literal

from typing_extensions import TypedDict

from api.http.responses import Id, Instant, Total

ITEM = {
    "kind": "event",
    "state": "failed",
    "id": "0190f2a0-1b7c-7cc0-8a51-3f6a2a4c9d10",
    "name": "purchase",
    "customerId": "0190f2a0-1a02-7b1e-9c44-5d2f0c6e7b21",
    "customEventId": None,
    "since": "2026-11-29T09:00:01.112+01:00",
    "ageSeconds": 3600,
    "reason": "KeyError was raised; the worker's log says where",
    "retry": "/api/DEFAULT/customEvent/0190f2a0-1b7c-7cc0-8a51-3f6a2a4c9d10/retry",
}


class StuckItem(TypedDict):
    """Something that is stuck.

    `state` is `failed` (set aside or given up), `skipped` (a delivery whose subscription was disabled or removed) or
    `overdue` (it should have continued by now). `id` of a due item is `SUBJECT/KIND`. `name` is the type of the event,
    the kind of the due item, the name of the message, the store's code, or the type of the file. `customEventId` is the
    event of a delivery. A POST to `retry` retries it; null: it continues by itself once its reason is gone.
    """

    kind: Literal["event", "dueItem", "delivery", "clock", "import", "export"]
    state: Literal["failed", "skipped", "overdue"]
    id: str
    name: str
    customerId: Id | None
    customEventId: Id | None
    since: Instant
    ageSeconds: int
    reason: str
    retry: str | None


class StuckItems(TypedDict):
    """A page of what is stuck."""

    items: list[StuckItem]
    total: Total
