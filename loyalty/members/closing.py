"""Members who are closed for good and cannot be changed any more."""

from loyalty.refusals import MemberClosed
from loyalty.store.repositories import StoreReaders


def require_open(tx: StoreReaders, member_id: str) -> None:
    """Raise MemberClosed for a member who was closed for good."""
    if tx.erasures.of(member_id) is not None:
        raise MemberClosed(member_id)
