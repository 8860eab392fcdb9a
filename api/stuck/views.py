"""What is stuck, as responses show it."""

from collections.abc import Mapping
from datetime import datetime, tzinfo
from typing import Literal, TypeAlias
from urllib.parse import quote

from api.http.responses import format_instant
from api.stuck.schemas import StuckItem
from loyalty.store.stuck import StuckKind, StuckThing

KindName: TypeAlias = Literal["event", "dueItem", "delivery", "clock", "import", "export"]

KIND_NAMES: Mapping[StuckKind, KindName] = {
    "event": "event",
    "due_item": "dueItem",
    "delivery": "delivery",
    "clock": "clock",
    "import": "import",
    "export": "export",
}

_RETRIED_AT: Mapping[StuckKind, str] = {
    "event": "customEvent",
    "due_item": "dueItem",
    "delivery": "webhook/delivery",
    "clock": "clock",
    "import": "import",
    "export": "export",
}


def stuck_view(thing: StuckThing, store: str, zone: tzinfo, *, now: datetime) -> StuckItem:
    """Return something that is stuck, and the route that retries it."""
    path = _RETRIED_AT[thing.kind] + ("" if thing.kind == "clock" else f"/{quote(thing.id)}")
    is_retried = thing.can_be_retried or thing.kind != "due_item"
    return {
        "kind": KIND_NAMES[thing.kind],
        "state": thing.state,
        "id": thing.id,
        "name": thing.name,
        "customerId": thing.member,
        "customEventId": thing.event,
        "since": format_instant(thing.since, zone),
        "ageSeconds": int((now - thing.since).total_seconds()),
        "reason": thing.reason,
        "retry": f"/api/{quote(store, safe='')}/{path}/retry" if is_retried else None,
    }
