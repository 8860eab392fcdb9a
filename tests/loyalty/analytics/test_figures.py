"""What each figure of points means: one definition, by the kind of a transfer."""

from decimal import Decimal

import pytest

from loyalty.analytics.figures import CountedTransfer, Increment, Sums, WalletFigures, share
from loyalty.program.wallets import Points
from loyalty.store.members import Balance
from loyalty.store.points import TransferKind


def counted(kind: TransferKind, about: TransferKind | None = None, **change: int) -> set[Increment]:
    """What a transfer adds to figures."""
    parts = {part: Points(amount) for part, amount in change.items()}
    return set(CountedTransfer(kind, about, "points", Balance(**parts)).increments)


def test_an_award_is_issued_and_there() -> None:
    assert counted("award", active=5, earned=5) == {
        Increment("active", "points", 0, 5),
        Increment("issued", "points", 1, 5),
        Increment("total_earned", "points", 0, 5),
    }


def test_pending_points_are_issued_once_and_not_again_when_they_become_active() -> None:
    added = counted("add", pending=5)
    activated = counted("activate", "add", pending=-5, active=5)

    assert added == {Increment("pending", "points", 0, 5), Increment("issued", "points", 1, 5)}
    assert activated == {Increment("pending", "points", 0, -5), Increment("active", "points", 0, 5)}


@pytest.mark.parametrize(
    ("kind", "about", "change", "movement"),
    [
        ("spend", None, {"active": -3, "spent": 3}, ("spent", 3)),
        ("deduct", None, {"active": -3, "spent": 3}, ("spent", 3)),
        ("capture", "hold", {"held": -3, "spent": 3}, ("spent", 3)),
        ("cancel", "spend", {"active": 3, "spent": -3}, ("spent", -3)),
        ("return", "deduct", {"active": 3, "spent": -3}, ("spent", -3)),
        ("expire", "award", {"active": -3, "expired": 3}, ("expired", 3)),
        ("cancel", "expire", {"active": 3, "expired": -3}, ("expired", -3)),
        ("cancel", "award", {"active": -3, "earned": -3}, ("cancelled", 3)),
        ("take_back", None, {"active": -3}, ("cancelled", 3)),
        ("settle", "award", {"active": -3, "owed": -3}, ("paid_debt", 3)),
        ("send", None, {"active": -3}, ("transferred", -3)),
        ("receive", "send", {"active": 3}, ("transferred", 3)),
    ],
)
def test_what_leaves_or_comes_back_counts_on_the_figure_of_what_it_is_about(
    kind: TransferKind, about: TransferKind | None, change: dict[str, int], movement: tuple[str, int]
) -> None:
    moved = {(each.figure, each.amount) for each in counted(kind, about, **change) if each.times}

    assert moved == {movement}


def test_a_hold_moves_nothing_away() -> None:
    assert {each.figure for each in counted("hold", active=-3, held=3)} == {"active", "held"}


def test_what_takes_points_that_are_not_there_is_owed_and_takes_nothing() -> None:
    assert counted("cancel", "award", owed=4) == {Increment("owed", "points", 0, 4)}


def test_rates_are_shares_of_what_was_issued() -> None:
    within = Sums()
    for figure, amount in (("issued", 300), ("spent", 100), ("expired", 30)):
        within.add(figure, "points", 1, amount)  # type: ignore[arg-type]  # of a loop

    found = WalletFigures.of("points", within, Sums())

    assert (found.redemption_rate, found.breakage_rate) == (Decimal("0.3333"), Decimal("0.1"))
    assert share(5, 0) == 0
