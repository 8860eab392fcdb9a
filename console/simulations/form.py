"""The form of a simulation: an event, of a member of the store or of an ad-hoc one, under a program."""

from collections.abc import Mapping
from typing import Any

from access import Permission
from api.http.errors import BadInput, InputFault
from api.http.structured_text import read_structured
from console.pages.formats import as_json
from console.pages.forms import Field, Form
from console.pages.page import StorePage
from loyalty.ids import is_id
from loyalty.program.event_types import EventType
from workbench.event_types.example_body import example_body

_BODY = Field("event.body", "Body", "yaml", hint="JSON or YAML.")
_DATE = Field("event.eventDate", "Happened", "moment", required=True, hint="By the clock of the program.")
_MEMBER = Field(
    "event.customerData",
    "Member of the store",
    hint="E-mail, phone, card number or id. They are simulated as they are now.",
)
_FRESH = Field(
    "member",
    "Or a fresh member",
    "code",
    hint="Used if no member is named. JSON or YAML, as in a test: tier: silver, points: 40, registeredAt: 2026-01-01.",
)


UNDER = Field("draft", "Under my draft, in place of the revision in force", "yes_no")


def simulation_form(page: StorePage, event_type: EventType) -> Form:
    """Return the form for an event of a type, filled with an example: now, of an ad-hoc member."""
    fields = [_BODY, _DATE, _MEMBER, _FRESH, *([UNDER] if page.allows(Permission.EDIT_PROGRAMS) else [])]
    form = Form(fields)
    now = page.now.astimezone(page.store_request.program.zone).strftime("%Y-%m-%dT%H:%M:%S")
    return form.shown({"event.body": _json(example_body(event_type.body)), "event.eventDate": now})


def form_of_event(form: Form, event: Mapping[str, Any]) -> Form:
    """Return the form filled with an event of the store, as the API returns it."""
    return form.shown(
        {
            "event.body": _json(event["body"]),
            "event.eventDate": event["eventDate"][:19],
            "event.customerData": event["customerId"],
        }
    )


def simulation_body(form: Form, event_type: str) -> dict[str, Any]:
    """Return the API body that the form sends; raise BadInput for unreadable texts, or for two members."""
    texts = {each.name: each.value for each in form.fields}
    faults: list[InputFault] = []

    def read(name: str) -> Any:
        try:
            return read_structured(texts[name], name) if texts[name] else {}
        except BadInput as error:
            faults.extend(error.faults)
            return {}

    event = {"type": event_type, "eventDate": texts["event.eventDate"], "body": read("event.body")}
    body: dict[str, Any] = {"event": event, "draft": bool(texts.get("draft"))}
    fresh = read("member")
    named = texts["event.customerData"]
    if named and texts["member"]:
        message = "a member of the store is named above: leave one of the two empty"
        faults.append(InputFault(message, "contradiction", "member"))
    if named:
        event["customerData"] = _identity(named)
    else:
        body["member"] = fresh
    if faults:
        raise BadInput(*faults)
    return body


def _identity(text: str) -> dict[str, str]:
    """Return the identity of a member, recognized by its form."""
    if "@" in text:
        return {"email": text}
    if is_id(text):
        return {"customerId": text}
    return {"phone" if text.startswith("+") else "loyaltyCardNumber": text}


def _json(value: Any) -> str:
    return as_json(value) if value else ""
