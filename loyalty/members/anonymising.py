"""Anonymise a member: close them at once, and erase them when everything in flight is applied."""

from loyalty.events.operations import OperationContext
from loyalty.store.erasures import Erasure


def anonymise_member(operation: OperationContext, member_id: str) -> bool:
    """Close a member for good: refuse their events and end their sessions. Return False if that was requested before.

    Raise MemberFrozen: a member under investigation is not erased. The workflow `EraseMember` erases the personal data
    once the event that is recorded here, and so everything accepted before, is applied or failed.
    """
    tx, now = operation.tx, operation.now
    operation.lock_members(member_id)
    if tx.erasures.of(member_id) is not None:
        return False
    operation.require_unfrozen(member_id)
    was_active = tx.members.is_active(member_id)
    tx.members.set_active(member_id, False, now=now)
    tx.members.end_sessions(member_id)
    tx.codes.end_all(member_id, now=now)
    event_id = operation.new_event_id()
    tx.erasures.begin(Erasure(member_id, event_id, was_active, now))
    operation.record(event_id, "member_closed", member_id, {"reason": "anonymise"})
    return True


def record_anonymised(operation: OperationContext, erasure: Erasure) -> None:
    """Record that no personal data is left of a member, who is locked."""
    body = {"was_active": erasure.was_active}
    operation.record(operation.new_event_id(), "member_anonymised", erasure.member, body)
