"""The database input of a simulation: the program in force, and a member."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from commands.shared.database_reader import read_only, revision_in_force, store_codes
from commands.shared.errors import CommandError
from commands.shared.lookup import find_store
from database.programs import UnknownStore
from database.snapshots import current_snapshot, used_by_program, with_past
from database.transaction import ReadTransaction
from database.usage import UsageByReactor
from loyalty.engine.snapshots import MemberSnapshot
from loyalty.ids import new_id
from loyalty.members.identity import identity_of
from loyalty.members.registration import check_registrable, find_reported
from loyalty.program.program import Program
from loyalty.refusals import InvalidMemberId, UnknownMember, UnknownMemberId
from loyalty.store.members import Identity, Member
from loyalty.store.rewards import RewardSupply
from loyalty.transactions.expected import expected_member
from loyalty.transactions.reversing import reverses_something
from workbench.simulation.event_input import EventInput
from workbench.simulation.simulation import new_member_snapshot


class NoSuchMember(CommandError):
    """The database has no such member; the message says why."""


def read_deployed(data: Path, store: str | None) -> tuple[int, dict[str, bytes]]:
    """Return the revision in force of a store (None: the only store) and its files; raise NotFound or UnknownStore."""
    with read_only(data) as connection:
        code = find_store(store_codes(connection), store)
        found = revision_in_force(ReadTransaction(connection, code))
    if found is None:
        raise UnknownStore(code)
    return found


@dataclass(frozen=True, slots=True)
class ReadMember:
    """A member as the start of a simulation. `id` is None for one who would be registered."""

    id: str | None
    opening: MemberSnapshot
    used: UsageByReactor
    supplies: Sequence[RewardSupply]
    other_programs: Mapping[int, Program | None]
    """The programs that decided earlier events of the member, if the event takes something back."""


def read_member(program: Program, event: EventInput, now: datetime, *, data: Path, member_id: str | None) -> ReadMember:
    """Read the member who is named by id, or by the event, with what there is of limits and rewards.

    One who is unknown is registered if the program allows it. Raise NoSuchMember, a TransactionRefusal, or the errors
    of `read_only`.
    """
    with read_only(data) as connection:
        tx = ReadTransaction(connection, program.store)
        found = _known(tx, program, event, member_id)
        if found is not None:
            opening, others = current_snapshot(tx, found), dict[int, Program | None]()
            document = event.document
            if reverses_something(program, event.type) or (document is not None and document.type == "return"):
                opening, others = with_past(tx, opening, program)
            return ReadMember(found, opening, used_by_program(tx), tx.rewards.supplies(), others)
        identity = _named(event, member_id)
        unregistered = Member(identity.id or new_id(), now, identity.email, identity.phone, identity.card)
        opening = new_member_snapshot(unregistered, program)
        return ReadMember(None, opening, used_by_program(tx), tx.rewards.supplies(), {})


def _known(tx: ReadTransaction, program: Program, event: EventInput, member_id: str | None) -> str | None:
    """Return the id of the member; None: the program registers them. Raise NoSuchMember or a TransactionRefusal."""
    try:
        if event.document is not None:
            if (sold_to := expected_member(tx, event.document, program.region)) is not None:
                return sold_to
            if member_id is None:
                raise NoSuchMember("no member has these data: such a sale waits for its member, or name --member-id")
        identity = _named(event, member_id).written(program.region)
        found = find_reported(tx, identity)
        if found is None and member_id is not None:
            raise NoSuchMember(f"no member {member_id[:80]} in store {program.store}")
        if found is None:
            check_registrable(program.store, program, identity)
    except UnknownMember:
        message = f"no member of store {program.store} has these customerData, and unknown_members is refuse"
        raise NoSuchMember(message) from None
    except UnknownMemberId as unknown:
        raise NoSuchMember(str(unknown)) from None
    return found


def _named(event: EventInput, member_id: str | None) -> Identity:
    """Return the identity that --member-id or the event names."""
    customer_data = event.customer if member_id is None else {"customerId": member_id}
    if not customer_data:
        raise NoSuchMember(
            "the event names no member: give --member-id, invent a --member, or send customerData with it"
        )
    try:
        return identity_of(customer_data)
    except InvalidMemberId as invalid:
        raise NoSuchMember(f"a member's id is a UUID, and {invalid.member_id[:80]} is none") from None
