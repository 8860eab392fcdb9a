"""Jobs that resend many deliveries, and their repository."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal, Protocol, TypeAlias, get_args

from loyalty.store.webhooks import DeliveryStatus, OutboundDelivery, Subscription

ResendStatus: TypeAlias = Literal["running", "done", "cancelled"]

FINISHED: Final[Sequence[DeliveryStatus]] = ("delivered", "failed", "skipped")
"""The final statuses of deliveries."""

UNDELIVERED: Final[Sequence[DeliveryStatus]] = ("failed", "skipped")

_STATUSES: Final[Mapping[str, DeliveryStatus]] = {status: status for status in get_args(DeliveryStatus)}


@dataclass(frozen=True, slots=True)
class ResendCriteria:
    """Which deliveries to resend; None: any. `until` dates are exclusive."""

    statuses: tuple[DeliveryStatus, ...] = ("failed", "skipped")
    subscription: str | None = None
    name: str | None = None
    """The name of the message."""
    member: str | None = None
    created_from: datetime | None = None
    created_until: datetime | None = None
    finished_from: datetime | None = None
    """Delivered, given up or skipped since then."""

    def to_json(self) -> dict[str, Any]:
        """Return the criteria as the database stores them."""
        dates = {name: getattr(self, name) for name in _DATES}
        texts = {"subscription": self.subscription, "name": self.name, "member": self.member}
        shown = texts | {name: None if each is None else each.isoformat() for name, each in dates.items()}
        return {"statuses": list(self.statuses)} | {name: each for name, each in shown.items() if each is not None}


_DATES = ("created_from", "created_until", "finished_from")


def criteria_from_json(stored: Mapping[str, Any]) -> ResendCriteria:
    """Return the criteria that `to_json` wrote."""
    given: dict[str, Any] = {name: stored[name] for name in ("subscription", "name", "member") if name in stored}
    given |= {name: datetime.fromisoformat(stored[name]) for name in _DATES if name in stored}
    return ResendCriteria(tuple(_STATUSES[each] for each in stored["statuses"]), **given)


@dataclass(frozen=True, slots=True)
class Resend:
    """A job that resends many deliveries, and its progress."""

    id: str
    status: ResendStatus
    criteria: Mapping[str, Any]
    target: str | None
    """The subscription to send to; None: the delivery's own."""
    total: int
    """The number of matching deliveries when the job was requested."""
    looked_at: int
    resent: int
    """How many of the examined ones were resent; others are in progress, or have no live subscription."""
    after_at: datetime | None
    after_id: str | None
    created_at: datetime
    created_by: str
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class ResendPage:
    """The deliveries that a job examines next: `own` can be sent to their subscription."""

    ids: Sequence[str]
    own: Sequence[str]
    last_at: datetime | None = field(default=None)


class ResendRepository(Protocol):
    """The resend jobs of a store, and their deliveries."""

    def subscription(self, subscription_id: str) -> Subscription | None:
        """Return a subscription."""

    def outbound(self, delivery_id: str) -> OutboundDelivery | None:
        """Return the input of an attempt of a delivery."""

    def retry(self, delivery_id: str, *, now: datetime, delivered_too: bool = False) -> bool:
        """Make a delivery pending and due now; return False if it is pending, or delivered and not to be repeated."""

    def leave_to_relay(self, delivery_id: str, *, now: datetime) -> None:
        """Let the relay check a pending delivery now."""

    def copy(self, delivery_id: str, copy_id: str, target: Subscription, *, now: datetime) -> bool:
        """Store a delivery of the same message to a subscription, due now; return False if it was copied before."""

    def count(self, criteria: ResendCriteria, *, until: datetime) -> int:
        """Return how many deliveries that were created up to a moment match the criteria."""

    def next_page(self, resend: Resend, limit: int) -> ResendPage:
        """Return the deliveries that a job examines next."""

    def add(self, new: Resend) -> None:
        """Store a job; a worker starts its workflow."""

    def get_to_change(self, resend_id: str) -> Resend | None:
        """Return a job, locked until the transaction ends."""

    def change(self, resend: Resend) -> None:
        """Store the progress of a job."""
