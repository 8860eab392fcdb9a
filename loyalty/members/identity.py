"""The identity by which a client names a member."""

from collections.abc import Mapping

from loyalty.ids import is_id
from loyalty.refusals import InvalidMemberId
from loyalty.store.members import Identity


def identity_of(customer_data: Mapping[str, str]) -> Identity:
    """Return the identity in an event's `customerData`; raise InvalidMemberId if `customerId` is not a UUID."""
    member_id = customer_data.get("customerId")
    if member_id is not None and not is_id(member_id):
        raise InvalidMemberId(member_id)
    return Identity(
        id=member_id.lower() if member_id else None,
        email=customer_data.get("email"),
        phone=customer_data.get("phone"),
        card=customer_data.get("loyaltyCardNumber"),
    )
