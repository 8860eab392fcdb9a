"""Codes of members: create them, and redeem each once."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from loyalty.events.operations import OperationContext
from loyalty.ids import new_id
from loyalty.members.closing import require_open
from loyalty.refusals import TooManyCodes
from loyalty.store.codes import CodePurpose, MemberCode
from loyalty.store.members import Identity, KnownIdentity

LIFETIME: Final[Mapping[CodePurpose, timedelta]] = {
    "activation": timedelta(days=7),
    "password": timedelta(hours=1),
    "email": timedelta(days=1),
    "phone": timedelta(days=1),
}
"""How long a code can be used."""

MOST_IN_AN_HOUR = 5
"""The most codes that a member gets for one purpose in an hour."""

MOST_GUESSES = 5
"""The most wrong guesses at the number of a code, before it ends."""


def make_code(operation: OperationContext, member_id: str, purpose: CodePurpose, value: str | None = None) -> str:
    """Create a code for a member, who is locked; return its id. It replaces the earlier one for the purpose.

    Raise MemberClosed or TooManyCodes.
    """
    codes, now = operation.tx.codes, operation.now
    require_open(operation.tx, member_id)
    if codes.count_since(member_id, purpose, now - timedelta(hours=1)) >= MOST_IN_AN_HOUR:
        raise TooManyCodes(MOST_IN_AN_HOUR)
    code = MemberCode(new_id(), member_id, purpose, value, now, now + LIFETIME[purpose])
    codes.add(code)
    return code.id


def find_code(operation: OperationContext, given: str, identity: Identity, *purposes: CodePurpose) -> MemberCode | None:
    """Return the given code, for one of these purposes, by its text; or by its number, for the member with an identity.

    Nothing is locked, and the code may have ended: `redeem` says whether it is valid.
    """
    codes = operation.tx.codes
    if not _is_number(given):
        found = codes.of_text(given)
        return found if found is not None and found.purpose in purposes else None
    members = confirmed(operation, identity)
    if len(members) != 1:
        return None
    latest = [codes.latest(str(members[0].id), purpose) for purpose in purposes]
    usable = [code for code in latest if code is not None and _is_usable(code, operation.now)]
    return max(usable, key=lambda code: code.created_at, default=None)


def confirmed(operation: OperationContext, identity: Identity) -> list[KnownIdentity]:
    """Return the members for whom a part of the identity is confirmed, not only learned from an event."""
    wanted = identity.written(operation.program.region)
    parts = wanted.keys.items()
    return [
        each
        for each in operation.tx.members.identities_matching(wanted)
        if any(part in parts and each.proves(part[0]) for part in each.keys.items())
    ]


def redeem(operation: OperationContext, code: MemberCode, given: str) -> bool:
    """Use a code that `find_code` returned, under the lock of its member; return whether it is valid.

    A wrong number is counted, so the unit of work must be committed.
    """
    operation.lock_members(code.member)
    codes = operation.tx.codes
    current = codes.get(code.id)
    if current is None or not _is_usable(current, operation.now):
        return False
    if _is_number(given) and codes.plain(code.id).number != int(given):
        codes.count_failure(code.id)
        if current.failures + 1 >= MOST_GUESSES:
            codes.end(code.id, now=operation.now)
        return False
    codes.end(code.id, now=operation.now)
    return True


def _is_usable(code: MemberCode, now: datetime) -> bool:
    return code.ended_at is None and now < code.expires_at


def _is_number(given: str) -> bool:
    """Return whether this is the number of a code, of six digits: its text is longer."""
    return len(given) == 6 and given.isascii() and given.isdigit()
