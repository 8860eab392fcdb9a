"""What limits leave of a reactor, and what a member can pay for it."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from loyalty.decisions.decision import RuleOutcome
from loyalty.decisions.reasons import NotEnoughPoints
from loyalty.events.decide import decide
from loyalty.events.deductions import Spendable
from loyalty.program.effects import AwardPoints, DeductPoints, GrantBadge
from loyalty.store.events import Event
from loyalty.store.limits import DailyUse, LimitUsage
from loyalty.store.members import Member
from program_files import read_program
from tests.kit import programs
from tests.kit.amounts import points

NOW = datetime(2026, 5, 1, 9, 0, tzinfo=UTC)
TODAY = date(2026, 5, 1)
ANN = Member(id="ann", registered_at=NOW)
PURCHASE = Event("e", "purchase", "ann", NOW, {"total": 1})
SETTINGS = "store: DEFAULT\ntimezone: Europe/Warsaw\nwallets: {points: {default: true}, stamps: {}}\n"


def answer(
    reactor: str, *, usage: LimitUsage | None = None, spendable: Spendable | None = None
) -> tuple[RuleOutcome, list[Mapping[str, Decimal]]]:
    """The outcome of one reactor `r` of a program with two wallets, and the points of its claims."""
    files = programs.files(
        program=SETTINGS,
        **{"reactors__points-for-purchase": "", "achievements__seven-days": ""},
        reactors__r=f"reactor: r\non: purchase\n{reactor}\n",
    )
    decided = decide(read_program(files), ANN, PURCHASE, usage or {}, spendable or {}, now=NOW)
    return decided.outcomes[0], [claim.points for claim in decided.claims]


def used(per: str, **amounts: int) -> LimitUsage:
    """What firings of the reactor used of its limits today."""
    return {("r", per): (DailyUse(TODAY, 3, {code: Decimal(amount) for code, amount in amounts.items()}),)}


def test_a_limit_on_points_counts_each_wallet_by_itself() -> None:
    limited = "then: [{award_points: {points: 50}}, {award_points: {points: 1, wallet: stamps}}]\n"
    limited += "limits: [{per: program, every: month, points: 100}]"

    outcome, claims = answer(limited, usage=used("program", points=100))

    assert [(e.wallet, e.points) for e in outcome.effects if isinstance(e, AwardPoints)] == [("stamps", points(1))]
    assert claims == [{"stamps": 1}]


def test_two_awards_of_one_wallet_share_what_a_limit_leaves() -> None:
    limited = "then: [{award_points: {points: 50}}, {award_points: {points: 50}}]\nlimits: [{every: day, points: 100}]"

    outcome, claims = answer(limited, usage=used("member", points=30))

    assert [e.points for e in outcome.effects if isinstance(e, AwardPoints)] == [points(50), points(20)]
    assert claims == [{"points": 70}]


def test_effects_other_than_awards_apply_when_a_limit_on_points_is_used_up() -> None:
    limited = "then: [{award_points: {points: 50}}, {grant_badge: b}]\nlimits: [{every: month, points: 100}]"

    outcome, claims = answer(limited, usage=used("member", points=100))

    assert (outcome.verdict, outcome.effects) == ("fired", (GrantBadge("b"),))
    assert claims == [{}]


def test_nobody_pays_for_what_a_limit_leaves_nothing_of() -> None:
    exchange = "then: [{deduct_points: {points: 5}}, {award_points: {points: 1, wallet: stamps}}]\n"
    exchange += "limits: [{every: month, points: 1}]"

    outcome, claims = answer(exchange, usage=used("member", stamps=1), spendable={"points": points(5)})

    assert (outcome.verdict, outcome.because) == (
        "limit_reached",
        "limit reached: 1 of 1 stamps this month, per member",
    )
    assert claims == []


@pytest.mark.parametrize("rule", ["0", '{"-": [{var: event.body.total}, 30]}'])
def test_a_firing_that_comes_to_nothing_uses_no_limit_and_says_so(rule: str) -> None:
    outcome, claims = answer(f"then: [{{award_points: {{points: {rule}}}}}]\nlimits: [{{every: ever, times: 1}}]")

    assert (outcome.verdict, outcome.effects, claims) == ("came_to_nothing", (), [])
    assert "no points: reactors/r.yaml:3:32 came to " in outcome.because


def test_an_amount_below_zero_is_named() -> None:
    outcome, _ = answer('then: [{award_points: {points: {"-": [0, 5]}}}, {grant_badge: b}]')

    assert outcome.effects == (GrantBadge("b"),)
    assert "came to -5, below zero" in outcome.because


def test_a_reactor_that_cannot_be_paid_in_full_does_nothing_and_uses_no_limit() -> None:
    price = "then: [{deduct_points: {points: 150}}, {grant_badge: b}]\nlimits: [{every: day, times: 1}]"

    rich, paid = answer(price, spendable={"points": points(150)})
    poor, unpaid = answer(price, spendable={"points": points(149)})

    assert (rich.verdict, rich.effects) == ("fired", (DeductPoints("points", points(150)), GrantBadge("b")))
    assert (poor.verdict, poor.effects) == ("not_enough_points", ())
    assert poor.reason == NotEnoughPoints("points", Decimal(149), Decimal(150))
    assert poor.because == "not enough points: 149 of the 150 points that it takes"
    assert (paid, unpaid) == ([{}], [])


def test_deductions_are_paid_in_the_order_of_files_and_never_by_what_the_event_awards() -> None:
    takes = "then: [{award_points: {points: 50}}, {deduct_points: {points: 60}}]\n"
    rest = "then: [{deduct_points: {points: 70, up_to: true}}]\n"
    files = programs.files(
        reactors__a=f"reactor: a\non: purchase\n{takes}",
        reactors__b=f"reactor: b\non: purchase\n{takes}",
        reactors__c=f"reactor: c\non: purchase\n{takes.replace('60}', '40}')}",
        reactors__d=f"reactor: d\non: purchase\n{rest}",
        reactors__e=f"reactor: e\non: purchase\n{rest}",
        **{"reactors__points-for-purchase": ""},
    )

    decided = decide(read_program(files), ANN, PURCHASE, {}, {"points": points(110)}, now=NOW)

    assert [each.verdict for each in decided.outcomes] == [
        "fired",
        "not_enough_points",
        "fired",
        "fired",
        "came_to_nothing",
    ]
    assert [e.points for _, _, e in decided.effects() if isinstance(e, DeductPoints)] == [
        points(60),
        points(40),
        points(10),
    ]
    assert "there were 10 of 70 points to take" in decided.outcomes[3].because


def test_two_deductions_of_one_reactor_are_paid_together_or_not_at_all() -> None:
    twice = "then: [{deduct_points: {points: 60}}, {deduct_points: {points: 60}}]"

    outcome, _ = answer(twice, spendable={"points": points(110)})

    assert outcome.reason == NotEnoughPoints("points", Decimal(110), Decimal(120))


def test_a_completion_that_cannot_be_paid_gives_nothing() -> None:
    then = "achievement: price\non: purchase\ngoal: 1\nthen: [{deduct_points: {points: 10}}, {grant_badge: b}]\n"
    program = read_program(programs.files(achievements__price=then))
    completed = Event("e", "achievement_completed", "ann", NOW, {"achievement": "price", "times": 1})

    poor = decide(program, ANN, completed, {}, {"points": points(9)}, now=NOW)
    rich = decide(program, ANN, completed, {}, {"points": points(10)}, now=NOW)

    assert [(each.source, each.verdict) for each in poor.outcomes] == [("achievement/price", "not_enough_points")]
    assert [(each.verdict, len(each.effects)) for each in rich.outcomes] == [("fired", 2)]
