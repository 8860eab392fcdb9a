"""Checks before a merge."""

from loyalty.members.closing import require_open
from loyalty.merging.refusals import MergesWithItself, MergesWithTest, MergeUnderWay
from loyalty.refusals import MemberFrozen, MemberInactive
from loyalty.store.merges import MergeReader
from loyalty.store.repositories import StoreReaders


def require_mergeable(tx: StoreReaders, merges: MergeReader, survivor: str, merged: str) -> None:
    """Raise a MergeRefusal if one of two members cannot be merged into the other, or as `require_members`."""
    if survivor == merged:
        raise MergesWithItself(survivor)
    for member_id in (survivor, merged):
        waiting = merges.waiting_of(member_id)
        if waiting is not None:
            raise MergeUnderWay(member_id, waiting.id)
    require_members(tx, survivor, merged)


def require_members(tx: StoreReaders, survivor: str, merged: str) -> None:
    """Raise MemberClosed, MemberFrozen, or MemberInactive for an inactive survivor."""
    for member_id in (survivor, merged):
        require_open(tx, member_id)
        if tx.members.participation(member_id).frozen:
            raise MemberFrozen(member_id)
    tests = [member_id for member_id in (survivor, merged) if tx.members.facts(member_id).is_test]
    if len(tests) == 1:
        raise MergesWithTest(tests[0])
    if not tx.members.is_active(survivor):
        raise MemberInactive(survivor)
