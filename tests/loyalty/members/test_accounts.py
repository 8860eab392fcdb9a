"""Accounts of members: codes that are used once, and what they prove; on a store in memory."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from loyalty.events.operations import OperationContext
from loyalty.members import accounts
from loyalty.members.changes import MemberChanges, activate_member, deactivate_member, update_member
from loyalty.members.codes import LIFETIME, MOST_GUESSES, MOST_IN_AN_HOUR
from loyalty.members.registration import NewMember, find_or_register
from loyalty.refusals import IdentityTaken, MemberInactive, NotWaiting, TooManyCodes, WrongPassword
from loyalty.store.codes import CodePurpose, PlainCode
from loyalty.store.members import Identity
from tests.loyalty.members.test_changes import NOW, PROGRAM, Club

NOBODY = Identity()
OLA = Identity(email="ola@example.com")
SECOND = timedelta(seconds=1)


class Accounts(Club):
    """A club whose clock a test moves, with Ola, who waits for activation. Anna has a password."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.now = NOW
        self.ola = self.operate(accounts.register_inactive, NewMember(OLA, NOW, password_hash="first"))
        self.operate(accounts.set_password, self.anna, "first")

    def operate(self, operation: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
        context = OperationContext(self.store, PROGRAM, 1, self.now, "member")
        result = operation(context, *arguments, **options)
        self.recorded += [(each.type, self.store.events.states[each.id].body) for each in context.to_start]
        return result

    now = NOW

    def code(self, member: str, purpose: CodePurpose) -> PlainCode:
        """The last code that a member got."""
        latest = self.store.codes.latest(member, purpose)
        assert latest is not None
        return self.store.codes.plain(latest.id)

    def activate(self, code: Any, identity: Identity = NOBODY) -> bool:
        activated: bool = self.operate(accounts.activate_by_code, str(code), identity)
        return activated

    def reset(self, code: Any, identity: Identity = NOBODY) -> bool:
        done: bool = self.operate(accounts.reset_password, str(code), identity, "second")
        return done

    def confirm(self, code: Any, identity: Identity = NOBODY) -> bool:
        done: bool = self.operate(accounts.confirm_change, str(code), identity)
        return done


@pytest.fixture
def club() -> Accounts:
    return Accounts()


def test_a_code_activates_once(club: Accounts) -> None:
    code = club.code(club.ola, "activation")

    assert not club.store.members.is_active(club.ola)
    assert [club.activate(code.code.lower()), club.activate(code.code)] == [True, False]

    assert club.store.members.is_active(club.ola)
    assert [type_ for type_, _ in club.recorded].count("member_activated") == 1


def test_a_number_works_only_together_with_whose_it_is(club: Accounts) -> None:
    number = club.code(club.ola, "activation").number

    assert not club.activate(number)
    assert not club.activate(number, Identity(email="anna@example.com"))
    assert club.activate(number, Identity(email="OLA@example.com"))


def test_a_number_that_is_guessed_at_too_often_is_void_and_so_is_its_code(club: Accounts) -> None:
    code = club.code(club.ola, "activation")
    wrong = 999_999 if code.number != 999_999 else 100_000

    assert not any(club.activate(wrong, OLA) for _ in range(MOST_GUESSES))

    assert not club.activate(code.number, OLA)
    assert not club.activate(code.code)
    club.operate(accounts.send_activation_code, club.ola)
    assert club.activate(club.code(club.ola, "activation").code)


@pytest.mark.parametrize("purpose", ["activation", "password", "email", "phone"])
def test_a_code_works_until_it_expires_or_another_is_asked_for(club: Accounts, purpose: CodePurpose) -> None:
    ask: dict[str, Callable[[], Any]] = {
        "activation": lambda: club.operate(accounts.send_activation_code, club.ola),
        "password": lambda: club.operate(accounts.request_password_reset, "anna@example.com"),
        "email": lambda: club.operate(accounts.request_change, club.anna, "email", "new@example.com"),
        "phone": lambda: club.operate(accounts.request_change, club.anna, "phone", "123"),
    }
    use = {"activation": club.activate, "password": club.reset, "email": club.confirm, "phone": club.confirm}[purpose]
    member = club.ola if purpose == "activation" else club.anna
    ask[purpose]()
    replaced = club.code(member, purpose)
    ask[purpose]()
    last = club.code(member, purpose)

    assert not use(replaced.code)
    club.now = NOW + LIFETIME[purpose]
    assert not use(last.code)
    club.now -= SECOND
    assert not any(other(last.code) for other in (club.activate, club.reset, club.confirm) if other != use)
    assert use(last.code)


def test_a_member_gets_so_many_codes_in_an_hour(club: Accounts) -> None:
    for _ in range(MOST_IN_AN_HOUR - 1):
        club.operate(accounts.send_activation_code, club.ola)

    with pytest.raises(TooManyCodes):
        club.operate(accounts.send_activation_code, club.ola)

    club.now = NOW + timedelta(hours=1, seconds=1)
    club.operate(accounts.send_activation_code, club.ola)


def test_who_was_deactivated_is_not_activated_by_any_code(club: Accounts) -> None:
    code = club.code(club.ola, "activation")
    club.operate(deactivate_member, club.anna)
    club.operate(activate_member, club.ola)
    club.operate(deactivate_member, club.ola)
    club.recorded.clear()

    club.operate(accounts.resend_activation_code, "1")

    assert not club.activate(code.code)
    for member in (club.ola, club.anna):
        with pytest.raises(NotWaiting):
            club.operate(accounts.send_activation_code, member)
    assert club.recorded == []


def test_only_who_waits_for_activation_gets_a_code_by_phone(club: Accounts) -> None:
    new = NewMember(Identity(email="kim@example.com", phone="+48500"), NOW)
    kim = club.operate(accounts.register_inactive, new)
    club.recorded.clear()

    for phone in ("+48500", "nobody's"):
        club.operate(accounts.resend_activation_code, phone)
    club.activate(club.code(kim, "activation").code)
    club.operate(accounts.resend_activation_code, "+48500")

    assert [type_ for type_, _ in club.recorded] == ["member_activation_code_requested", "member_activated"]


@pytest.mark.parametrize("name", ["ANNA@example.com", "C-1", "ola@example.com", "nobody@example.com"])
def test_only_active_members_get_a_code_for_another_password(club: Accounts, name: str) -> None:
    club.recorded.clear()

    for _ in range(MOST_IN_AN_HOUR + 1):
        club.operate(accounts.request_password_reset, name)

    expected = [] if "ola" in name or "nobody" in name else ["member_password_reset_requested"] * MOST_IN_AN_HOUR
    assert [type_ for type_, _ in club.recorded] == expected


def test_a_password_is_reset_once_and_every_code_for_it_ends_with_the_next(club: Accounts) -> None:
    club.operate(accounts.request_password_reset, "anna@example.com")
    code = club.code(club.anna, "password").code

    assert [club.reset(code), club.reset(code)] == [True, False]
    assert club.store.members.password_hash(club.anna) == "second"
    club.operate(accounts.request_password_reset, "anna@example.com")
    club.operate(accounts.set_password, club.anna, "third")
    assert not club.reset(club.code(club.anna, "password").code)


def test_a_password_that_changed_meanwhile_is_not_changed_again(club: Accounts) -> None:
    club.operate(accounts.change_password, club.anna, "second", verified="first")

    for verified in ("first", None):
        with pytest.raises(WrongPassword):
            club.operate(accounts.change_password, club.anna, "third", verified=verified)

    assert club.store.members.password_hash(club.anna) == "second"


def test_the_old_email_stays_until_the_new_one_is_confirmed(club: Accounts) -> None:
    club.operate(accounts.request_change, club.anna, "email", "new@example.com")
    assert club.member.email == "anna@example.com"

    assert club.confirm(club.code(club.anna, "email").number, Identity(card="C-1"))

    assert (club.member.email, club.member.card) == ("new@example.com", "C-1")
    assert club.recorded[-1] == ("member_updated", {"fields": ["email"]})


def test_whether_another_member_has_an_email_is_said_only_to_who_got_the_code(club: Accounts) -> None:
    club.operate(accounts.request_change, club.anna, "email", "ola@example.com")

    with pytest.raises(IdentityTaken):
        club.confirm(club.code(club.anna, "email").code)

    assert club.member.email == "anna@example.com"


def test_the_same_email_needs_no_code_and_an_inactive_member_gets_none(club: Accounts) -> None:
    club.recorded.clear()
    club.operate(accounts.request_change, club.anna, "email", "anna@example.com")

    with pytest.raises(MemberInactive):
        club.operate(accounts.request_change, club.ola, "email", "new@example.com")

    assert club.recorded == []


def test_a_learned_phone_gets_no_code_until_it_is_confirmed(club: Accounts) -> None:
    find_or_register(club.store, PROGRAM, 1, Identity(email="anna@example.com", phone="123"), now=NOW)
    club.recorded.clear()
    club.operate(accounts.request_password_reset, "123")
    assert club.recorded == []

    club.operate(update_member, club.anna, MemberChanges(identity={"phone": "1234"}))
    club.operate(accounts.request_password_reset, "1234")

    assert [type_ for type_, _ in club.recorded] == ["member_updated", "member_password_reset_requested"]
