"""Registering members, by hand and by an event, on a store in memory."""

from datetime import UTC, datetime

import pytest

from loyalty.ids import is_id
from loyalty.members.registration import NewMember, find_member, find_or_register, find_reported, register_member
from loyalty.refusals import (
    DifferentMembers,
    IdentityTaken,
    MemberInactive,
    MissingIdentity,
    UnidentifiedMember,
    UnknownMember,
    UnknownMemberId,
    UnknownTier,
)
from loyalty.store.members import Identity
from loyalty.store.memory.store import InMemoryStore
from program_files import read_program
from tests.kit import programs

NOW = datetime(2026, 5, 1, 9, 0, tzinfo=UTC)
PROGRAM = read_program(programs.files())
REFUSES = read_program(programs.files(program=programs.PROGRAM.replace("register", "refuse")))
ANNA = Identity(email="Anna@example.com", phone="+48500100200", card="C-1")
SOME_ID = "0199c0de-7a11-7c0f-8e57-000000000001"


def register(store: InMemoryStore, identity: Identity, tier: str | None = None) -> str:
    new = NewMember(identity, registered_at=NOW, tier=tier, attributes={"shop": "Gdynia"})
    return register_member(store, PROGRAM, 3, new, now=NOW).member


def test_a_member_is_registered_in_the_lowest_tier_with_the_event_that_says_so() -> None:
    store = InMemoryStore("DEFAULT")

    started = register_member(store, PROGRAM, 3, NewMember(ANNA, registered_at=NOW), now=NOW)

    member = store.members.facts(started.member)
    assert (member.email, member.phone, member.card, member.tier) == (ANNA.email, ANNA.phone, ANNA.card, "bronze")
    event = store.events.state(started.id, "decide")
    assert event is not None
    assert (event.type, event.member, event.revision) == ("member_registered", started.member, 3)
    assert (started.store, started.type, started.revision) == ("DEFAULT", "member_registered", 3)


def test_a_member_is_registered_in_the_tier_that_is_asked_for() -> None:
    store = InMemoryStore("DEFAULT")

    member_id = register(store, ANNA, tier="gold")

    assert store.members.facts(member_id).tier == "gold"


def test_a_tier_that_the_program_does_not_have_is_refused_with_those_it_has() -> None:
    with pytest.raises(UnknownTier) as refused:
        register(InMemoryStore("DEFAULT"), ANNA, tier="platinum")

    assert refused.value.tiers == ["bronze", "silver", "gold"]


@pytest.mark.parametrize("identity", [Identity(), Identity(id=SOME_ID)])
def test_a_member_without_email_phone_and_card_is_refused(identity: Identity) -> None:
    with pytest.raises(MissingIdentity):
        register(InMemoryStore("DEFAULT"), identity)


def test_an_identity_that_other_members_have_is_refused_with_the_parts_they_have() -> None:
    store = InMemoryStore("DEFAULT")
    register(store, Identity(email="anna@example.com"))
    register(store, Identity(card="C-1"))

    with pytest.raises(IdentityTaken) as refused:
        register(store, ANNA)

    assert refused.value.fields == ["email", "card"]
    assert len(store.members_by_id) == 2


def test_an_event_finds_its_member_by_any_part_of_the_identity() -> None:
    store = InMemoryStore("DEFAULT")
    member_id = register(store, ANNA)

    found, registered = find_or_register(store, PROGRAM, 3, Identity(email="ANNA@example.com", phone="1"), now=NOW)

    assert (found, registered) == (member_id, None)


def test_an_event_registers_an_unknown_member_under_the_id_it_names() -> None:
    store = InMemoryStore("DEFAULT")

    found, registered = find_or_register(store, PROGRAM, 3, Identity(id=SOME_ID, email="a"), now=NOW)
    other, _ = find_or_register(store, PROGRAM, 3, Identity(email="b"), now=NOW)

    assert found == SOME_ID
    assert registered is not None
    assert registered.member == SOME_ID
    assert is_id(other)


