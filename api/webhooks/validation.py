"""Validate webhook subscriptions."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Any

from api.http.errors import BadInput, InputFault
from api.webhooks.schemas import ChangedSubscription, NewSubscription
from loyalty.calendar import read_date
from loyalty.masking import MASK, masked_url
from loyalty.store.webhooks import Subscription, WebhookFormat
from loyalty.webhooks.addresses import Network
from loyalty.webhooks.messages import EVENT_NAMES
from loyalty.webhooks.signing import sign
from loyalty.webhooks.urls import check_url
from rules.spelling import closest_match

ROOT = "webhookSubscription"

_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_HEADER_VALUE = re.compile(r"[\t\x20-\x7e]*")
_RESERVED_NAMES = {
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
_RESERVED_PREFIXES = ("webhook-", "laurel-")
_FORMAT_BY_FLAG: Mapping[bool | None, WebhookFormat | None] = {True: "legacy", False: "current", None: None}
_EPOCH = datetime.fromtimestamp(0, UTC)


@dataclass(frozen=True, slots=True)
class ValidTarget:
    """A target that webhooks can be sent to; `format` None leaves the present one."""

    url: str
    headers: Sequence[dict[str, str]]
    format: WebhookFormat | None
    active_from: datetime | None


def validate_event_name(name: str, path: str = f"{ROOT}.eventName") -> str:
    """Return the name of a webhook event; raise BadInput with the nearest one for another name."""
    if name in EVENT_NAMES:
        return name
    close = closest_match(name, EVENT_NAMES)
    cure = f"did you mean {close}?" if close else "GET .../webhook/event lists them"
    raise BadInput.at(path, f"{name[:80]} is not a webhook event: {cure}", "unknownEventName")


def validate_target(
    given: NewSubscription | ChangedSubscription, allow: tuple[Network, ...], zone: tzinfo
) -> ValidTarget:
    """Return a target without faults; raise BadInput with every fault. A date without offset is in `zone`."""
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
    if given.secret is not None:
        faults += secret_faults(given.secret, f"{ROOT}.secret")
    active_from = _active_from(given.active_from, zone, faults)
    if given.name is not None and not given.name.strip():
        faults.append(InputFault("a name is not blank: leave it out, or send null", "blank", f"{ROOT}.name"))
    if given.legacy is not None and given.format is not None and given.legacy != (given.format == "legacy"):
        faults.append(InputFault("legacy and format contradict each other", "contradiction", f"{ROOT}.format"))
    if faults:
        raise BadInput.of(faults)
    return ValidTarget(given.url, headers, given.format or _FORMAT_BY_FLAG[given.legacy], active_from)


def unmasked(values: Mapping[str, Any], stored: Subscription) -> dict[str, Any]:
    """Return a target's values, with masked ones as they are stored; raise BadInput if there are none."""
    known = {each["headerName"].lower(): each["headerValue"] for each in stored.headers}
    url = stored.url if values["url"] == masked_url(stored.url) else values["url"]
    headers = []
    for number, each in enumerate(values["headers"]):
        value = known.get(each["headerName"].lower()) if each["headerValue"] == MASK else each["headerValue"]
        if value is None:
            message = f"{each['headerName']} is masked, but the subscription has no such header: send its value"
            raise BadInput.at(f"{ROOT}.headers.{number}.headerValue", message, "masked")
        headers.append({**each, "headerValue": value})
    return {**values, "url": url, "headers": headers}


def secret_faults(secret: str, path: str) -> list[InputFault]:
    """Return the faults of a secret that a client chose."""
    try:
        sign([secret], "", _EPOCH, b"")
    except ValueError as error:
        return [InputFault(str(error), "invalidSecret", path)]
    return []


def _active_from(text: str | None, zone: tzinfo, faults: list[InputFault]) -> datetime | None:
    try:
        return None if text is None else read_date(text, zone)
    except ValueError as error:
        faults.append(InputFault(str(error), "invalidDate", f"{ROOT}.activeFrom"))
        return None


def _header_faults(number: int, header: dict[str, str]) -> list[InputFault]:
    path, name = f"{ROOT}.headers.{number}", header["headerName"]
    if not _HEADER_NAME.fullmatch(name):
        message = "a header's name is letters, digits and - alone"
        return [InputFault(message, "invalidHeader", f"{path}.headerName")]
    if name.lower() in _RESERVED_NAMES or name.lower().startswith(_RESERVED_PREFIXES):
        message = f"{name} is written by Laurel itself: choose another name"
        return [InputFault(message, "reservedHeader", f"{path}.headerName")]
    if not _HEADER_VALUE.fullmatch(header["headerValue"]):
        message = "a header's value is visible ASCII on one line"
        return [InputFault(message, "invalidHeader", f"{path}.headerValue")]
    return []
