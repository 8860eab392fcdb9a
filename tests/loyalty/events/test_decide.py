"""Decisions: which reactors fire, why not, and within which limits."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from loyalty.decisions.decision import Decision, RuleOutcome
from loyalty.decisions.decision_json import effect_to_json
from loyalty.decisions.reasons import ConditionFalse, FailedPart, LimitReached, NotActiveYet
from loyalty.events.decide import decide
from loyalty.events.deductions import Spendable
from loyalty.program.effects import AwardPoints, CallWebhook, DeductPoints, GrantBadge, SetAttribute
from loyalty.program.wallets import MAX_POINTS, ONE
from loyalty.refusals import SumTooLarge
from loyalty.store.events import Event
from loyalty.store.limits import DailyUse, LimitUsage
from loyalty.store.members import Balance, Member
from program_files import read_program
from tests.kit import programs
from tests.kit.amounts import points

NOW = datetime(2026, 5, 1, 9, 0, tzinfo=UTC)
ANN = Member(id="ann", registered_at=NOW, tier="silver", attributes={"city": "Warsaw"})

REACTOR = "reactor: points-for-purchase\non: purchase\n"


def outcome_of(
    reactor: str, body: dict[str, object], *, usage: LimitUsage | None = None, time: datetime = NOW
) -> RuleOutcome:
    """The outcome of one reactor for a purchase."""
    return decision(reactor, body, usage=usage, time=time).outcomes[0]


def decision(
    reactor: str,
    body: dict[str, object],
    *,
    usage: LimitUsage | None = None,
    spendable: Spendable | None = None,
    time: datetime = NOW,
) -> Decision:
    program = read_program(programs.files(**{"reactors__points-for-purchase": REACTOR + reactor}))
    return decide(program, ANN, Event("e", "purchase", "ann", time, body), usage or {}, spendable or {}, now=NOW)


def test_a_reactor_without_a_condition_fires() -> None:
    outcome = outcome_of("then: [{award_points: {points: {var: event.body.total}}}]", {"total": 80})

    assert (outcome.verdict, outcome.source) == ("fired", "reactor/points-for-purchase")
    assert [e.points for e in outcome.effects if isinstance(e, AwardPoints)] == [points(80)]


def test_a_false_condition_names_the_part_that_was_false() -> None:
    rule = 'when: {and: [{">=": [{var: event.body.total}, 20]}, {"==": [{var: member.tier}, silver]}]}\n'

    outcome = outcome_of(rule + "then: [{grant_badge: b}]", {"total": 12})

    assert outcome.verdict == "condition_false"
    assert outcome.because == "event.body.total is 12, needed >= 20"
    assert outcome.effects == ()
    assert outcome.reason == ConditionFalse(
        (FailedPart("reactors/points-for-purchase.yaml:3:14", {"event.body.total": 12}, ">= 20"),),
    )


def test_every_part_that_could_have_made_a_condition_true_is_named() -> None:
    rule = """\
when:
  or:
    - ">=": [{var: event.body.total}, 20]
    - some:
        - {var: member.badges}
        - "==": [{var: ""}, early-bird]
    - "!": {in: [{var: member.tier}, [silver, gold]]}
