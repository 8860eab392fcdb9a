"""Changing members: operations on a store in memory."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from loyalty.engine.acceptance import IncomingEvent, accept_event
from loyalty.events.operations import OperationContext
from loyalty.members.changes import (
    MAX_ATTRIBUTES,
    MemberChanges,
    activate_member,
    deactivate_member,
    delete_attributes,
    update_member,
)
from loyalty.members.registration import NewMember, register_member
from loyalty.points.holds import HoldPoints, hold_points
from loyalty.points.operations import AddPoints, SpendPoints, TransferPoints, add_points, spend_points, transfer_points
from loyalty.program.program import Program
from loyalty.refusals import (
    IdentityTaken,
    MemberInactive,
    MissingIdentity,
    TooManyAttributes,
    UnknownAttribute,
    UnknownTier,
)
from loyalty.store.members import Identity, Member
from loyalty.store.memory.store import InMemoryStore
from program_files import read_program
from tests.kit import programs

NOW = datetime(2026, 5, 1, 9, 0, tzinfo=UTC)
PROGRAM = read_program(programs.files())


@dataclass
class Club:
    """A store in memory with the member Anna. What operations record is kept as types and bodies."""

    store: InMemoryStore = field(default_factory=lambda: InMemoryStore("DEFAULT"))
    recorded: list[tuple[str, Any]] = field(default_factory=list)
    anna: str = ""
    program: Program = PROGRAM

    def __post_init__(self) -> None:
        self.anna = self.register(Identity(email="anna@example.com", card="C-1"), {"shop": "17", "size": 4})

    def register(self, identity: Identity, attributes: dict[str, Any] | None = None) -> str:
        new = NewMember(identity, NOW, profile={"firstName": "Anna"}, attributes=attributes or {})
        return register_member(self.store, self.program, 1, new, now=NOW).member

    def operate(self, operation: Callable[..., Any], *arguments: Any) -> Any:
        context = OperationContext(self.store, self.program, 1, NOW, "admin")
        result = operation(context, *arguments)
        self.recorded += [(each.type, self.store.events.states[each.id].body) for each in context.to_start]
        return result

    def change(self, **changes: Any) -> list[str]:
        changed: list[str] = self.operate(update_member, self.anna, MemberChanges(**changes))
        return changed

    @property
    def member(self) -> Member:
        return self.store.members.facts(self.anna)


@pytest.fixture
def club() -> Club:
    return Club()


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"identity": {"email": "a@example.com"}}, "email"),
        ({"identity": {"phone": "+48500100200"}}, "phone"),
        ({"identity": {"card": None}}, "card"),
        ({"profile": {"firstName": "Ann"}}, "first_name"),
        ({"profile": {"firstName": None}}, "first_name"),
        ({"profile": {"lastName": "Lis"}}, "last_name"),
        ({"profile": {"birthDate": "1990-12-31"}}, "birth_date"),
        ({"profile": {"address": {"city": "Gdynia"}}}, "address"),
        ({"profile": {"agreement2": True}}, "agreement2"),
        ({"attributes": {"shop": "18"}}, "attributes"),
        ({"registered_at": NOW - timedelta(days=1)}, "registered_at"),
        ({"tier": "gold"}, "tier"),
    ],
)
def test_each_change_is_reported_once_by_the_name_of_its_field(club: Club, changes: dict[str, Any], name: str) -> None:
    assert club.change(**changes) == [name]

    assert club.recorded[0] == ("member_updated", {"fields": [name]})
    assert [type_ for type_, _ in club.recorded[1:]] == (["tier_assigned", "tier_changed"] if name == "tier" else [])
    assert club.change(**changes) == []
    assert len(club.recorded) == (3 if name == "tier" else 1)


def test_what_is_not_named_stays(club: Club) -> None:
    club.change(identity={"phone": "1"}, profile={"lastName": "Lis"}, attributes={"color": "red"})

    member = club.member
    assert (member.email, member.phone, member.card) == ("anna@example.com", "1", "C-1")
    assert member.profile == {"firstName": "Anna", "lastName": "Lis"}
    assert member.attributes == {"shop": "17", "size": 4, "color": "red"}
    assert (member.registered_at, member.tier) == (NOW, "bronze")


def test_a_part_of_the_identity_that_another_member_has_is_refused_in_any_case(club: Club) -> None:
    club.register(Identity(email="bert@example.com", phone="2"))

    with pytest.raises(IdentityTaken) as refused:
        club.change(identity={"email": "BERT@example.com", "phone": "2", "card": "C-2"})

    assert refused.value.fields == ["email", "phone"]
    assert (club.member.card, club.recorded) == ("C-1", [])
    assert club.change(identity={"email": "ANNA@example.com"}) == ["email"]


def test_a_member_keeps_one_part_of_the_identity(club: Club) -> None:
    with pytest.raises(MissingIdentity):
        club.change(identity={"email": None, "card": None})

    assert club.member.email == "anna@example.com"


def test_a_member_moves_down_by_hand_too(club: Club) -> None:
    club.change(tier="gold")
    club.change(tier="silver")

    assert club.recorded[-1] == ("tier_changed", {"from": "gold", "to": "silver", "up": False, "by_hand": True})
    with pytest.raises(UnknownTier):
        club.change(tier="platinum", profile={"firstName": "Ann"})
    assert (club.member.tier, club.member.profile["firstName"]) == ("silver", "Anna")


def test_attributes_are_removed_by_name_and_by_value_if_one_is_given(club: Club) -> None:
    club.operate(delete_attributes, club.anna, {"size": "4"})

    assert club.member.attributes == {"shop": "17"}
    assert club.recorded == [("member_updated", {"fields": ["attributes"]})]
    for wrong in ({"shop": "18"}, {"size": None}, {"shop": None, "color": None}):
        with pytest.raises(UnknownAttribute):
            club.operate(delete_attributes, club.anna, wrong)
    assert club.member.attributes == {"shop": "17"}


def test_a_member_has_no_more_attributes_than_can_be_kept(club: Club) -> None:
    club.change(attributes={f"a{number}": "" for number in range(MAX_ATTRIBUTES - 2)})

    with pytest.raises(TooManyAttributes):
        club.change(attributes={"one more": ""})

    assert club.change(attributes={"shop": "18"}) == ["attributes"]


def test_a_member_is_deactivated_and_activated_once_each(club: Club) -> None:
    for operation in (activate_member, deactivate_member, deactivate_member, activate_member):
        club.operate(operation, club.anna)

    assert [type_ for type_, _ in club.recorded] == ["member_deactivated", "member_activated"]


def test_events_and_movements_of_points_of_an_inactive_member_are_refused(club: Club) -> None:
    bert = club.register(Identity(email="bert@example.com"))
    club.operate(add_points, AddPoints(club.anna, 100, never_expires=True))
    club.operate(add_points, AddPoints(bert, 100, never_expires=True))
    club.operate(deactivate_member, club.anna)
    login = IncomingEvent("app_login", NOW, {}, Identity(email="ANNA@example.com"), {}, None)

    refused = [
        lambda: club.operate(add_points, AddPoints(club.anna, 1)),
        lambda: club.operate(spend_points, SpendPoints(club.anna, 1)),
        lambda: club.operate(hold_points, HoldPoints(club.anna, 1)),
        lambda: club.operate(transfer_points, TransferPoints(club.anna, bert, 1)),
        lambda: club.operate(transfer_points, TransferPoints(bert, club.anna, 1)),
        lambda: accept_event(club.store, PROGRAM, 1, login, now=NOW),
    ]

    for each in refused:
        with pytest.raises(MemberInactive) as raised:
            each()
        assert raised.value.member_id == club.anna
    club.operate(activate_member, club.anna)
    assert club.operate(spend_points, SpendPoints(club.anna, 1))
    assert accept_event(club.store, PROGRAM, 1, login, now=NOW).stored == 1
