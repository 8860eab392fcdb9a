"""A member as a database has them, read without writing: also beside a running Laurel."""

from datetime import datetime
from pathlib import Path

from commands.shared.database_reader import read_only
from commands.shared.errors import CannotDo
from database.snapshots import Taken, present, used_by_program
from database.transaction import Transaction
from loyalty.engine.snapshots import MemberSnapshot
from loyalty.ids import new_id
from loyalty.members.identity import identity_of
from loyalty.members.registration import check_registrable, find_member
from loyalty.program.program import Program
from loyalty.refusals import DifferentMembers, InvalidMemberId, UnknownMember, UnknownMemberId
from loyalty.store.members import Identity, Member
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
        identity = _named(event, member_id)
        try:
            found = find_member(tx, identity)
            if found is not None:
                return found, present(tx, found), used_by_program(tx)
            if member_id is not None:
                raise NoSuchMember(f"no member {member_id[:80]} in store {program.store}")
            check_registrable(program.store, program, identity)
        except DifferentMembers:
            message = "customerData names different members: leave parts of it out, or name --member-id"
            raise NoSuchMember(message) from None
        except UnknownMember:
            message = f"no member of store {program.store} is known by this, and unknown_members is refuse"
            raise NoSuchMember(message) from None
        except UnknownMemberId:
            raise NoSuchMember(f"no member has the id {identity.id}") from None
        unregistered = Member(identity.id or new_id(), now, identity.email, identity.phone, identity.card)
        return None, newcomer(unregistered, program), used_by_program(tx)


def _named(event: ReportedEvent, member_id: str | None) -> Identity:
    """The identity that --member-id or the event names."""
    customer_data = event.customer if member_id is None else {"customerId": member_id}
    if not customer_data:
        raise NoSuchMember("the event is nobody's: name --member-id, invent a --member, or send customerData with it")
    try:
        return identity_of(customer_data)
    except InvalidMemberId as invalid:
        raise NoSuchMember(f"a member's id is a UUID, and {invalid.member_id[:80]} is none") from None
