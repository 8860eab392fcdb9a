"""A member as a database has them, read without writing: also beside a running Laurel."""

from datetime import datetime
from pathlib import Path

from commands.shared.database_reader import read_only
from commands.shared.errors import CannotDo
from database.members import Identity
from database.snapshots import Taken, present, used_by_program
from database.transaction import Transaction
from loyalty.engine.snapshots import MemberSnapshot
from loyalty.ids import is_id, new_id
from loyalty.program.program import Program
from loyalty.store.members import Member
from workbench.simulation.event_input import ReportedEvent
from workbench.simulation.simulation import newcomer


class NoSuchMember(CannotDo):
    """The database has no such member; the message says why."""


def stored(
    program: Program, event: ReportedEvent, now: datetime, *, data: Path, member_id: str | None
) -> tuple[str | None, MemberSnapshot, Taken]:
    """A member by their id, or whom the event names: somebody unknown is registered, if the program says so.

    With it, what firings took from limits of the whole program. Raise NoSuchMember, or what `read_only` raises.
    """
    with read_only(data) as connection:
        tx = Transaction(connection, program.store)
        identity = _identity(event, member_id)
        found = [row["id"] for row in tx.members.matching(identity)]
        if len(found) > 1:
            raise NoSuchMember("customerData names different members: leave parts of it out, or name --member-id")
        if found:
            return found[0], present(tx, found[0]), used_by_program(tx)
        if member_id is not None:
            raise NoSuchMember(f"no member {member_id[:80]} in store {program.store}")
        return None, newcomer(_unknown(identity, program, now), program), used_by_program(tx)


def _identity(event: ReportedEvent, member_id: str | None) -> Identity:
    named = event.customer if member_id is None else {"customerId": member_id}
    if not named:
        raise NoSuchMember("the event is nobody's: name --member-id, invent a --member, or send customerData with it")
    wanted = named.get("customerId")
    if wanted is not None and not is_id(wanted):
        raise NoSuchMember(f"a member's id is a UUID, and {wanted[:80]} is none")
    card = named.get("loyaltyCardNumber")
    return Identity(wanted and wanted.lower(), named.get("email"), named.get("phone"), card)


def _unknown(identity: Identity, program: Program, now: datetime) -> Member:
    if not program.registers_unknown_members:
        raise NoSuchMember(f"nobody in store {program.store} is known by this, and unknown_members is refuse")
    if not (identity.email or identity.phone or identity.card):
        raise NoSuchMember(f"no member has the id {identity.id}")
    return Member(identity.id or new_id(), now, identity.email, identity.phone, identity.card)
