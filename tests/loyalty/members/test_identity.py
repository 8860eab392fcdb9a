"""The identity that a client names a member by."""

import pytest

from loyalty.members.identity import identity_of
from loyalty.refusals import InvalidMemberId
from loyalty.store.members import Identity


def test_customer_data_gives_an_identity_with_an_id_in_lower_case() -> None:
    customer_data = {
        "customerId": "0199C0DE-7A11-7C0F-8E57-000000000001",
        "email": "Anna@example.com",
        "phone": "+48500100200",
        "loyaltyCardNumber": "C-1",
    }

    identity = identity_of(customer_data)

    member_id = "0199c0de-7a11-7c0f-8e57-000000000001"
    assert identity == Identity(member_id, "Anna@example.com", "+48500100200", "C-1")


def test_customer_data_without_a_known_field_gives_no_identity() -> None:
    identity = identity_of({"gender": "female"})

    assert not identity


def test_a_customer_id_that_is_not_a_uuid_is_refused() -> None:
    with pytest.raises(InvalidMemberId) as refused:
        identity_of({"customerId": "C-17", "email": "anna@example.com"})

    assert refused.value.member_id == "C-17"
