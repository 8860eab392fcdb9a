"""Validate reported events, as far as possible without the database."""

from datetime import datetime, tzinfo

from api.events.schemas import CustomerData, EventReport
from api.http.errors import BadInput, InputFault, faults_of_refusal
from api.http.requests import dotted_path
from loyalty.calendar import read_date
from loyalty.engine.acceptance import IncomingEvent
from loyalty.members.identity import identity_of
from loyalty.program.event_types import EventType
from loyalty.program.program import Program
from loyalty.refusals import Refusal, UnidentifiedMember
from loyalty.store.members import Identity
from rules.spelling import closest_match

MAX_BODY_FAULTS = 20


def validate_event(report: EventReport, program: Program, *, needs_member: bool = True) -> IncomingEvent:
    """Return a reported event that fits its event type; raise BadInput with every fault.

    `needs_member` False: `customerData` is ignored, and the event has no identity.
    """
    event_type = _event_type(report.type, program)
    faults = [
        InputFault(fault.message, "bodyInvalid", dotted_path(("event", "body", *fault.path)))
        for fault, _ in zip(event_type.body.faults(report.body or {}), range(MAX_BODY_FAULTS), strict=False)
    ]
    try:
        event = _incoming_event(report, program.zone, needs_member=needs_member)
    except BadInput as invalid:
        raise BadInput.of([*faults, *invalid.faults]) from None
    except Refusal as refusal:
        raise BadInput.of([*faults, *faults_of_refusal(refusal)]) from None
    if faults:
        raise BadInput.of(faults)
    return event


def possible_repetition(report: EventReport, zone: tzinfo) -> IncomingEvent | None:
    """Return a report as the event that it may repeat; None if it has no id, or no program could have accepted it."""
    if report.event_id is None:
        return None
    try:
        return _incoming_event(report, zone, needs_member=True)
    except (BadInput, Refusal):
        return None


def _incoming_event(report: EventReport, zone: tzinfo, *, needs_member: bool) -> IncomingEvent:
    """Return a reported event, not validated against the program."""
    customer_data = (report.customer_data or CustomerData()).model_dump(by_alias=True, exclude_none=True)
    time = _event_date(report.event_date, zone)
    identity = identity_of(customer_data) if needs_member else Identity()
    if needs_member and not identity:
        raise UnidentifiedMember
    return IncomingEvent(
        type=report.type,
        time=time,
        body=report.body or {},
        identity=identity,
        customer_data=customer_data,
        external_id=report.event_id,
    )


def _event_date(text: str, zone: tzinfo) -> datetime:
    try:
        return read_date(text, zone)
    except ValueError as error:
        raise BadInput.at("event.eventDate", str(error), "invalidDate") from None


def _event_type(name: str, program: Program) -> EventType:
    event_type = program.event_types.get(name)
    if event_type is not None and not event_type.built_in:
        return event_type
    own = [known.name for known in program.event_types.values() if not known.built_in]
    close = closest_match(name, own)
    cure = f"did you mean {close}?" if close else f"known are {', '.join(sorted(own)[:20]) or 'none'}"
    what = "happens by itself and is not reported" if event_type else "is not an event type of this store"
    raise BadInput.at("event.type", f"{name[:80]} {what}: {cure}", "unknownType")
