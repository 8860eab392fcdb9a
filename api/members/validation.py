"""Members to register, and changes of them, validated as far as that goes without the database."""

from datetime import date, datetime

from api.http.errors import BadInput, InputFault, faults_of_refusal
from api.members.schemas import ChangedCustomer, CustomerFields, NewCustomer
from api.state.dependencies import StoreRequest
from loyalty.calendar import read_date
from loyalty.members.changes import MemberChanges
from loyalty.members.registration import NewMember
from loyalty.program.program import Program
from loyalty.refusals import MissingIdentity, UnknownTier
from loyalty.store.members import Identity


async def validate_member(store_request: StoreRequest, customer: NewCustomer) -> NewMember:
    """A member to register, their password hashed; raise BadInput with every fault."""
    identity = Identity(None, customer.email, customer.phone, customer.loyalty_card_number)
    faults = [] if identity else faults_of_refusal(MissingIdentity())
    registered_at, tier = _validated(store_request, customer, faults)
    password = customer.plain_password
    return NewMember(
        identity=identity,
        registered_at=registered_at or store_request.now,
        tier=tier,
        profile=customer.profile(),
        attributes=customer.attributes(),
        password_hash=None if password is None else await store_request.state.passwords.hash(password),
    )


def validate_changes(store_request: StoreRequest, customer: ChangedCustomer) -> MemberChanges:
    """What is to change of a member; raise BadInput with every fault."""
    registered_at, tier = _validated(store_request, customer, [])
    sent = customer.model_fields_set
    parts = {"email": customer.email, "phone": customer.phone, "card": customer.loyalty_card_number}
    return MemberChanges(
        identity={part: value for part, value in parts.items() if _PART_FIELDS.get(part, part) in sent},
        profile=customer.changed_profile(),
        attributes=customer.attributes(),
        registered_at=registered_at,
        tier=tier,
    )


_PART_FIELDS = {"card": "loyalty_card_number"}


def _validated(
    store_request: StoreRequest, customer: CustomerFields, faults: list[InputFault]
) -> tuple[datetime | None, str | None]:
    """The date of registration and the tier, if they are sent; raise BadInput with all faults, those given included."""
    faults += _birth_date_faults(customer.birth_date)
    registered_at = _registered_at(store_request, customer.registered_at, faults)
    tier = _tier(store_request.program, customer.level_id, faults)
    if faults:
        raise BadInput.of(faults)
    return registered_at, tier


def _birth_date_faults(text: str | None) -> list[InputFault]:
    """The fault of a text that does not begin with a date."""
    try:
        if text is not None:
            date.fromisoformat(text[:10])
    except ValueError:
        return [InputFault(f"{text!r} is no date: write it as 1990-12-31", "invalidDate", "customer.birthDate")]
    return []


def _registered_at(store_request: StoreRequest, text: str | None, faults: list[InputFault]) -> datetime | None:
    try:
        return None if text is None else read_date(text, store_request.program.zone)
    except ValueError as error:
        faults.append(InputFault(str(error), "invalidDate", "customer.registeredAt"))
        return None


def _tier(program: Program, level_id: str | None, faults: list[InputFault]) -> str | None:
    """The name of the tier with this id or name."""
    if level_id is None:
        return None
    for tier in program.tiers:
        if level_id in (tier.name, program.id_of("tier", tier.name)):
            return tier.name
    faults += faults_of_refusal(UnknownTier([tier.name for tier in program.tiers]))
    return None