"""

    outcome = outcome_of(rule + "then: [{grant_badge: b}]", {"total": 12})

    assert isinstance(outcome.reason, ConditionFalse)
    assert [(leaf.place.partition(":")[2], dict(leaf.actual), leaf.needed) for leaf in outcome.reason.parts] == [
        ("5:7", {"event.body.total": 12}, ">= 20"),
        ("6:7", {"member.badges": []}, 'an element that has it == "early-bird"'),
        ("9:12", {"member.tier": "silver"}, 'not one of "silver", "gold"'),
    ]


@pytest.mark.parametrize(
    ("time", "verdict", "because"),
    [
        (datetime(2025, 12, 31, 22, 59, tzinfo=UTC), "not_active_yet", "active from 2026-01-01"),
        (datetime(2025, 12, 31, 23, 0, tzinfo=UTC), "fired", "it has no condition"),
        (datetime(2026, 12, 30, 22, 59, tzinfo=UTC), "fired", "it has no condition"),
        (datetime(2026, 12, 31, 23, 0, tzinfo=UTC), "no_longer_active", "active until the end of 2026-12-31"),
    ],
)
def test_a_reactor_is_active_by_the_local_time_of_the_event(time: datetime, verdict: str, because: str) -> None:
    rule = "then: [{grant_badge: b}]\nactive: {from: 2026-01-01, until: 2026-12-31}"

    outcome = outcome_of(rule, {"total": 1}, time=time)

    assert (outcome.verdict, outcome.because) == (verdict, because)


def test_the_reason_of_a_reactor_that_is_active_to_the_minute_has_the_time() -> None:
    rule = "then: [{grant_badge: b}]\nactive: {from: 2026-06-01T18:30:00}"

    outcome = outcome_of(rule, {"total": 1})

    assert outcome.because == "active from 2026-06-01 18:30"
    assert isinstance(outcome.reason, NotActiveYet)
    assert outcome.reason.since.isoformat() == "2026-06-01T18:30:00+02:00"


@pytest.mark.parametrize(
    ("number", "rounding", "awarded"),
    [
        ("12.99", "down", 12),
        ("12.01", "up", 13),
        ("12.5", "half_up", 13),
        ("12.5", "half_even", 12),
        ("12.99999999999999999999999999999999", "down", 12),
        ("12.00000000000000000000000000000001", "up", 13),
    ],
)
def test_points_are_rounded_by_the_rule_that_is_named(number: str, rounding: str, awarded: int) -> None:
    outcome = outcome_of(
        f"then: [{{award_points: {{points: {{var: event.body.total}}, round: {rounding}}}}}]",
        {"total": Decimal(number)},
    )

    assert [e.points for e in outcome.effects if isinstance(e, AwardPoints)] == [points(awarded)]


@pytest.mark.parametrize("total", [0, Decimal("0.9"), 10**9 + 1])
def test_an_award_of_nothing_or_of_too_much_is_left_out_with_the_reason(total: object) -> None:
    outcome = outcome_of(
        "then: [{award_points: {points: {var: event.body.total}}}, {grant_badge: b}]", {"total": total}
    )

    assert outcome.verdict == "fired"
    assert len(outcome.effects) == 1
    assert "no points: reactors/points-for-purchase.yaml:3:" in outcome.because


TWICE = "then: [{award_points: {points: 10}}]\nlimits: [{per: member, every: week, times: 2}]"


def test_a_limit_counts_the_days_of_its_period_and_no_others() -> None:
    this_week = DailyUse(date(2026, 4, 27), 1, {"points": Decimal(10)})
    last_week = DailyUse(date(2026, 4, 26), 5, {"points": Decimal(50)})
    key = ("points-for-purchase", "member")

    first = outcome_of(TWICE, {"total": 1}, usage={key: (last_week, this_week)})
    second = outcome_of(TWICE, {"total": 1}, usage={key: (this_week, replace(this_week, day=date(2026, 5, 1)))})

    assert first.verdict == "fired"
    assert (second.verdict, second.because) == ("limit_reached", "limit reached: 2 of 2 this week, per member")
    assert second.reason == LimitReached(Decimal(2), Decimal(2), "times", "member", "week")


def test_a_limit_on_points_that_is_used_up_names_the_points() -> None:
    limited = "then: [{award_points: {points: 50}}]\nlimits: [{per: program, every: ever, points: 100}]"
    used: LimitUsage = {("points-for-purchase", "program"): (DailyUse(date(2020, 5, 1), 3, {"points": Decimal(100)}),)}

    outcome = outcome_of(limited, {"total": 1}, usage=used)

    assert outcome.verdict == "limit_reached"
    assert outcome.because == "limit reached: 100 of 100 points ever, per program"


def test_a_limit_on_points_cuts_the_award_that_would_exceed_it() -> None:
    limited = "then: [{award_points: {points: 50}}]\nlimits: [{per: program, every: month, points: 100}]"
    used: LimitUsage = {("points-for-purchase", "program"): (DailyUse(date(2026, 5, 1), 3, {"points": Decimal(80)}),)}

    decided = decision(limited, {"total": 1}, usage=used)

    assert [e.points for e in decided.outcomes[0].effects if isinstance(e, AwardPoints)] == [points(20)]
    assert "a limit cut 50 points to 20" in decided.outcomes[0].because
    assert [(claim.per, claim.times, claim.points) for claim in decided.claims] == [("program", 1, {"points": 20})]


def test_rules_read_the_member_and_compute_the_parts_of_effects() -> None:
    rule = """\
