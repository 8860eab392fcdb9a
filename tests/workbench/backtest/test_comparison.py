"""Two replays compared: which members gain more or less, and of which benefit."""

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from loyalty.ids import new_id
from program_files import read_program
from tests.kit import programs
from workbench.backtest import Benefit, BenefitDifference, Replay, ReplayComparison, ReplayedEvent

START = datetime(2026, 5, 1, tzinfo=UTC)
ANN, BOB, EVE = "ann@example.com", "bob@example.com", "eve@example.com"
POINTS, CAPS, COFFEE = Benefit("wallet", "points"), Benefit("wallet", "caps"), Benefit("reward", "coffee")

WALLETS = """\
  points: {default: true%s}
  caps: {decimals: 2%s}
"""
BUYS = "reactor: buys\non: purchase\nthen: [%s]\n"
NOTHING = BUYS % "{grant_badge: buyer}"


def replay(buys: str, *, wallets: str = WALLETS % ("", ""), coffee: str = "", **totals: int) -> Replay:
    """A replay of one purchase of each member, under a program with this reactor."""
    before, _, after = programs.PROGRAM.partition("  points: {default: true, expires: {after: 90d}}\n")
    files = {
        "reactors__points-for-purchase": "",
        "reactors__buys": buys,
        "rewards__coffee": f"reward: coffee\n{coffee}",
    }
    replayed = Replay(read_program(programs.files(program=before + wallets + after, **files)), START)
    for name, total in (totals or {"ann": 10}).items():
        replayed.report(ReplayedEvent(new_id(), f"{name}@example.com", "purchase", START, START, {"total": total}))
    return replayed


def compared(old: Replay, new: Replay) -> ReplayComparison:
    return ReplayComparison.of(old, new, events=1, members=1)


def buys(*effects: str) -> str:
    return BUYS % ", ".join(("{grant_badge: buyer}", *effects))


def affected(of: ReplayComparison) -> Iterator[str]:
    return (each.member for each in of.affected)


@pytest.mark.parametrize(
    ("effect", "benefit", "by"),
    [
        ("{award_points: {points: 3}}", POINTS, "3"),
        ("{award_points: {wallet: caps, points: 0.25}}", CAPS, "0.25"),
        ("{issue_reward: coffee}", COFFEE, "1"),
        ("{grant_badge: guest}", Benefit("badge", "guest"), "1"),
    ],
)
def test_a_member_who_gets_more_of_any_benefit_gains_and_is_affected(effect: str, benefit: Benefit, by: str) -> None:
    comparison = compared(replay(NOTHING), replay(buys(effect)))

    assert (comparison.gaining, comparison.losing) == (1, 0)
    assert [each.differences for each in comparison.affected] == [
        (BenefitDifference(benefit, Decimal(0), Decimal(by)),)
    ]


def test_a_member_who_gets_less_of_a_benefit_loses() -> None:
    comparison = compared(replay(buys("{issue_reward: coffee}")), replay(NOTHING))

    assert (comparison.gaining, comparison.losing) == (0, 1)


def test_a_member_who_gets_more_of_one_and_less_of_another_gains_and_loses() -> None:
    old, new = replay(buys("{issue_reward: coffee}")), replay(buys("{award_points: {wallet: caps, points: 2}}"))

    comparison = compared(old, new)

    assert (comparison.gaining, comparison.losing) == (1, 1)
    assert [(each.benefit, each.change) for each in comparison.affected[0].differences] == [(CAPS, 2), (COFFEE, -1)]


def test_a_member_who_gets_the_same_is_not_affected() -> None:
    comparison = compared(replay(buys("{award_points: {points: 3}}")), replay(buys("{award_points: {points: 3}}")))

    assert (comparison.gaining, comparison.losing, comparison.affected) == (0, 0, [])


def test_amounts_are_in_units_of_each_programs_own_wallet() -> None:
    caps = buys("{award_points: {wallet: caps, points: 2}}")

    whole = replay(caps, wallets=(WALLETS % ("", "")).replace("decimals: 2", "decimals: 0"))

    assert compared(whole, replay(caps)).affected == []


def test_a_wallet_that_one_program_lacks_gives_nothing_under_it() -> None:
    old = replay(NOTHING, wallets="  points: {default: true}\n")
    new = replay(buys("{award_points: {wallet: caps, points: 2}}"))

    there, back = compared(old, new), compared(new, old)

    assert there.affected[0].differences == (BenefitDifference(CAPS, Decimal(0), Decimal(2)),)
    assert back.affected[0].differences == (BenefitDifference(CAPS, Decimal(2), Decimal(0)),)


def test_another_default_wallet_is_less_of_the_one_and_more_of_the_other() -> None:
    award = buys("{award_points: {points: 2}}")
    other = "  caps: {default: true}\n"

    (ann,) = compared(replay(award), replay(award, wallets=other)).affected

    assert (ann.old, ann.new, ann.difference) == (2, 2, 0)
    assert [(each.benefit, each.change) for each in ann.differences] == [(CAPS, 2), (POINTS, -2)]


RICH_IN_POINTS = "{award_points: {points: {if: [{'<': [{var: event.body.total}, 10]}, 0, 5]}}}"
RICH_IN_CAPS = "{award_points: {wallet: caps, points: {if: [{'<': [{var: event.body.total}, 10]}, 9, 1]}}}"


def test_the_default_wallet_ranks_first_and_then_all_else_that_differs() -> None:
    totals = {"ann": 20, "bob": 10, "eve": 1}
    caps = "{award_points: {wallet: caps, points: {var: event.body.total}}}"

    by_points = compared(replay(NOTHING, **totals), replay(buys(RICH_IN_POINTS, caps), **totals))

    assert list(affected(by_points)) == [ANN, BOB, EVE]
    assert [each.benefit for each in by_points.affected[0].differences] == [POINTS, CAPS]


@pytest.mark.parametrize(("cost_of_points", "first"), [("", BOB), (", cost: 0.01", ANN)])
def test_money_ranks_first_where_the_points_of_the_default_wallet_have_a_cost(cost_of_points: str, first: str) -> None:
    wallets, totals = WALLETS % (cost_of_points, ", cost: 0.5"), {"ann": 1, "bob": 10}

    comparison = compared(
        replay(NOTHING, wallets=wallets, **totals),
        replay(buys(RICH_IN_POINTS, RICH_IN_CAPS), wallets=wallets, **totals),
    )

    assert next(affected(comparison)) == first


def test_what_is_gained_and_what_is_lost_do_not_cancel_out_in_money() -> None:
    wallets, totals = WALLETS % (", cost: 1", ", cost: 1"), {"ann": 1, "bob": 10}
    swapped = "{if: [{'<': [{var: event.body.total}, 10]}, 5, 0]}"
    old = buys(f"{{award_points: {{points: {swapped}}}}}")
    new = buys(f"{{award_points: {{wallet: caps, points: {{'+': [{swapped}, 1]}}}}}}")

    comparison = compared(replay(old, wallets=wallets, **totals), replay(new, wallets=wallets, **totals))

    assert [(each.member, each.worth) for each in comparison.affected] == [(ANN, 5 + 6), (BOB, 1)]


def test_a_reward_that_the_planned_program_drops_costs_what_it_did() -> None:
    wallets = WALLETS % (", cost: 1", "")
    old, new = (
        replay(buys("{issue_reward: coffee}"), wallets=wallets, coffee="cost: 4\n"),
        replay(NOTHING, wallets=wallets),
    )

    assert [each.worth for each in compared(old, new).affected] == [4]
