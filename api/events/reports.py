"""Reports of events as clients send them, checked as far as that goes without the database."""

from datetime import datetime, tzinfo
from typing import Any

from pydantic import Field

from api.errors import BadInput, InputFault
from api.events.acceptance import CUSTOMER, Report
from api.requests import Body, Identifying, dotted
from database.members import Identity
from loyalty.calendar import read_date
from loyalty.ids import is_id
from loyalty.program.event_types import EventType
from loyalty.program.program import Program
from rules.spelling import closest_match

MOST_BODY_FAULTS = 20


class CustomerData(Body):
    """Who it happened to, by any of these; several must name one member."""

    customer_id: str | None = Field(default=None, min_length=1, max_length=255)
    email: Identifying | None = None
    phone: Identifying | None = None
    loyalty_card_number: Identifying | None = None


class EventReport(Body):
    """Something that happened. A date and time without an offset is on the store's clock."""

    type: str = Field(min_length=1, max_length=255)
    event_date: str = Field(max_length=64)
    event_id: str | None = Field(default=None, min_length=1, max_length=255)
    customer_data: CustomerData | None = None
    body: dict[str, Any] | None = None


class PostCustomEvent(Body):
    """A custom event to accept."""

    event: EventReport


def checked(reported: EventReport, program: Program, *, of_nobody: bool = False) -> Report:
    """A report in our own terms; raise BadInput for all that is wrong with it. `of_nobody`: it need not name whose."""
    event_type = _type_of(reported.type, program)
    faults = [
        InputFault(fault.message, "bodyInvalid", dotted(("event", "body", *fault.path)))
        for fault, _ in zip(event_type.body.faults(reported.body or {}), range(MOST_BODY_FAULTS), strict=False)
    ]
    try:
        report = _read(reported, program.zone, of_nobody=of_nobody)
    except BadInput as refused:
        raise BadInput.of([*faults, *refused.faults]) from None
    if faults:
        raise BadInput.of(faults)
    return report


def repetition(reported: EventReport, zone: tzinfo) -> Report | None:
    """A report as one that may have been accepted before; None where it has no id, or never can have been."""
    if reported.event_id is None:
        return None
    try:
        return _read(reported, zone)
    except BadInput:
        return None


def _read(reported: EventReport, zone: tzinfo, *, of_nobody: bool = False) -> Report:
    """A report in our own terms, whatever the program has to say about its type and body."""
    given = reported.customer_data or CustomerData()
    return Report(
        type=reported.type,
        time=_time(reported.event_date, zone),
        body=reported.body or {},
        identity=Identity() if of_nobody else _identity(given),
        customer_data=given.model_dump(by_alias=True, exclude_none=True),
        external_id=reported.event_id,
    )


def _time(text: str, zone: tzinfo) -> datetime:
    try:
        return read_date(text, zone)
    except ValueError as error:
        raise BadInput.at("event.eventDate", str(error), "invalidDate") from None


def _type_of(name: str, program: Program) -> EventType:
    event_type = program.event_types.get(name)
    if event_type is not None and not event_type.built_in:
        return event_type
    own = [known.name for known in program.event_types.values() if not known.built_in]
    close = closest_match(name, own)
    cure = f"did you mean {close}?" if close else f"known are {', '.join(sorted(own)[:20]) or 'none'}"
    what = "happens by itself and is not reported" if event_type else "is no event type of this store"
    raise BadInput.at("event.type", f"{name[:80]} {what}: {cure}", "unknownType")


def _identity(given: CustomerData) -> Identity:
    customer_id = given.customer_id
    if customer_id is not None and not is_id(customer_id):
        message = "a customerId is a UUID: send your own number as loyaltyCardNumber"
        raise BadInput.at(f"{CUSTOMER}.customerId", message, "invalidId")
    identity = Identity(
        customer_id.lower() if customer_id else None, given.email, given.phone, given.loyalty_card_number
    )
    if not identity:
        message = "the event is nobody's: send a customerId, an email, a phone or a loyaltyCardNumber"
        raise BadInput.at(CUSTOMER, message, "missing")
    return identity
