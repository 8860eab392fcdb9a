"""Closing members to anonymise them, in memory."""

from collections.abc import Callable
from typing import Any

import pytest

from loyalty.members.accounts import set_password
from loyalty.members.anonymising import anonymise_member
from loyalty.members.changes import MemberChanges, activate_member, update_member
from loyalty.members.codes import make_code
from loyalty.refusals import MemberClosed
from tests.loyalty.members.test_changes import Club


def test_a_member_is_closed_once_and_takes_no_part_any_more():
    club = Club()

    asked = [club.operate(anonymise_member, club.anna) for _ in range(2)]

    assert asked == [True, False]
    assert club.recorded == [("member_closed", {"reason": "anonymise"})]
    assert not club.store.members.is_active(club.anna)
    erasure = club.store.erasures.of(club.anna)
    assert erasure is not None
    assert (erasure.was_active, erasure.erased_at) == (True, None)


@pytest.mark.parametrize(
    ("operation", "arguments"),
    [
        (activate_member, ()),
        (update_member, (MemberChanges(profile={"firstName": "Ewa"}),)),
        (set_password, ("hash",)),
        (make_code, ("password",)),
    ],
)
def test_nothing_is_changed_of_a_closed_member(operation: Callable[..., Any], arguments: tuple[Any, ...]):
    club = Club()
    club.operate(anonymise_member, club.anna)

    with pytest.raises(MemberClosed):
        club.operate(operation, club.anna, *arguments)
