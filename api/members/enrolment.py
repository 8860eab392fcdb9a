"""Members registered by hand: whoever is sent is new, or the answer says what is taken."""

from collections.abc import Sequence
from datetime import datetime

from api.dependencies import StoreCall
from api.errors import BadInput, InputFault
from api.members.registration import Newcomer, Raced, register
from api.members.schemas import NewCustomer, date_fault
from database import Transaction
from database.members import Identity
from loyalty.calendar import read_date
from loyalty.references import EventRef
from loyalty.store.rows import Row

MOST_RACES = 3
ROOT = "customer"


async def enrol(call: StoreCall, new: NewCustomer) -> EventRef:
    """Register a member; answer the built-in event to start. Raise BadInput for what is wrong or taken."""
    newcomer = await _checked(call, new)

    def work(tx: Transaction) -> EventRef:
        taken = _taken(newcomer.identity, tx.members.matching(newcomer.identity))
        if taken:
            raise BadInput.of(taken)
        return register(tx, call.program, call.revision, newcomer, now=call.now)

    for _ in range(MOST_RACES):
        try:
            return await call.database.write(work)
        except Raced:
            continue
    raise BadInput.at(ROOT, "somebody else is being registered with the same data: look who", "alreadyUsed")


async def _checked(call: StoreCall, new: NewCustomer) -> Newcomer:
    identity = Identity(None, new.email, new.phone, new.loyalty_card_number)
    faults: list[InputFault] = []
    if not identity:
        message = "a member needs an email, a phone or a loyaltyCardNumber"
        faults.append(InputFault(message, "missing", f"{ROOT}.email"))
    faults += date_fault(new.birth_date, f"{ROOT}.birthDate")
    registered_at = _registered_at(call, new.registered_at, faults)
    tier = _tier(call, new.level_id, faults)
    if faults:
        raise BadInput.of(faults)
    password = new.plain_password
    return Newcomer(
        identity=identity,
        registered_at=registered_at,
        tier=tier,
        profile=new.profile(),
        attributes=new.attributes(),
        password_hash=None if password is None else await call.desk.passwords.hash(password),
    )


def _registered_at(call: StoreCall, text: str | None, faults: list[InputFault]) -> datetime:
    try:
        return call.now if text is None else read_date(text, call.program.zone)
    except ValueError as error:
        faults.append(InputFault(str(error), "invalidDate", f"{ROOT}.registeredAt"))
        return call.now


def _tier(call: StoreCall, level_id: str | None, faults: list[InputFault]) -> str | None:
    if level_id is None:
        return None
    for tier in call.program.tiers:
        if level_id in (tier.name, call.program.id_of("tier", tier.name)):
            return tier.name
    names = ", ".join(tier.name for tier in call.program.tiers)
    faults.append(InputFault(f"there is no such tier; there are {names or 'none'}", "unknownTier", f"{ROOT}.levelId"))
    return None


def _taken(identity: Identity, rows: Sequence[Row]) -> list[InputFault]:
    parts = (("email", identity.email, "email_key"), ("phone", identity.phone, "phone_key"))
    keys = [(field, value.lower(), column) for field, value, column in parts if value]
    keys += [("loyaltyCardNumber", identity.card, "card")] if identity.card else []
    return [
        InputFault(f"a member with this {field} is registered already", "alreadyUsed", f"{ROOT}.{field}")
        for field, key, column in keys
        if any(row[column] == key for row in rows)
    ]
