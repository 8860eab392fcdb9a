"""What each line of a file requests: a member to register, points to add or spend, an event to accept."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeAlias, assert_never

from loyalty.calendar import check_birth_date, local_day, read_date, read_registration_date
from loyalty.engine.acceptance import IncomingEvent
from loyalty.ids import is_id
from loyalty.imports.columns import MAX_TEXT, LineFault
from loyalty.imports.documents import document_of
from loyalty.imports.layouts import values_of
from loyalty.imports.records import Record
from loyalty.masking import NAMED_FORMS, masked_identity
from loyalty.members.attributes import checked_attributes
from loyalty.members.identity import identity_of
from loyalty.members.registration import NewMember
from loyalty.program.program import Program
from loyalty.refusals import InvalidAttribute, InvalidMemberId, UnidentifiedMember
from loyalty.store.imports import ImportType, Layout
from loyalty.store.members import Identity
from loyalty.transactions.documents import Document
from rules.spelling import closest_match

GENDERS = ("male", "female", "not_disclosed")
MAX_DAYS = 36_500

_PARTS = ("customerId", *NAMED_FORMS)


@dataclass(frozen=True, slots=True)
class MemberLine:
    """A member to register."""

    new: NewMember

    @property
    def identity(self) -> Identity:
        """The identity of the member."""
        return self.new.identity


@dataclass(frozen=True, slots=True)
class PointsLine:
    """Points to add to a member, or to spend; the last three fields only apply to added points."""

    identity: Identity
    points: Decimal
    wallet: str | None
    comment: str
    external_id: str | None
    expires_days: int | None
    locked_days: int | None
    qualifies: bool


@dataclass(frozen=True, slots=True)
class EventLine:
    """An event to accept. `fault`: it does not fit the program in force, and is accepted only as a repetition.

    `exported_id`: the id of the exported event that the line is of.
    """

    event: IncomingEvent
    fault: LineFault | None
    exported_id: str | None = None

    @property
    def identity(self) -> Identity:
        """The identity of the member."""
        return self.event.identity


@dataclass(frozen=True, slots=True)
class TransactionLine:
    """A sale or a return to store."""

    document: Document

    @property
    def identity(self) -> Identity:
        """The identity of the member, as far as the line gives it."""
        return self.document.identity


@dataclass(frozen=True, slots=True)
class MatchLine:
    """A sale that is stored, and the member who made it."""

    identity: Identity
    document_number: str


@dataclass(frozen=True, slots=True)
class CouponLine:
    """A code to add to the list of a reward."""

    reward: str
    code: str
    identity: Identity = field(default_factory=Identity)


AskedLine: TypeAlias = MemberLine | PointsLine | EventLine | TransactionLine | MatchLine | CouponLine


@dataclass(frozen=True, slots=True)
class ReadLine:
    """A line that was read: the request or the fault, and the id or the masked name that the line gives."""

    line: int
    asked: AskedLine | LineFault
    key: str | None = None


def read_line(record: Record, layout: Layout, type_: ImportType, program: Program, *, now: datetime) -> ReadLine:
    """Return what a record of a file requests of a store with this program."""
    values: dict[str, Any] = {}
    try:
        values = values_of(record, layout, type_)
        asked: AskedLine | LineFault = _asked(values, type_, program, now)
    except LineFault as fault:
        asked = fault
    return ReadLine(record.line, asked, _key(values))


def _key(values: Mapping[str, Any]) -> str | None:
    names = ("eventId", "externalTransferId", "documentNumber", "code", *_PARTS)
    name = next((name for name in names if name in values), None)
    if name is None:
        return None
    return masked_identity(str(values[name])) if name in NAMED_FORMS else str(values[name])


def _asked(values: Mapping[str, Any], type_: ImportType, program: Program, now: datetime) -> AskedLine:
    match type_:
        case "member":
            return MemberLine(_member(values, program, now))
        case "unitTransferAdding" | "unitTransferSpending":
            return _points(values)
        case "customEvent":
            return _event(values, program)
        case "transaction":
            return TransactionLine(document_of(values, program))
        case "transactionMatch":
            return MatchLine(_needed_identity(values), values["documentNumber"])
        case "rewardCoupon":
            if "issuedRewardId" in values:
                raise LineFault("invalid", "issuedRewardId", "the code is a member's already: leave the line out")
            return CouponLine(_reward(values["rewardId"], program), values["code"])
        case _:
            assert_never(type_)


def _member(values: Mapping[str, Any], program: Program, now: datetime) -> NewMember:
    identity = _identity(values)
    if not identity.can_register:
        raise LineFault("missing", "email", "a member needs an email, a phone or a loyaltyCardNumber")
    if not values.get("active", True):
        raise LineFault("invalid", "active", "members are imported active: leave it out, and deactivate them after")
    if values.get("gender", GENDERS[0]) not in GENDERS:
        raise LineFault("invalid", "gender", f"this is one of {', '.join(GENDERS)}")
    if "birthDate" in values:
        _check_birth_date(values["birthDate"], program, now)
    attributes = _attributes(values, program)
    return NewMember(
        identity,
        registered_at=_registered_at(values.get("registeredAt"), program, now),
        tier=_tier(values.get("levelId"), program),
        profile=_profile(values),
        attributes=attributes,
        is_test=values.get("test", False),
    )


def _attributes(values: Mapping[str, Any], program: Program) -> dict[str, Any]:
    """Return the attributes of a line, typed by the program's declarations; undeclared ones are text."""
    pairs = values.get("customAttributes", ())
    attributes = values.get("attributes", {}) | {pair["key"]: pair["value"] for pair in pairs}
    for name, value in attributes.items():
        if name not in program.attributes and not isinstance(value, str):
            raise LineFault("invalid", "customAttributes", f"the program does not declare {name!r}: send a text")
    try:
        return checked_attributes(program, attributes)
    except InvalidAttribute as refusal:
        raise LineFault("invalidAttribute", "customAttributes", str(refusal)) from None


