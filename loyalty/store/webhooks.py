"""Subscriptions, messages, deliveries and their attempts, and the repositories of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal, Protocol, TypeAlias, get_args

from rules.frozen import frozen_at_type_check

WebhookFormat: TypeAlias = Literal["current", "legacy", "envelope"]
WEBHOOK_FORMATS: Final[tuple[WebhookFormat, ...]] = get_args(WebhookFormat)
DeliveryStatus: TypeAlias = Literal["pending", "delivered", "failed", "skipped"]
"""`failed`: given up after the last attempt. `skipped`: its subscription was disabled or removed before it was sent."""


@frozen_at_type_check
class ReceivingSubscription:
    """The fields of a subscription that sending needs."""

    id: str
    event_name: str
    url: str
    headers: Sequence[Mapping[str, str]]
    format: WebhookFormat
    failing_since: datetime | None
    """When the failures of its endpoint began, without a success since; None: it works."""
    active_from: datetime | None = None
    """Messages about earlier events are not sent; None: all are sent."""
    disabled_at: datetime | None = None
    """When it was disabled: later messages are stored as skipped; None: they are sent."""

    def wants(self, happened_at: datetime, *, now: datetime) -> bool:
        """Return whether a message about something that happened at a moment is sent to it."""
        return self.active_from is None or self.active_from <= min(happened_at, now)


@dataclass(frozen=True, slots=True)
class Subscription:
    """A subscription of a URL to the messages of one name. Instants are aware UTC."""

    id: str
    event_name: str
    url: str
    headers: Sequence[Mapping[str, str]]
    format: WebhookFormat
    secret: str = field(repr=False)
    """The secret that signs the requests."""
    previous_secret_until: datetime | None
    """Until when the previous secret signs, too; None: there is none."""
    created_at: datetime
    failing_since: datetime | None
    disabled_at: datetime | None
    disabled_because: str | None
    name: str | None
    active_from: datetime | None
    """Messages about earlier events are not sent; None: all are sent."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """The sending of a message to one URL, and its progress."""

    id: str
    message: str
    """The id of its message, which receivers see as `webhook-id`."""
    event: str
    subscription: str | None
    """None: a reactor caused it (`call_webhook`)."""
    url: str
    status: DeliveryStatus
    attempts: int
    next_attempt_at: datetime | None
    name: str
    """The name of its message."""


@dataclass(frozen=True, slots=True)
class OutboundDelivery:
    """The input of an attempt to deliver: the message, its destination, and the secrets that sign it."""

    message: str
    subscription: str | None
    """None: a reactor caused it (`call_webhook`)."""
    url: str
    """Of its subscription now, as are the headers: a changed one is sent to where it leads."""
    headers: Sequence[Mapping[str, str]]
    bodies: Mapping[str, Any]
    """The body of the message by format."""
    format: WebhookFormat | None
    """None: there is no subscription, or it was removed."""
    failing_since: datetime | None
    is_live: bool
    """Whether it has a subscription that is not disabled."""
    secret: str = field(repr=False)
    """The subscription's, else the store's."""
    previous_secret: str | None = field(repr=False)
    """The previous secret, which signs, too, until:"""
    previous_secret_until: datetime | None
    status: DeliveryStatus
    attempts: int
    earlier_attempts: int
    """The number of attempts before the last retry by request, which restarted the schedule."""
    next_attempt_at: datetime | None
    """When the next attempt is due; None: there is none."""
    number: int | None
    """The number of the message; None: an older version created it."""
    created_at: datetime
    """When the message was created."""
    name: str
    """The name of the message."""

    def secrets(self, *, now: datetime) -> tuple[str, ...]:
        """Return the secrets that sign the message: during a rotation two."""
        until = self.previous_secret_until
        if self.previous_secret is None or until is None or until <= now:
            return (self.secret,)
        return (self.secret, self.previous_secret)


@dataclass(frozen=True, slots=True)
class LoggedAttempt:
    """One attempt of a delivery. `answer` is the start of the response's body, `status` its HTTP status."""

    number: int
    at: datetime
    status: int | None
    latency_ms: int
    answer: str
    error: str | None


class SubscriptionReader(Protocol):
    """Reads webhook subscriptions of a store."""

    def receiving(self) -> Sequence[ReceivingSubscription]:
        """Return the subscriptions, including disabled ones: messages to these are stored as skipped."""


@dataclass(frozen=True, slots=True)
class SecretState:
    """A secret that signs webhooks, and until when the previous one signs, too; None: it does not."""

    secret: str = field(repr=False)
    previous_until: datetime | None


class SecretRepository(Protocol):
    """The secrets that sign the webhooks of a store."""

    def secret_to_change(self, subscription_id: str | None) -> SecretState | None:
        """Return a subscription's secret, or the store's, locked until the transaction ends."""

    def set_secret(self, subscription_id: str | None, secret: str, *, previous_until: datetime | None) -> None:
        """Replace a secret; the present one keeps signing until a moment, or not at all (None)."""


class WebhookRepository(Protocol):
    """Messages and deliveries of a store."""

    def add_message(self, message_id: str, *, event_id: str, name: str, data: Any, now: datetime) -> None:
        """Store a message; `data` has its body by format."""

    def add_delivery(
        self,
        delivery_id: str,
        *,
        message_id: str,
        event_id: str,
        name: str,
        subscription_id: str | None,
        url: str,
        headers: Sequence[Mapping[str, str]],
        now: datetime,
        is_skipped: bool = False,
    ) -> None:
        """Store that a message is to be sent to a URL; `subscription_id` None: a reactor caused it.

        `is_skipped`: its subscription is disabled; the delivery is stored, and sent on request.
        """


class FailedDeliveries(Protocol):
    """Deliveries of a store that were given up, skipped, or are stuck."""

    def outbound(self, delivery_id: str) -> OutboundDelivery | None:
        """Return the input of an attempt of a delivery."""

    def retry(self, delivery_id: str, *, now: datetime, delivered_too: bool = False) -> bool:
        """Make a failed or skipped delivery pending and due now; return False if it is neither.

        `delivered_too`: also a delivered one.
        """

    def leave_to_relay(self, delivery_id: str, *, now: datetime) -> None:
        """Let the relay check a pending delivery now."""