def test_an_event_whose_parts_belong_to_several_members_is_of_the_one_with_the_first_part() -> None:
    store = InMemoryStore("DEFAULT")
    by_card, by_phone, by_email = (
        register(store, Identity(card="C")),
        register(store, Identity(phone="1")),
        register(store, Identity(email="a")),
    )

    def found(**identity: str) -> str:
        member, registered = find_or_register(store, PROGRAM, 3, Identity(**identity), now=NOW)
        assert registered is None
        assert find_reported(store, Identity(**identity)) == member
        return member

    assert found(email="a", phone="1", card="C") == by_email
    assert found(phone="1", card="C") == by_phone
    assert found(id=by_card, email="a", phone="1") == by_card
    assert found(email="nobody", card="C") == by_card
    assert [store.members.facts(each).email for each in (by_phone, by_email)] == [None, "a"]


def test_who_is_named_by_hand_must_be_one_member() -> None:
    store = InMemoryStore("DEFAULT")
    members = [register(store, Identity(email="a")), register(store, Identity(phone="1"))]

    with pytest.raises(DifferentMembers) as refused:
        find_member(store, Identity(email="a", phone="1"))

    assert sorted(refused.value.member_ids) == sorted(members)


def test_an_event_is_refused_if_the_member_with_its_first_part_is_inactive() -> None:
    store = InMemoryStore("DEFAULT")
    inactive = register(store, Identity(email="a"))
    register(store, Identity(phone="1"))
    store.members.set_active(inactive, False, now=NOW)

    with pytest.raises(MemberInactive):
        find_or_register(store, PROGRAM, 3, Identity(email="a", phone="1"), now=NOW)


def test_an_event_of_an_unknown_member_is_refused_if_the_program_registers_none() -> None:
    store = InMemoryStore("DEFAULT")

    with pytest.raises(UnknownMember) as refused:
        find_or_register(store, REFUSES, 3, ANNA, now=NOW)

    assert refused.value.store == "DEFAULT"
    assert store.members_by_id == {}


def test_an_unknown_id_alone_registers_nobody() -> None:
    with pytest.raises(UnknownMemberId) as refused:
        find_or_register(InMemoryStore("DEFAULT"), PROGRAM, 3, Identity(id=SOME_ID), now=NOW)

    assert refused.value.member_id == SOME_ID


def test_an_event_that_names_no_member_is_refused() -> None:
    with pytest.raises(UnidentifiedMember):
        find_or_register(InMemoryStore("DEFAULT"), PROGRAM, 3, Identity(), now=NOW)


IN_POLAND = read_program(programs.files(program=programs.PROGRAM + "region: PL\n"))


def test_spellings_of_one_email_and_phone_are_one_member() -> None:
    store = InMemoryStore("DEFAULT")
    identity = Identity(email=" Anna@example.com", phone="500 100 200")
    first, _ = find_or_register(store, IN_POLAND, 3, identity, now=NOW)

    spellings = [
        Identity(phone="+48500100200"),
        Identity(phone="0048 500-100-200"),
        Identity(email="ANNA@EXAMPLE.COM"),
        Identity(email="anna@exam\u200bple.com", phone="(500) 100 200"),
    ]

    assert {find_or_register(store, IN_POLAND, 3, each, now=NOW) for each in spellings} == {(first, None)}
    member = store.members.facts(first)
    assert (member.email, member.phone) == ("Anna@example.com", "+48500100200")


def test_what_an_event_says_in_addition_is_learned_and_proves_nothing() -> None:
    store = InMemoryStore("DEFAULT")
    anna, _ = find_or_register(store, PROGRAM, 3, Identity(email="anna@example.com"), now=NOW)

    found, _ = find_or_register(store, PROGRAM, 3, Identity(email="anna@example.com", phone="1", card="C-1"), now=NOW)

    assert found == anna
    assert find_or_register(store, PROGRAM, 3, Identity(phone="1"), now=NOW) == (anna, None)
    (known,) = store.members.identities_matching(Identity(card="C-1"))
    assert [known.proves(part) for part in ("email", "phone", "card")] == [True, False, False]


def test_what_is_known_of_a_member_or_is_somebody_elses_is_not_learned() -> None:
    store = InMemoryStore("DEFAULT")
    anna, _ = find_or_register(store, PROGRAM, 3, Identity(email="anna@example.com", phone="1"), now=NOW)
    find_or_register(store, PROGRAM, 3, Identity(card="C-2"), now=NOW)

    find_or_register(store, PROGRAM, 3, Identity(email="anna@example.com", phone="9"), now=NOW)
    also, _ = find_or_register(store, PROGRAM, 3, Identity(email="anna@example.com", card="C-2"), now=NOW)

    assert also == anna
    member = store.members.facts(anna)
    assert (member.phone, member.card) == ("1", None)
