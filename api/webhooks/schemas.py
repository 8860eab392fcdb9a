"""Webhook subscriptions: request bodies and answers."""

from typing import Literal, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from api.http.requests import RequestModel
from api.http.responses import Id, Instant, Total, UnreadableItem
from loyalty.store.webhooks import WebhookFormat

MAX_HEADERS = 20


class Header(RequestModel):
    """A header of every request to the URL."""

    header_name: str = Field(min_length=1, max_length=255)
    header_value: str = Field(max_length=4096)


class SubscriptionTarget(RequestModel):
    """Where to send, and how: `legacy: true` is short for `format: legacy`."""

    url: str
    destination_type: Literal["rest", "queue"] = "rest"
    headers: list[Header] | None = Field(default=None, max_length=MAX_HEADERS)
    header_name: str | None = Field(default=None, min_length=1, max_length=255, json_schema_extra={"deprecated": True})
    header_value: str | None = Field(default=None, max_length=4096, json_schema_extra={"deprecated": True})
    format: WebhookFormat | None = None
    legacy: bool | None = None


class NewSubscription(SubscriptionTarget):
    """A subscription to make. Without a secret, a new one is generated."""

    event_name: str
    secret: str | None = Field(default=None, max_length=255, repr=False)


class PostSubscription(RequestModel):
    """A subscription to make."""

    webhook_subscription: NewSubscription


class PutSubscription(RequestModel):
    """A subscription's new target."""

    webhook_subscription: SubscriptionTarget


class WebhookEvents(TypedDict):
    """The names of webhook events."""

    items: list[str]


class SubscriptionId(TypedDict):
    """The id of a new subscription, and the secret that signs its requests: it is shown only once."""

    webhookSubscriptionId: Id
    secret: str


class HeaderView(TypedDict):
    """A header of every request to the URL."""

    headerName: str
    headerValue: str


class Subscription(TypedDict):
    """A subscription. `disabledBecause` says why Laurel disabled it; PUT enables it again."""

    webhookSubscriptionId: Id
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


class Subscriptions(TypedDict):
    """A page of subscriptions."""

    items: list[Subscription | UnreadableItem]
    total: Total
