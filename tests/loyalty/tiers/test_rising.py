"""Operations that raise a member's standing move them up before they are committed."""

import pytest

from program_files import read_program
from tests.kit.ledger import ANN, BOB, NOW, Ledger

PROGRAM = """\
store: DEFAULT
timezone: Europe/Warsaw
wallets:
  points: {default: true}
  bounded: {}
tiers: [{tier: bronze, from: 0}, {tier: silver, from: 50}, {tier: gold, from: 100}]
"""


def ledger_by(tier_by: str) -> Ledger:
    ledger = Ledger()
    ledger.program = read_program({"program.yaml": f"{PROGRAM}tier_by: {tier_by}\n".encode()})
    return ledger


def tier(ledger: Ledger, member: str = ANN) -> str | None:
    return ledger.store.members_by_id[member].member.tier


def test_points_added_by_hand_raise_the_tier_if_they_say_that_they_qualify() -> None:
    ledger = ledger_by("earned_points")

    ledger.add(60)
    without = tier(ledger)
    ledger.add(60, qualifies=True)

    assert (without, tier(ledger)) == (None, "silver")
    assert [each.type for each in ledger.recorded] == ["points_added", "points_added", "tier_changed"]


@pytest.mark.parametrize("tier_by", ["earned_points", "active_points"])
def test_pending_points_added_by_hand_count_when_they_are_activated_by_hand(tier_by: str) -> None:
    ledger = ledger_by(tier_by)
    added = ledger.add(120, qualifies=True, pending_until=NOW.replace(year=NOW.year + 1))
    before = tier(ledger)

    ledger.activate(added)

    assert (before in (None, "bronze"), tier(ledger)) == (True, "gold")
    assert [each.type for each in ledger.recorded] == ["points_added", "points_activated", "tier_changed"]


def test_points_that_are_received_raise_a_tier_by_active_points_alone() -> None:
    for tier_by, expected in (("active_points", "silver"), ("earned_points", None)):
        ledger = ledger_by(tier_by)
        ledger.add(60)

        ledger.send(60)

        assert tier(ledger, BOB) == expected


def test_a_cancelled_spend_and_a_released_hold_raise_a_tier_by_active_points() -> None:
    ledger = ledger_by("active_points")
    ledger.program = read_program({"program.yaml": PROGRAM.encode()})  # nobody rises yet
    ledger.add(120)
    spent, held = ledger.spend(60), ledger.hold(60)
    ledger.program = ledger_by("active_points").program

    ledger.cancel(spent, by="shop")
    first = tier(ledger)
    ledger.release(held)

    assert (first, tier(ledger)) == ("silver", "gold")


def test_cancelling_pending_points_that_became_active_takes_back_what_they_counted() -> None:
    ledger = ledger_by("earned_points")
    added = ledger.add(120, qualifies=True, pending_until=NOW.replace(year=NOW.year + 1))
    ledger.activate(added)

    ledger.cancel(added)

    account = ledger.store.ledger.account(ANN, "points")
    assert account is not None
    assert account.balance.qualifying == 0
