"""The forms of webhooks, their fields named by their paths in the API's bodies."""

from collections.abc import Mapping
from typing import Any

from console.pages.forms import Field, Form, choices
from console.security.form_values import FormValues
from loyalty.webhooks.messages import EVENT_NAMES

ROOT = "webhookSubscription"
_HEADERS = f"{ROOT}.headers"

FORMATS = {"current": "Current", "legacy": "Legacy", "envelope": "Envelope"}

_EVENT = Field(f"{ROOT}.eventName", "Webhook", "choice", required=True, choices=choices(EVENT_NAMES))
_TARGET = (
    Field(f"{ROOT}.url", "Address", required=True, hint="Where the webhook is sent: https://..."),
    Field(f"{ROOT}.name", "Webhook name", empty="null", hint="For people; it may be left empty."),
    Field(
        f"{ROOT}.activeFrom",
        "Active from",
        "moment",
        empty="null",
        hint="Nothing is sent of what happened before. Empty: everything is sent.",
    ),
    Field(f"{ROOT}.format", "Format", "choice", required=True, choices=FORMATS, value="current"),
)

RECOVER = Form([Field("recover.since", "Since", "moment", required=True, hint="By the program's clock.")])

RESEND = Form(
    [
        Field("resend.webhookSubscriptionId", "Subscription", "choice"),
        Field("resend.eventName", "Webhook", "choice", choices=choices(EVENT_NAMES)),
        Field(
            "resend.status.0",
            "What came of it",
            "choice",
            choices={"failed": "Given up", "skipped": "Skipped", "delivered": "Delivered"},
            hint="Empty: given up or skipped.",
        ),
        Field("resend.createdFrom", "Made from", "moment"),
        Field("resend.createdUntil", "Made before", "moment"),
        Field("resend.targetSubscriptionId", "Send to another subscription", "choice"),
    ]
)

DAYS = Form(
    [
        Field(
            "settings.expirePointsNotificationDays",
            "Days before expiring Units to notify the user",
            "whole",
            empty="null",
        ),
        Field(
            "settings.expireCouponsNotificationDays",
            "Days before expiring coupons to notify the user",
            "whole",
            empty="null",
        ),
        Field(
            "settings.expireLevelsNotificationDays",
            "Days before Tier recalculation to notify the user",
            "whole",
            empty="null",
        ),
    ]
)


def header_rows(sent: FormValues) -> list[tuple[str, str]]:
    """Return the headers that a form sent, without empty rows."""
    rows: dict[str, dict[str, str]] = {}
    for name, value in sent.fields:
        if name.startswith(f"{_HEADERS}."):
            number, _, part = name.removeprefix(f"{_HEADERS}.").partition(".")
            rows.setdefault(number, {})[part] = value.strip()
    pairs = [(row.get("headerName", ""), row.get("headerValue", "")) for row in rows.values()]
    return [pair for pair in pairs if any(pair)]


def subscription_form(headers: list[tuple[str, str]], *, is_new: bool, spare: int = 1) -> Form:
    """Return the form of a subscription with these headers, and empty rows."""
    rows = [*headers, *[("", "")] * spare]
    fields = [field for number, (name, value) in enumerate(rows) for field in _header(number, name, value)]
    return Form([*([_EVENT] if is_new else []), *_TARGET, *fields])


def _header(number: int, name: str, value: str) -> tuple[Field, Field]:
    return (
        Field(f"{_HEADERS}.{number}.headerName", f"Header {number + 1}: name", value=name),
        Field(f"{_HEADERS}.{number}.headerValue", f"Header {number + 1}: value", value=value, empty=_empty_value(name)),
    )


def _empty_value(name: str) -> Any:
    """Return how an empty field is read: a header with a name may have one; a row without anything is dropped."""
    return "empty" if name else "leave_out"


def sent_form(sent: FormValues, *, is_new: bool, spare: int = 1) -> Form:
    """Return the form as it was sent, its header rows renumbered."""
    headers = header_rows(sent)
    made = subscription_form(headers, is_new=is_new, spare=spare)
    own = [(name, value) for name, value in sent.fields if not name.startswith(f"{_HEADERS}.")]
    rows = [(each.name, each.value) for each in made.fields if each.name.startswith(f"{_HEADERS}.")]
    return made.filled(FormValues([*own, *rows]))


def present_form(subscription: Mapping[str, Any]) -> Form:
    """Return the form of a subscription; its secrets are masked, and left unchanged if they are sent so."""
    headers = [(each["headerName"], each["headerValue"]) for each in subscription["headers"]]
    made = subscription_form(headers, is_new=False)
    active_from = subscription["activeFrom"]
    return made.shown(
        {
            f"{ROOT}.url": subscription["url"],
            f"{ROOT}.name": subscription["name"],
            f"{ROOT}.activeFrom": active_from and active_from[:19],
            f"{ROOT}.format": subscription["format"],
        }
    )
