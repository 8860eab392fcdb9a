"""Webhook subscriptions: request bodies and responses."""

from typing import Literal, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from api.http.requests import RequestModel
from api.http.responses import Id, Instant, Total, UnreadableItem
from loyalty.store.webhooks import WebhookFormat

MAX_HEADERS = 20


_ACTIVE_FROM = "Nothing is sent of what happened before this date; by default everything is sent, late reports too."

MAX_OVERLAP = 30 * 24 * 3600
DAY = 24 * 3600


class Header(RequestModel):
    """A header of every request to the URL."""

    header_name: str = Field(min_length=1, max_length=255)
    header_value: str = Field(max_length=4096)


class SubscriptionTarget(RequestModel):
    """Where to send, and how: `legacy: true` is short for `format: legacy`.

    A PUT leaves an absent name and date unchanged, and removes those that are null.
    """

    name: str | None = Field(default=None, min_length=1, max_length=255, description="A name for people.")
    active_from: str | None = Field(default=None, max_length=64, description=_ACTIVE_FROM)
    url: str
    destination_type: Literal["rest", "queue"] = "rest"
    headers: list[Header] | None = Field(default=None, max_length=MAX_HEADERS)
    header_name: str | None = Field(default=None, min_length=1, max_length=255, json_schema_extra={"deprecated": True})
    header_value: str | None = Field(default=None, max_length=4096, json_schema_extra={"deprecated": True})
    format: WebhookFormat | None = None
    legacy: bool | None = None


class NewSubscription(SubscriptionTarget):
    """A subscription to create. Without a secret, a new one is generated."""

    event_name: str
    secret: str | None = Field(default=None, max_length=255, repr=False)


class PostSubscription(RequestModel):
    """A subscription to create."""

    webhook_subscription: NewSubscription


class ChangedSubscription(SubscriptionTarget):
    """A subscription's new target. A new secret signs at once, and for a day the one before it does, too."""

    secret: str | None = Field(default=None, max_length=255, repr=False)


class PutSubscription(RequestModel):
    """A subscription's new target."""

    webhook_subscription: ChangedSubscription


class SecretRotation(RequestModel):
    """For how many seconds the present secret signs, too. Without a new secret, one is generated."""

    overlap_seconds: int = Field(default=DAY, ge=0, le=MAX_OVERLAP)
    secret: str | None = Field(default=None, max_length=255, repr=False)


class PostSecretRotation(RequestModel):
    """How to rotate a secret."""

    rotation: SecretRotation = SecretRotation()


class NewSecret(TypedDict):
    """A new secret, which is shown only once, and until when the previous one signs, too."""

    secret: str
    previousSecretUntil: Instant | None


class StoreSecret(TypedDict):
    """The secret of a store, shown only when it is rotated; until `previousSecretUntil` the previous one signs, too."""

    previousSecretUntil: Instant | None


class WebhookEvents(TypedDict):
    """The names of webhook events."""

    items: list[str]


class SubscriptionId(TypedDict):
    """The id of a new subscription, and the secret that signs its requests, which is shown only once."""

    webhookSubscriptionId: Id
    secret: str


class HeaderView(TypedDict):
    """A header of every request to the URL."""

    headerName: str
    headerValue: str


class Subscription(TypedDict):
    """A subscription. `disabledBecause` says why Laurel disabled it; PUT enables it again."""

    webhookSubscriptionId: Id
    name: str | None
    activeFrom: Instant | None
    eventName: str
    url: str
    headers: list[HeaderView]
    headerName: NotRequired[str]
    headerValue: NotRequired[str]
    legacy: bool
    format: str
    createdAt: Instant
    destinationType: str
    disabledAt: Instant | None
    disabledBecause: str | None
    previousSecretUntil: Instant | None
    """Until when the previous secret signs, too."""


class Subscriptions(TypedDict):
    """A page of subscriptions."""

    items: list[Subscription | UnreadableItem]
    total: Total
