"""Validate new members, and changes of members, as far as possible without the database."""

from datetime import datetime
from typing import TypeAlias

from pydantic.alias_generators import to_camel

from api.http.errors import BadInput, InputFault, faults_of_refusal
from api.members.attributes import attributes_of, without_removed
from api.members.schemas import ChangedCustomer, CustomerFields, NewCustomer, SelfRegistration
from api.state.dependencies import StoreRequest
from loyalty.calendar import check_birth_date, local_day, read_registration_date
from loyalty.members.accounts import Changeable
from loyalty.members.changes import MemberChanges
from loyalty.members.registration import NewMember
from loyalty.program.program import Program
from loyalty.refusals import MissingIdentity, UnknownTier
from loyalty.store.members import Identity

NewParts: TypeAlias = dict[Changeable, str]
"""The email and the phone that codes are to confirm."""

_NOT_OWN = frozenset(
    {"loyalty_card_number", "registered_at", "labels", "custom_attributes", "custom_fields_data", "level_id", "test"}
)
"""Fields that only administrators change."""

_PART_FIELDS = {"card": "loyalty_card_number"}


async def validate_member(store_request: StoreRequest, customer: NewCustomer) -> NewMember:
    """Return a member to register, with a hashed password; raise BadInput with every fault."""
    identity = Identity(None, customer.email, customer.phone, customer.loyalty_card_number)
    faults = [] if identity else faults_of_refusal(MissingIdentity())
    attributes = attributes_of(store_request.program, customer, faults)
    registered_at, tier = _validated(store_request, customer, faults)
    password = customer.plain_password
    return NewMember(
        identity=identity,
        registered_at=registered_at or store_request.now,
        tier=tier,
        profile=customer.profile(),
        attributes=without_removed(attributes),
        password_hash=None if password is None else await store_request.state.passwords.hash(password),
        is_test=customer.test,
    )


def validate_changes(store_request: StoreRequest, customer: ChangedCustomer) -> MemberChanges:
    """Return the changes of a member; raise BadInput with every fault."""
    faults: list[InputFault] = []
    attributes = attributes_of(store_request.program, customer, faults)
    registered_at, tier = _validated(store_request, customer, faults)
    sent = customer.model_fields_set
    parts = {"email": customer.email, "phone": customer.phone, "card": customer.loyalty_card_number}
    return MemberChanges(
        identity={part: value for part, value in parts.items() if _PART_FIELDS.get(part, part) in sent},
        profile=customer.changed_profile(),
        attributes=attributes,
        registered_at=registered_at,
        tier=tier,
        is_test=customer.test,
    )


async def validate_registration(store_request: StoreRequest, customer: SelfRegistration) -> NewMember:
    """Return a member who registers by themselves, with a hashed password; raise BadInput with every fault."""
    faults = []
    if customer.level_id is not None:
        message = "who registers without activation begins in the lowest tier: leave it out"
        faults.append(InputFault(message, "notSupported", "customer.levelId"))
    attributes = attributes_of(store_request.program, customer, faults)
    registered_at, _ = _validated(store_request, customer, faults)
    return NewMember(
        identity=Identity(None, customer.email, customer.phone, customer.loyalty_card_number),
        registered_at=registered_at or store_request.now,
        profile=customer.profile(),
        attributes=without_removed(attributes),
        password_hash=await store_request.state.passwords.hash(customer.plain_password),
    )


def validate_own_changes(store_request: StoreRequest, customer: ChangedCustomer) -> tuple[MemberChanges, NewParts]:
    """Return a member's changes of themselves: at once, and by code; raise BadInput with every fault."""
    faults = [
        InputFault("only administrators change this: leave it out", "notYours", f"customer.{to_camel(name)}")
        for name in sorted(_NOT_OWN & customer.model_fields_set)
    ]
    _validated(store_request, customer, faults)
    by_code: NewParts = {}
    removed: dict[str, str | None] = {}
    if "email" in customer.model_fields_set:
        _sort_part("email", customer.email, by_code, removed)
    if "phone" in customer.model_fields_set:
        _sort_part("phone", customer.phone, by_code, removed)
    return MemberChanges(identity=removed, profile=customer.changed_profile()), by_code


def _sort_part(part: Changeable, value: str | None, by_code: NewParts, removed: dict[str, str | None]) -> None:
    """Sort a changed email or phone: a new one needs confirmation by code, a removed one is removed at once."""
    if value is None:
        removed[part] = None
    else:
        by_code[part] = value


def _validated(
    store_request: StoreRequest, customer: CustomerFields, faults: list[InputFault]
) -> tuple[datetime | None, str | None]:
    """Return the date of registration and the tier, if sent; raise BadInput with all faults, including given ones."""
    faults += _birth_date_faults(store_request, customer.birth_date)
    registered_at = _registered_at(store_request, customer.registered_at, faults)
    tier = _tier(store_request.program, customer.level_id, faults)
    if faults:
        raise BadInput.of(faults)
    return registered_at, tier


def _birth_date_faults(store_request: StoreRequest, text: str | None) -> list[InputFault]:
    """Return the fault of a text that does not begin with a day up to today."""
    try:
        if text is not None:
            check_birth_date(text, today=local_day(store_request.now, store_request.program.zone))
    except ValueError as error:
        return [InputFault(str(error), "invalidDate", "customer.birthDate")]
    return []


def _registered_at(store_request: StoreRequest, text: str | None, faults: list[InputFault]) -> datetime | None:
    try:
        if text is None:
            return None
        return read_registration_date(text, store_request.program.zone, now=store_request.now)
    except ValueError as error:
        faults.append(InputFault(str(error), "invalidDate", "customer.registeredAt"))
        return None


def _tier(program: Program, level_id: str | None, faults: list[InputFault]) -> str | None:
    """Return the name of the tier with this id or name."""
    if level_id is None:
        return None
    for tier in program.tiers:
        if level_id in (tier.name, program.id_of("tier", tier.name)):
            return tier.name
    faults += faults_of_refusal(UnknownTier([tier.name for tier in program.tiers]))
    return None
