"""The phone numbers of members are read again in the region of a new program."""

from loyalty.events.due_items import DueItemContext
from loyalty.store.identity_keys import written_phone
from loyalty.store.members import Identity


def read_phone_again(due: DueItemContext) -> None:
    """Write the phone number of the member that the item is about as the region of the program reads it.

    If another member has that number, both stay as they are, and are listed as colliding; nobody is joined.
    """
    member_id, region = due.subject, due.program.region
    phone = due.tx.members.facts(member_id).phone
    written = None if phone is None else written_phone(phone, region)
    if written is None or written == phone:
        return
    due.tx.members.lock_identity(Identity(phone=written))  # before the member, as registering does
    due.tx.members.lock_member(member_id)
    if due.tx.members.facts(member_id).phone != phone:
        return  # it was changed meanwhile, and read in the region then
    others = [each.id for each in due.tx.members.identities_matching(Identity(phone=written)) if each.id != member_id]
    if others:
        due.tx.members.note_collision(member_id, "phone", str(others[0]))
    else:
        due.tx.members.respell_phone(member_id, written, now=due.now)