then:
  - set_attribute: {name: seen, value: {var: member.attributes.city}}
  - call_webhook: {url: "https://a.example/x", body: {tier: {var: member.tier}, list: [1, {var: event.body.total}]}}
  - deduct_points: {points: 5}
"""
    outcome = decision(rule, {"total": Decimal("1.5")}, spendable={"points": points(5)}).outcomes[0]

    assert outcome.effects[0] == SetAttribute("seen", "Warsaw")
    assert isinstance(outcome.effects[1], CallWebhook)
    assert outcome.effects[1].body == {"tier": "silver", "list": [1, Decimal("1.5")]}
    assert outcome.effects[2] == DeductPoints("points", points(5))


def test_conditions_use_the_time_zone_of_the_program_also_without_reasons() -> None:
    evening = Event("e", "purchase", "ann", datetime(2026, 5, 1, 22, 30, tzinfo=UTC), {"total": 1})
    files = programs.files(
        reactors__a="reactor: a\non: purchase\nwhen: {'==': [{weekday: {var: event.time}}, saturday]}\n" + TWICE,
        reactors__b="reactor: b\non: purchase\n" + TWICE,
    )

    decided = decide(read_program(files), ANN, evening, {}, {}, now=NOW, with_reasons=False)

    assert [outcome.source for outcome in decided.outcomes] == [
        "reactor/a",
        "reactor/b",
        "reactor/points-for-purchase",
    ]


def test_a_condition_over_its_budget_does_not_affect_others_also_without_reasons() -> None:
    many = "{'map': [[1, 2, 3, 4, 5, 6, 7, 8, 9, 10], {var: ''}]}"
    for _ in range(6):
        many = f"{{'map': [[1, 2, 3, 4, 5, 6, 7, 8, 9, 10], {many}]}}"
    files = programs.files(
        reactors__a=f"reactor: a\non: purchase\nwhen: {{some: [{many}, true]}}\n" + TWICE,
        reactors__b="reactor: b\non: purchase\n" + TWICE,
    )

    decided = decide(
        read_program(files), ANN, Event("e", "purchase", "ann", NOW, {"total": 1}), {}, {}, now=NOW, with_reasons=False
    )

    assert [(outcome.source, outcome.verdict) for outcome in decided.outcomes] == [
        ("reactor/a", "too_much_work"),
        ("reactor/b", "fired"),
        ("reactor/points-for-purchase", "fired"),
    ]


@pytest.mark.parametrize("total", [12, 25, 1000])
def test_without_reasons_the_decision_is_the_same(total: int) -> None:
    files = programs.files(
        reactors__late="reactor: late\non: purchase\nthen: [{grant_badge: b}]\nactive: {from: 2030-01-01}\n",
        reactors__many="reactor: many\non: purchase\nwhen: {'>': [{var: event.body.total}, 20]}\n" + TWICE,
        reactors__big="reactor: big\non: purchase\nwhen: {'>': [{var: event.body.total}, 100]}\n" + TWICE,
    )
    program, event = read_program(files), Event("e", "purchase", "ann", NOW, {"total": total})
    usage: LimitUsage = {("many", "member"): (DailyUse(date(2026, 5, 1), 2, {"points": Decimal(20)}),)}

    full = decide(program, ANN, event, usage, {}, now=NOW)
    plain = decide(program, ANN, event, usage, {}, now=NOW, with_reasons=False)

    assert [(a.source, a.verdict, a.effects) for a in plain.outcomes] == [
        (a.source, a.verdict, a.effects) for a in full.outcomes if a.verdict in ("fired", "limit_reached")
    ]
    assert plain.claims == full.claims
    assert {a.because for a in plain.outcomes if a.fired} <= {""}
    assert all(a.because for a in full.outcomes)


def test_a_completed_achievement_fires_its_effects() -> None:
    program = read_program(programs.files())
    completed = Event("e", "achievement_completed", "ann", NOW, {"achievement": "seven-days", "times": 1})

    decided = decide(program, ANN, completed, {}, {}, now=NOW)

    assert [a.source for a in decided.outcomes] == ["achievement/seven-days"]
    assert [list(effect_to_json(e)) for _, _, e in decided.effects()] == [["award_points"], ["grant_badge"]]


def test_a_balance_with_decimals_is_read_in_units_of_the_wallet() -> None:
    program = read_program(
        programs.files(
            program=programs.PROGRAM.replace("{default: true,", "{default: true, decimals: 2,"),
            **{"reactors__points-for-purchase": REACTOR + "then: [{award_points: {points: {var: member.points}}}]"},
        )
    )
    rich = Member(id="ann", registered_at=NOW, balances={"points": Balance(active=points("1.5"))})

    decided = decide(program, rich, Event("e", "purchase", "ann", NOW, {"total": 1}), {}, {}, now=NOW)

    assert [e.points for _, _, e in decided.effects() if isinstance(e, AwardPoints)] == [points("1.5")]


BIG = {"*": [{"var": "event.body.total"}] * 30}


@pytest.mark.parametrize(
    ("effect", "because"),
    [
        (
            f"set_attribute: {{name: n, value: {json.dumps(BIG)}}}",
            "no attribute n: reactors/points-for-purchase.yaml:3:41 gave a value that holds a number beyond 10^15",
        ),
        (
            f"call_webhook: {{url: 'https://a.example', body: {{a: [1, {json.dumps(BIG)}]}}}}",
            "no call_webhook: reactors/points-for-purchase.yaml:3:64 gave a value that holds a number beyond 10^15",
        ),
        (
            "set_attribute: {name: n, value: 10000000000000000}",
            "no attribute n: the value holds a number beyond 10^15",
        ),
        (
            f"set_attribute: {{name: n, value: {json.dumps({'reduce': [[1] * 199, [{'var': 'accumulator'}], 0]})}}}",
            "no attribute n: reactors/points-for-purchase.yaml:3:41 gave a value that is nested more than 64 deep",
        ),
    ],
)
def test_a_value_that_cannot_be_stored_is_left_out_and_the_reason_kept(effect: str, because: str) -> None:
    outcome = outcome_of(f"then: [{{{effect}}}, {{grant_badge: b}}]", {"total": 10**15})

    assert outcome.effects == (GrantBadge("b"),)
    assert outcome.because == f"it has no condition; {because}"


def test_what_one_day_counts_for_a_limit_stays_within_what_databases_hold() -> None:
    reactor = (
        "then: [{award_points: {points: {var: event.body.total}}}]\nlimits: [{per: program, every: day, times: 9}]\n"
    )
    almost = DailyUse(date(2026, 5, 1), 1, {"points": Decimal(MAX_POINTS) / ONE - 10})
    usage = {("points-for-purchase", "program"): (almost,)}

    assert outcome_of(reactor, {"total": 10}, usage=usage).fired
    with pytest.raises(SumTooLarge, match="what reactor/points-for-purchase gives of points on 2026-05-01"):
        outcome_of(reactor, {"total": 11}, usage=usage)


@pytest.mark.parametrize(
    ("total", "effects", "because"),
    [
        (41, (SetAttribute("shoe_size", 41), GrantBadge("b")), "it has no condition"),
        (3, (GrantBadge("b"),), "it has no condition; no attribute shoe_size: 3 is less than the minimum of 15"),
    ],
)
def test_a_declared_attribute_is_set_to_what_its_schema_accepts(total: int, effects: object, because: str) -> None:
    program = programs.PROGRAM + "attributes: {shoe_size: {type: number, minimum: 15}}\n"
    reactor = REACTOR + "then: [{set_attribute: {name: shoe_size, value: {var: event.body.total}}}, {grant_badge: b}]\n"
    declared = read_program(programs.files(program=program, **{"reactors__points-for-purchase": reactor}))
    bought = Event("e", "purchase", "ann", NOW, {"total": total})

    outcome = decide(declared, ANN, bought, {}, {}, now=NOW).outcomes[0]

    assert (outcome.effects, outcome.because) == (effects, because)
