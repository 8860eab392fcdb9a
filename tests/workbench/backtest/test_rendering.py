"""The result of a backtest as text, as Markdown and as JSON."""

from collections import Counter
from datetime import date
from decimal import Decimal

from program_files import read_program
from tests.kit import programs
from workbench.backtest import (
    BacktestResult,
    Benefit,
    BenefitDifference,
    MemberChange,
    ReplayComparison,
    Totals,
    rendering,
)

PROGRAM = read_program(programs.files())
DIFFERENCES = (
    BenefitDifference(Benefit("wallet", "points"), Decimal(1000), Decimal(2060)),
    BenefitDifference(Benefit("wallet", "caps"), Decimal("2.50"), Decimal("0.50")),
    BenefitDifference(Benefit("reward", "coffee"), Decimal(0), Decimal(1)),
)
ANN = MemberChange("ann@example.com", Decimal(1000), Decimal(2060), DIFFERENCES)
COMPARISON = BacktestResult(
    ReplayComparison(events=9, members=1, gaining=1, losing=1, affected=[ANN]), PROGRAM, PROGRAM
)


def test_the_headline_has_the_counts() -> None:
    shown = rendering.text(COMPARISON)

    assert shown.startswith("9 events of 1 member replayed: 1 would get more points, rewards or badges, 1 fewer\n")


def test_an_affected_member_is_shown_with_all_that_differs_and_its_unit() -> None:
    text, markdown = rendering.text(COMPARISON), rendering.markdown(COMPARISON)

    assert "Members most affected\n  ann@example.com: +1,060 points, -2 caps, +1 coffee\n" in text
    assert "\nMembers most affected\n\n- ann@example.com: +1,060 points, -2 caps, +1 coffee\n" in markdown


def test_the_json_has_what_fired_and_every_day_from_the_first_award_to_the_last() -> None:
    old = Totals(
        awarded_by_day=Counter({("points", date(2026, 5, 1)): 2_000_000, ("caps", date(2026, 4, 1)): 1}),
        fired=Counter({"reactor/a": 2, "reactor/b": 3}),
    )
    new = Totals(awarded_by_day=Counter({("points", date(2026, 5, 3)): 7_000_000}), fired=Counter({"reactor/b": 9}))
    shown = rendering.as_json(BacktestResult(ReplayComparison(old=old, new=new), PROGRAM, PROGRAM))

    assert shown["fired"] == [
        {"source": "reactor/b", "inForce": 3, "planned": 9},
        {"source": "reactor/a", "inForce": 2, "planned": 0},
    ]
    assert shown["awardedByDay"] == {
        "wallet": "points",
        "items": [
            {"day": "2026-05-01", "inForce": 2, "planned": 0},
            {"day": "2026-05-02", "inForce": 0, "planned": 0},
            {"day": "2026-05-03", "inForce": 0, "planned": 7},
        ],
    }
    assert rendering.as_json(COMPARISON)["awardedByDay"] == {"wallet": "points", "items": []}


def test_the_json_has_the_default_wallet_and_all_that_differs() -> None:
    (ann,) = rendering.as_json(COMPARISON)["mostAffected"]  # type: ignore[misc]  # it is a list

    assert ann == {
        "member": "ann@example.com",
        "inForce": 1000,
        "planned": 2060,
        "difference": 1060,
        "differences": [
            {"kind": "wallet", "name": "points", "inForce": 1000, "planned": 2060, "difference": 1060},
            {
                "kind": "wallet",
                "name": "caps",
                "inForce": Decimal("2.50"),
                "planned": Decimal("0.50"),
                "difference": -2,
            },
            {"kind": "reward", "name": "coffee", "inForce": 0, "planned": 1, "difference": 1},
        ],
    }
