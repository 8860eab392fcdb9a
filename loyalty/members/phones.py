"""Normalise the phone numbers of members again when a program changes the region."""

from loyalty.events.due_items import DueItemContext
from loyalty.store.identity_keys import written_phone
from loyalty.store.members import Identity


def read_phone_again(due: DueItemContext) -> None:
    """Normalise the phone number of the item's member by the region of the program.

    If another member has the resulting number, both stay as they are, and are listed as colliding; members are never
    merged here.
    """
    member_id, region = due.subject, due.program.region
    phone = due.tx.members.facts(member_id).phone
    written = None if phone is None else written_phone(phone, region)
    if written is None or written == phone:
        return
    due.tx.members.lock_identity(Identity(phone=written))  # before the member, in the lock order of registration
    due.tx.members.lock_member(member_id)
    if due.tx.members.facts(member_id).phone != phone:
        return  # it was changed meanwhile, and normalised in the region then
    others = [each.id for each in due.tx.members.identities_matching(Identity(phone=written)) if each.id != member_id]
    if others:
        due.tx.members.note_collision(member_id, "phone", str(others[0]))
    else:
        due.tx.members.respell_phone(member_id, written, now=due.now)
