"""Operations on points: what each does to balances, lots and transfers, and what it refuses."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from loyalty.points import refusals
from program_files import read_program
from tests.kit.ledger import ANN, BOB, DAY, NOW, WALLETS, Ledger, points


@pytest.fixture
def ledger() -> Ledger:
    return Ledger()


def test_points_are_added_and_spent_what_expires_first(ledger: Ledger) -> None:
    later = ledger.add(50, expires_at=NOW + 90 * DAY)
    sooner = ledger.add(30, expires_at=NOW + 60 * DAY)

    spent = ledger.spend(40)

    assert ledger.balance() == {"active": 40, "earned": 80, "spent": 40}
    assert ledger.taken(spent) == {sooner: 30, later: 10}
    assert [(each.kind, each.number, each.balance) for each in ledger.transfers()] == [
        ("add", 1, points(50)),
        ("add", 2, points(80)),
        ("spend", 3, points(40)),
    ]


def test_more_than_there_is_cannot_be_spent(ledger: Ledger) -> None:
    ledger.add(30)
    ledger.add(100, pending_until=NOW + DAY)

    with pytest.raises(refusals.NotEnoughPoints) as refused:
        ledger.spend(31)

    assert (refused.value.balance, refused.value.needed) == (30, 31)
    assert ledger.balance() == {"active": 30, "pending": 100, "earned": 130}


def test_points_whose_date_has_passed_cannot_be_spent_before_they_are_expired(ledger: Ledger) -> None:
    ledger.add(30, expires_at=NOW + DAY)
    ledger.now = NOW + 2 * DAY

    with pytest.raises(refusals.NotEnoughPoints):
        ledger.spend(1)


def test_held_points_cannot_be_spent_and_come_back(ledger: Ledger) -> None:
    ledger.add(100)
    hold = ledger.hold(60, until=NOW + DAY)
    assert ledger.balance() == {"active": 40, "held": 60, "earned": 100}

    with pytest.raises(refusals.NotEnoughPoints):
        ledger.spend(41)
    ledger.release(hold)

    assert ledger.balance() == {"active": 100, "earned": 100}
    with pytest.raises(refusals.NotHeld):
        ledger.release(hold)


def test_a_part_of_a_hold_is_captured_and_the_rest_is_released(ledger: Ledger) -> None:
    ledger.add(100)
    hold = ledger.hold(60)

    ledger.capture(hold, 25)

    assert ledger.balance() == {"active": 75, "spent": 25, "earned": 100}
    assert [each.kind for each in ledger.transfers()] == ["add", "hold", "capture", "release"]
    with pytest.raises(refusals.NotHeld):
        ledger.capture(hold, 1)


def test_no_more_is_captured_than_is_held(ledger: Ledger) -> None:
    ledger.add(100)
    hold = ledger.hold(60)

    with pytest.raises(refusals.MoreThanHeld) as refused:
        ledger.capture(hold, 61)

    assert (refused.value.held, refused.value.asked) == (60, 61)
    assert ledger.balance() == {"active": 40, "held": 60, "earned": 100}


def test_held_points_whose_date_passed_expire_when_they_are_released(ledger: Ledger) -> None:
    ledger.add(100, expires_at=NOW + DAY)
    hold = ledger.hold(60)
    ledger.now = NOW + 2 * DAY
    ledger.run_due_items()
    assert ledger.balance() == {"held": 60, "expired": 40, "earned": 100}

    ledger.release(hold)

    assert ledger.balance() == {"expired": 100, "earned": 100}


def test_a_hold_ends_by_itself(ledger: Ledger) -> None:
    ledger.add(100)
    ledger.hold(60, until=NOW + DAY)

    ledger.now = NOW + DAY
    ledger.run_due_items()

    assert ledger.balance() == {"active": 100, "earned": 100}


def test_a_cancelled_spend_returns_to_the_lots_it_came_from(ledger: Ledger) -> None:
    sooner, later = ledger.add(30, expires_at=NOW + 60 * DAY), ledger.add(50)
    spent = ledger.spend(40)

    ledger.cancel(spent)

    assert ledger.balance() == {"active": 80, "earned": 80}
    assert ledger.left() == {sooner: 30, later: 50}
    with pytest.raises(refusals.AlreadyCancelled):
        ledger.cancel(spent)


def test_what_expired_meanwhile_lives_for_the_grace_when_the_shop_cancels(ledger: Ledger) -> None:
    lot = ledger.add(30, expires_at=NOW + DAY)
    spent = ledger.spend(20)
    ledger.now = NOW + 2 * DAY
    ledger.run_due_items()

    ledger.cancel(spent, by="shop")

    assert ledger.balance() == {"active": 20, "expired": 10, "earned": 30}
    assert ledger.lot(lot).expires_at == NOW + 32 * DAY


def test_what_expired_meanwhile_stays_expired_when_the_member_cancels(ledger: Ledger) -> None:
    ledger.add(30, expires_at=NOW + DAY)
    spent = ledger.spend(20)
    ledger.now = NOW + 2 * DAY
    ledger.run_due_items()

    ledger.cancel(spent, by="member")

    assert ledger.balance() == {"expired": 30, "earned": 30}


def test_only_what_was_spent_gets_a_new_date(ledger: Ledger) -> None:
    ledger.add(30, expires_at=NOW + DAY)
    spent = ledger.spend(20)
    ledger.now = NOW + 2 * DAY  # what is left is overdue, and the clock has not run yet

    ledger.cancel(spent, by="shop")

    assert ledger.balance() == {"active": 20, "expired": 10, "earned": 30}


def test_a_cancelled_addition_takes_what_is_left_then_other_points_then_owes(ledger: Ledger) -> None:
    added = ledger.add(100)
    other = ledger.add(30)
    ledger.spend(90)

    ledger.cancel(added)
    assert ledger.balance() == {"owed": 60, "earned": 30, "spent": 90}
    assert ledger.left() == {}
    assert other not in ledger.left()

    ledger.add(50)
    assert ledger.balance() == {"owed": 10, "earned": 80, "spent": 90}
    ledger.add(50)
    assert ledger.balance() == {"active": 40, "earned": 130, "spent": 90}


def test_pending_points_do_not_pay_debt_before_they_are_active(ledger: Ledger) -> None:
    added = ledger.add(100)
    ledger.spend(100)
    ledger.cancel(added)
    pending = ledger.add(150, pending_until=NOW + DAY)
    assert ledger.balance() == {"owed": 100, "pending": 150, "earned": 150, "spent": 100}

    ledger.activate(pending)

    assert ledger.balance() == {"active": 50, "earned": 150, "spent": 100}


def test_what_expired_of_a_cancelled_addition_is_not_taken(ledger: Ledger) -> None:
    added = ledger.add(100, expires_at=NOW + DAY)
    ledger.spend(30)
    ledger.now = NOW + 2 * DAY
    ledger.run_due_items()
    ledger.add(50)

    ledger.cancel(added)

    assert ledger.balance() == {"active": 20, "expired": 70, "earned": 120, "spent": 30}


def test_a_pending_addition_is_cancelled_while_it_is_pending(ledger: Ledger) -> None:
    ledger.add(40)
    pending = ledger.add(100, pending_until=NOW + DAY)

    ledger.cancel(pending)

    assert ledger.balance() == {"active": 40, "earned": 40}
    ledger.now = NOW + 2 * DAY
    ledger.run_due_items()
    assert ledger.balance() == {"active": 40, "earned": 40}


def test_pending_points_added_by_hand_that_become_active_early_expire_as_counted_from_then(ledger: Ledger) -> None:
    ledger.program = read_program({"program.yaml": WALLETS.replace("true}", "true, expires: {after: 90d}}").encode()})
    by_rule = ledger.add(10, pending_until=NOW + 30 * DAY, never_expires=False)
    on_a_date = ledger.add(10, pending_until=NOW + 30 * DAY, never_expires=False, expires_at=NOW + 99 * DAY)

    ledger.activate(by_rule)
    ledger.activate(on_a_date)

    assert ledger.lot(by_rule).expires_at == NOW + 90 * DAY
    assert ledger.lot(on_a_date).expires_at == NOW + 99 * DAY


def test_what_comes_back_to_a_cancelled_addition_pays_what_was_owed_for_it(ledger: Ledger) -> None:
    added = ledger.add(100)
    spent = ledger.spend(100)
    ledger.cancel(added)
    assert ledger.balance() == {"owed": 100, "spent": 100}

    ledger.cancel(spent)

    assert ledger.balance() == {}


def test_what_comes_back_to_a_cancelled_addition_is_given_to_the_points_taken_in_its_place(ledger: Ledger) -> None:
    added = ledger.add(100, expires_at=NOW + 9 * DAY)
    other = ledger.add(60)
    spent = ledger.spend(60)
    ledger.cancel(added)
    assert ledger.left() == {}

    ledger.cancel(spent)

    assert ledger.balance() == {"active": 60, "earned": 60}
    assert ledger.left() == {other: 60}


@pytest.mark.parametrize(
    ("end", "expected"),
    [("release", {"active": 30, "earned": 30}), ("capture", {"owed": 30, "earned": 30, "spent": 60})],
)
def test_held_points_of_a_cancelled_addition(ledger: Ledger, end: str, expected: dict[str, int]) -> None:
    added = ledger.add(100, expires_at=NOW + 9 * DAY)
    hold = ledger.hold(60)
    ledger.cancel(added)
    ledger.add(30)
    assert ledger.balance() == {"active": 30, "held": 60, "earned": 30}

    getattr(ledger, end)(hold)

    assert ledger.balance() == expected


def test_points_move_to_another_member_with_their_dates(ledger: Ledger) -> None:
    ledger.add(30, expires_at=NOW + 60 * DAY)
    ledger.add(50)

    ledger.send(40)

    assert ledger.balance() == {"active": 40, "earned": 80}
    assert ledger.balance(BOB) == {"active": 40}
    dates = {lot.expires_at: lot.remaining for lot in ledger.lots(BOB)}
    assert dates == {NOW + 60 * DAY: points(30), None: points(10)}


@pytest.mark.parametrize("which", ["send", "receive"])
def test_a_transfer_between_members_is_undone_on_both_sides(ledger: Ledger, which: str) -> None:
    ledger.add(50)
    sent = ledger.send(40)
    ledger.spend(25, member=BOB)
    received = ledger.about(sent, "receive")

    ledger.cancel(sent if which == "send" else received)

    assert ledger.balance() == {"active": 50, "earned": 50}
    assert ledger.balance(BOB) == {"owed": 25, "spent": 25}
    for each in (sent, received):
        with pytest.raises(refusals.AlreadyCancelled):
            ledger.cancel(each)


def test_expired_points_come_back_with_a_new_date(ledger: Ledger) -> None:
    added = ledger.add(30, expires_at=NOW + DAY)
    ledger.expire(added)
    expiry = ledger.about(added, "expire")
    with pytest.raises(refusals.NewDateNeeded):
        ledger.cancel(expiry)

    ledger.cancel(expiry, expires_at=NOW + 5 * DAY)

    assert ledger.balance() == {"active": 30, "earned": 30}
    assert ledger.lot(added).expires_at == NOW + 5 * DAY
    ledger.now = NOW + 5 * DAY
    ledger.run_due_items()
    assert ledger.balance() == {"expired": 30, "earned": 30}


def test_debt_has_the_bound_of_its_wallet_and_the_rest_is_forgiven(ledger: Ledger) -> None:
    added = ledger.add(100, wallet="bounded")
    ledger.spend(100, wallet="bounded")

    cancelled = ledger.cancel(added)

    assert cancelled.shortfall == points(80)
    assert ledger.balance(wallet="bounded") == {"owed": 20, "spent": 100}


def test_a_transfer_limit_counts_what_was_sent_and_not_what_was_cancelled(ledger: Ledger) -> None:
    ledger.add(500, wallet="bounded")
    sent = ledger.send(80, wallet="bounded")
    with pytest.raises(refusals.TransferLimitReached):
        ledger.send(30, wallet="bounded")

    ledger.cancel(sent)

    ledger.send(100, wallet="bounded")
    assert ledger.balance(BOB, wallet="bounded") == {"active": 100}


def test_an_operation_asked_for_twice_under_one_id_is_done_once(ledger: Ledger) -> None:
    first = ledger.add(30, external_id="till-1")

    assert ledger.add(30, external_id="till-1") == first
    with pytest.raises(refusals.TransferIdReused):
        ledger.add(31, external_id="till-1")
    assert ledger.balance() == {"active": 30, "earned": 30}


@pytest.mark.parametrize("amount", [0, -1, Decimal("0.5"), 10**9 + 1, Decimal("NaN"), Decimal("Infinity")])
@pytest.mark.parametrize("operation", ["add", "spend", "hold", "send"])
def test_amounts_that_cannot_be_moved_are_refused(ledger: Ledger, operation: str, amount: Any) -> None:
    ledger.add(30)

    with pytest.raises(refusals.InvalidAmount):
        getattr(ledger, operation)(amount)

    assert ledger.balance() == {"active": 30, "earned": 30}


@pytest.mark.parametrize(
    ("refused", "refusal"),
    [
        (lambda it: it.add(1, wallet="stars"), refusals.UnknownWallet),
        (lambda it: it.add(1, expires_at=NOW), refusals.DateInPast),
        (lambda it: it.add(1, pending_until=NOW - DAY), refusals.DateInPast),
        (lambda it: it.hold(1, until=NOW), refusals.DateInPast),
        (lambda it: it.send(1, receiver=ANN), refusals.SameMember),
        (lambda it: it.cancel("no-such"), refusals.UnknownTransfer),
        (lambda it: it.release("no-such"), refusals.UnknownTransfer),
        (lambda it: it.expire("no-such"), refusals.UnknownTransfer),
        (lambda it: it.activate("no-such"), refusals.UnknownTransfer),
        (lambda it: it.release(it.add(1)), refusals.NotHeld),
        (lambda it: it.activate(it.add(1)), refusals.NotPending),
        (lambda it: it.expire(it.spend(5)), refusals.NothingLeft),
        (lambda it: it.cancel(it.cancel(it.spend(5)).transfer), refusals.NotCancellable),
        (lambda it: it.cancel(it.spend(5), expires_at=NOW), refusals.DateInPast),
    ],
)
def test_what_cannot_be_done_is_refused(
    ledger: Ledger, refused: Callable[[Ledger], object], refusal: type[Exception]
) -> None:
    ledger.add(5)

    with pytest.raises(refusal):
        refused(ledger)


def test_every_operation_records_what_it_did(ledger: Ledger) -> None:
    added = ledger.add(100, pending_until=NOW + DAY)
    ledger.activate(added)
    ledger.spend(10)
    ledger.capture(ledger.hold(10), 4)
    ledger.cancel(ledger.send(5))
    ledger.expire(added)

    assert [each.type for each in ledger.recorded] == [
        "points_added",
        "points_activated",
        "points_spent",
        "points_held",
        "points_captured",
        "points_released",
        "points_sent",
        "points_received",
        "points_transfer_cancelled",
        "points_transfer_cancelled",
        "points_expired",
    ]
