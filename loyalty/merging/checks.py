"""What is in the way of a merge."""

from loyalty.members.closing import require_open
from loyalty.merging.refusals import MergesWithItself, MergeUnderWay
from loyalty.refusals import MemberInactive
from loyalty.store.merges import MergeReader
from loyalty.store.repositories import StoreReaders


def require_mergeable(tx: StoreReaders, merges: MergeReader, survivor: str, merged: str) -> None:
    """Raise a MergeRefusal, MemberClosed or MemberInactive if one of two members cannot be merged into the other."""
    if survivor == merged:
        raise MergesWithItself(survivor)
    for member_id in (survivor, merged):
        waiting = merges.waiting_of(member_id)
        if waiting is not None:
            raise MergeUnderWay(member_id, waiting.id)
    require_members(tx, survivor, merged)


def require_members(tx: StoreReaders, survivor: str, merged: str) -> None:
    """Raise MemberClosed, or MemberInactive for a survivor who does not take part."""
    for member_id in (survivor, merged):
        require_open(tx, member_id)
    if not tx.members.is_active(survivor):
        raise MemberInactive(survivor)
