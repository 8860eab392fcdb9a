"""What a simulation reads from the database: the program in force, and a member."""

from datetime import datetime
from pathlib import Path

from commands.shared.database_reader import read_only, revision_in_force, store_codes
from commands.shared.errors import CommandError
from commands.shared.lookup import find_store
from database.members import Identity
from database.programs import UnknownStore
from database.snapshots import Taken, present, used_by_program
from database.transaction import Transaction
from loyalty.engine.snapshots import MemberSnapshot
from loyalty.ids import is_id, new_id
from loyalty.program.program import Program
from loyalty.store.members import Member
from workbench.simulation.event_input import ReportedEvent
from workbench.simulation.simulation import newcomer


class NoSuchMember(CommandError):
    """The database has no such member; the message says why."""


def read_deployed(data: Path, store: str | None) -> tuple[int, dict[str, bytes]]:
    """The revision in force of a store (None: the only store) and its files; raise NotFound or UnknownStore."""
    with read_only(data) as connection:
        code = find_store(store_codes(connection), store)
        found = revision_in_force(Transaction(connection, code))
    if found is None:
        raise UnknownStore(code)
    return found


def read_member(
    program: Program, event: ReportedEvent, now: datetime, *, data: Path, member_id: str | None
) -> tuple[str | None, MemberSnapshot, Taken]:
    """The id, the snapshot and the program-wide use of limits for a member: by id, or the one whom the event names.

    The id is None for an unknown member, who is registered if the program allows it. Raise NoSuchMember, or the
    errors of `read_only`.
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
        return None, newcomer(_new_member(identity, program, now), program), used_by_program(tx)


def _identity(event: ReportedEvent, member_id: str | None) -> Identity:
    named = event.customer if member_id is None else {"customerId": member_id}
    if not named:
        raise NoSuchMember(
            "the event names no member: give --member-id, invent a --member, or send customerData with it"
        )
    wanted = named.get("customerId")
    if wanted is not None and not is_id(wanted):
        raise NoSuchMember(f"a member's id is a UUID, and {wanted[:80]} is none")
    card = named.get("loyaltyCardNumber")
    return Identity(wanted and wanted.lower(), named.get("email"), named.get("phone"), card)


def _new_member(identity: Identity, program: Program, now: datetime) -> Member:
    if not program.registers_unknown_members:
        raise NoSuchMember(f"no member of store {program.store} has these customerData, and unknown_members is refuse")
    if not (identity.email or identity.phone or identity.card):
        raise NoSuchMember(f"no member has the id {identity.id}")
    return Member(identity.id or new_id(), now, identity.email, identity.phone, identity.card)