_PROFILE = ("firstName", "lastName", "gender", "birthDate", "labels", "agreement1", "agreement2", "agreement3")


def _profile(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the profile fields, as `POST member` stores them."""
    profile = {name: values[name] for name in _PROFILE if name in values}
    for name in ("address", "company"):
        inner = {key.partition(".")[2]: value for key, value in values.items() if key.startswith(f"{name}.")}
        if inner:
            profile[name] = inner
    return profile


def _needed_identity(values: Mapping[str, Any]) -> Identity:
    identity = _identity(values)
    if not identity:
        raise LineFault("missing", "email", "the line names no member: give a customerId, an email, a phone or a card")
    return identity


def _points(values: Mapping[str, Any]) -> PointsLine:
    identity = _needed_identity(values)
    for name in ("expiresInDays", "lockedUntilDays"):
        if not (name == "expiresInDays") <= values.get(name, 1) <= MAX_DAYS:
            raise LineFault("outOfRange", name, f"this is at most {MAX_DAYS} days, and expiresInDays at least 1")
    return PointsLine(
        identity,
        values["points"],
        values.get("walletCode"),
        values.get("comment", ""),
        values.get("externalTransferId"),
        values.get("expiresInDays"),
        values.get("lockedUntilDays"),
        values.get("qualifies", False),
    )


def _event(values: Mapping[str, Any], program: Program) -> EventLine:
    customer_data = {name: values[name] for name in _PARTS if name in values}
    identity = _identity(values)
    if not identity:
        raise LineFault("missing", "email", str(UnidentifiedMember()))
    exported_id = values["customEventId"].lower() if "customEventId" in values else None
    if exported_id is not None and not is_id(exported_id):
        raise LineFault("invalidId", "customEventId", "this is the id of an exported event: send your own as eventId")
    event = IncomingEvent(
        type=values["type"],
        time=_moment(values["eventDate"], "eventDate", program),
        body=values.get("body", {}),
        identity=identity,
        customer_data=customer_data,
        external_id=values.get("eventId", exported_id),  # so that it is recognized in another file
    )
    return EventLine(event, _misfit(event, program), exported_id)


def _misfit(event: IncomingEvent, program: Program) -> LineFault | None:
    """Return why an event does not fit its type."""
    event_type = program.event_types.get(event.type)
    if event_type is None or event_type.built_in:
        own = [known.name for known in program.event_types.values() if not known.built_in]
        close = closest_match(event.type, own)
        cure = f"did you mean {close}?" if close else f"known are {', '.join(sorted(own)[:20]) or 'none'}"
        return LineFault("unknownType", "type", f"{event.type[:80]} is not an event type of this store: {cure}")
    fault = next(iter(event_type.body.faults(event.body)), None)
    if fault is None:
        return None
    return LineFault("bodyInvalid", ".".join(str(step) for step in ("body", *fault.path))[:MAX_TEXT], fault.message)


def _identity(values: Mapping[str, Any]) -> Identity:
    try:
        return identity_of({name: values[name] for name in _PARTS if name in values})
    except InvalidMemberId as refusal:
        raise LineFault("invalidId", "customerId", str(refusal)) from None


def _moment(text: str, path: str, program: Program) -> datetime:
    try:
        return read_date(text, program.zone)
    except ValueError as error:
        raise LineFault("invalidDate", path, str(error)) from None


def _registered_at(text: str | None, program: Program, now: datetime) -> datetime:
    try:
        return now if text is None else read_registration_date(text, program.zone, now=now)
    except ValueError as error:
        raise LineFault("invalidDate", "registeredAt", str(error)) from None


def _check_birth_date(text: str, program: Program, now: datetime) -> None:
    try:
        check_birth_date(text, today=local_day(now, program.zone))
    except ValueError as error:
        raise LineFault("invalidDate", "birthDate", str(error)) from None


def _reward(text: str, program: Program) -> str:
    """Return the name of the reward with this id or name."""
    for name in program.rewards:
        if text in (name, program.id_of("reward", name)):
            return name
    names = ", ".join(sorted(program.rewards)[:20]) or "none"
    raise LineFault("unknownReward", "rewardId", f"there is no such reward; there are {names}")


def _tier(level: str | None, program: Program) -> str | None:
    """Return the name of the tier with this id or name."""
    if level is None:
        return None
    for tier in program.tiers:
        if level in (tier.name, program.id_of("tier", tier.name)):
            return tier.name
    names = ", ".join(tier.name for tier in program.tiers) or "none"
    raise LineFault("unknownTier", "levelId", f"there is no such tier; there are {names}")
