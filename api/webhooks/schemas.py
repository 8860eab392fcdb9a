"""Webhook subscriptions on the wire, and what is wrong with them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from api.errors import BadInput, InputFault
from api.requests import Body
from api.responses import Id, Instant, Total
from loyalty.store.webhooks import WebhookFormat
from loyalty.webhooks.addresses import Network
from loyalty.webhooks.messages import EVENT_NAMES
from loyalty.webhooks.signing import sign
from loyalty.webhooks.urls import check_url
from rules.spelling import closest_match

MOST_HEADERS = 20
ROOT = "webhookSubscription"

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE = re.compile(r"[\t\x20-\x7e]*")
_RESERVED = {
    "host",
    "content-length",
    "content-type",
    "content-encoding",
    "transfer-encoding",
    "connection",
    "upgrade",
    "te",
    "trailer",
    "expect",
}
_FORMAT_BY_FLAG: Mapping[bool | None, WebhookFormat | None] = {True: "legacy", False: "current", None: None}
_RESERVED_PREFIX = "webhook-"
_EPOCH = datetime.fromtimestamp(0, UTC)


class Header(Body):
    """A header that every request to the URL carries."""

    header_name: str = Field(min_length=1, max_length=255)
    header_value: str = Field(max_length=4096)


class Target(Body):
    """Where to send, and how: `legacy: true` is short for `format: legacy`."""

    url: str
    destination_type: Literal["rest", "queue"] = "rest"
    headers: list[Header] | None = Field(default=None, max_length=MOST_HEADERS)
    header_name: str | None = Field(default=None, min_length=1, max_length=255, json_schema_extra={"deprecated": True})
    header_value: str | None = Field(default=None, max_length=4096, json_schema_extra={"deprecated": True})
    format: WebhookFormat | None = None
    legacy: bool | None = None


class NewSubscription(Target):
    """A subscription to make; without a secret, one is made."""

    event_name: str
    secret: str | None = Field(default=None, max_length=255, repr=False)


class PostSubscription(Body):
    """A subscription to make."""

    webhook_subscription: NewSubscription


class PutSubscription(Body):
    """A subscription's new target."""

    webhook_subscription: Target


class WebhookEvents(TypedDict):
    """Names of events."""

    items: list[str]


class SubscriptionId(TypedDict):
    """A new subscription's id, and the secret that signs its requests: shown this once."""

    webhookSubscriptionId: Id
    secret: str


class HeaderShown(TypedDict):
    """A header."""

    headerName: str
    headerValue: str


class Subscription(TypedDict):
    """A subscription. `disabledBecause` says why its endpoint was given up; PUT enables it again."""

    webhookSubscriptionId: Id
    eventName: str
    url: str
    headers: list[HeaderShown]
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

    items: list[Subscription]
    total: Total


@dataclass(frozen=True, slots=True)
class Checked:
    """A target that webhooks can be sent to; `format` None: as it was."""

    url: str
    headers: Sequence[dict[str, str]]
    format: WebhookFormat | None


def checked_event_name(name: str) -> str:
    """The name of an event that webhooks tell of; raise BadInput with the nearest."""
    if name in EVENT_NAMES:
        return name
    close = closest_match(name, EVENT_NAMES)
    cure = f"did you mean {close}?" if close else "GET .../webhook/event lists them"
    raise BadInput.at(f"{ROOT}.eventName", f"{name[:80]} is no webhook event: {cure}", "unknownEventName")


def checked_target(given: Target, allow: tuple[Network, ...]) -> Checked:
    """Where and how to send; raise BadInput for everything wrong with it."""
    faults: list[InputFault] = []
    if given.destination_type != "rest":
        message = "queue destinations are not supported: use rest"
        faults.append(InputFault(message, "notSupported", f"{ROOT}.destinationType"))
    why_not = check_url(given.url, allow)
    if why_not is not None:
        faults.append(InputFault(why_not, "urlRefused", f"{ROOT}.url"))
    headers = [] if given.headers is None else [each.model_dump(by_alias=True) for each in given.headers]
    if not headers and given.header_name is not None:
        headers = [{"headerName": given.header_name, "headerValue": given.header_value or ""}]
    faults += [fault for number, header in enumerate(headers) for fault in _header_faults(number, header)]
    faults += _secret_faults(given)
    if given.legacy is not None and given.format is not None and given.legacy != (given.format == "legacy"):
        faults.append(InputFault("legacy and format contradict each other", "contradiction", f"{ROOT}.format"))
    if faults:
        raise BadInput.of(faults)
    return Checked(given.url, headers, given.format or _FORMAT_BY_FLAG[given.legacy])


def _secret_faults(given: Target) -> list[InputFault]:
    if not isinstance(given, NewSubscription) or given.secret is None:
        return []
    try:
        sign([given.secret], "", _EPOCH, b"")
    except ValueError as error:
        return [InputFault(str(error), "invalidSecret", f"{ROOT}.secret")]
    return []


def _header_faults(number: int, header: dict[str, str]) -> list[InputFault]:
    path, name = f"{ROOT}.headers.{number}", header["headerName"]
    if not _TOKEN.fullmatch(name):
        message = "a header's name is letters, digits and - alone"
        return [InputFault(message, "invalidHeader", f"{path}.headerName")]
    if name.lower() in _RESERVED or name.lower().startswith(_RESERVED_PREFIX):
        message = f"{name} is written by Laurel itself: choose another name"
        return [InputFault(message, "reservedHeader", f"{path}.headerName")]
    if not _VALUE.fullmatch(header["headerValue"]):
        message = "a header's value is visible ASCII on one line"
        return [InputFault(message, "invalidHeader", f"{path}.headerValue")]
    return []
