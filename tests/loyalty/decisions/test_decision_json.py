"""Decisions as JSON: stored small, read back unchanged, written out for people."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

import rules
from loyalty.calendar import Duration
from loyalty.decisions.decision import Decision, RuleOutcome
from loyalty.decisions.decision_json import effect_from_json, effect_to_json, from_json, to_json, written_out
from loyalty.decisions.reasons import (
    AlreadyCompleted,
    ConditionFalse,
    FailedPart,
    LimitReached,
    NoLongerActive,
    NotActiveYet,
    NotEnoughPoints,
    ProgressMade,
)
from loyalty.events.decide import decide
from loyalty.program.effects import (
    EFFECTS,
    AwardPoints,
    CallWebhook,
    DeductPoints,
    Effect,
    GrantBadge,
    IssueReward,
    SetAttribute,
    SetTier,
)
from loyalty.program.expiry import Never
from loyalty.store.events import Event
from loyalty.store.members import Member
from program_files import read_program
from tests.kit import programs
from tests.kit.amounts import points

NOW = datetime(2026, 5, 1, 9, 0, tzinfo=UTC)

REACTOR = "reactor: points-for-purchase\non: purchase\n"

WALLETS = read_program(programs.files()).wallets

REASONS = (
    ConditionFalse(
        (FailedPart("reactors/a.yaml:3:7", {"event.body.total": Decimal("1.5"), "now": None}, ">= 20", ("element 1",)),)
    ),
    ConditionFalse(
        (FailedPart("reactors/a.yaml:3:7", {"a": [1, "b"]}), FailedPart("achievements/b.json:4:8", {}, "true")), 3
    ),
    NotActiveYet(datetime.fromisoformat("2026-06-01T00:00:00+02:00")),
    NoLongerActive(datetime.fromisoformat("2026-06-01T18:30:00+02:00")),
    LimitReached(Decimal(7), Decimal(7), "times", "member", "week"),
    LimitReached(Decimal("10.5"), Decimal(10), "points", "program", "ever"),
    LimitReached(Decimal(2), Decimal(2), "points", "member", "day", "stamps"),
    NotEnoughPoints("points", Decimal(120), Decimal("150.5")),
    ProgressMade(Decimal(2), Decimal("3.5"), Decimal(7)),
    ProgressMade(Decimal(2), Decimal(7), Decimal(7), 2),
    AlreadyCompleted(1, 1),
)


EXAMPLES: tuple[Effect, ...] = (
    AwardPoints("points", points(10), Duration(0, 2, 0), Never()),
    DeductPoints("points", points(5)),
    GrantBadge("b"),
    IssueReward("free-coffee"),
    SetTier("gold"),
    SetAttribute("n", {"a": [1]}),
    CallWebhook("https://a.example/x", {"a": 1}, (("X-A", "b"),)),
)


def as_stored(decision: Decision) -> list[dict[str, Any]]:
    """A decision as the database returns it."""
    return rules.exact.loads(rules.exact.dumps(to_json(decision)))  # type: ignore[no-any-return]  # JSON is anything


def test_effects_are_stored_as_json_and_read_back_unchanged() -> None:
    rule = """\
then:
  - award_points: {points: 10, pending: 2d, expires: {on: "12-31"}}
  - award_points: {points: 10, expires: never}
  - award_points: {points: 10, expires: {end_of: month}}
  - award_points: {points: 10, expires: {end_of: half_year, plus: 1y}}
  - award_points: {points: 10, expires: {after: 6mo, through: quarter}}
  - award_points: {points: 10}
  - deduct_points: {points: 5}
  - deduct_points: {points: 5, up_to: true}
  - grant_badge: b
  - set_tier: gold
  - set_attribute: {name: n, value: {a: [1]}}
  - call_webhook: {url: "https://a.example/x", body: {a: 1}, headers: {X-A: b}}
"""
    program = read_program(programs.files(**{"reactors__points-for-purchase": REACTOR + rule}))
    member = Member(id="ann", registered_at=NOW)

    decided = decide(
        program, member, Event("e", "purchase", "ann", NOW, {"total": 1}), {}, {"points": points(8)}, now=NOW
    )

    assert decided.outcomes[0].fired
    assert from_json(as_stored(decided), program.wallets).outcomes == decided.outcomes


def test_there_is_an_example_of_every_effect() -> None:
    assert [type(each) for each in EXAMPLES] == [each.type for each in EFFECTS.values()]


@pytest.mark.parametrize("effect", EXAMPLES, ids=lambda effect: type(effect).__name__)
def test_every_effect_is_read_back_unchanged_under_its_name(effect: Effect) -> None:
    stored = effect_to_json(effect)

    assert effect_from_json(stored, WALLETS) == effect
    assert [EFFECTS[name].type for name in stored] == [type(effect)]


def test_deductions_of_a_decision_that_an_older_version_stored_are_not_posted_yet() -> None:
    stored = {"deduct_points": {"wallet": "points", "points": 5}}

    assert effect_from_json(stored, WALLETS) == DeductPoints("points", points(5), is_posted=False)


def test_an_effect_that_this_version_does_not_know_is_refused() -> None:
    with pytest.raises(ValueError, match="'freeze_member' is not an effect"):
        effect_from_json({"freeze_member": "ann"}, WALLETS)


@pytest.mark.parametrize("reason", REASONS, ids=lambda reason: type(reason).__name__)
def test_reasons_are_stored_as_json_and_read_back_unchanged(reason: Any) -> None:
    decision = Decision((RuleOutcome("reactor/a", "condition_false", "", place="reactors/a.yaml:1:1", reason=reason),))

    assert from_json(as_stored(decision), WALLETS) == decision


@pytest.mark.parametrize(
    ("reason", "sentence"),
    list(
        zip(
            REASONS,
            [
                "event.body.total is 1.5, now is null, needed >= 20, in element 1",
                'a is [1, "b"]; needed true; and 3 more',
                "active from 2026-06-01",
                "active until 2026-06-01 18:30",
                "limit reached: 7 of 7 this week, per member",
                "limit reached: 10.5 of 10 points ever, per program",
                "limit reached: 2 of 2 stamps this day, per member",
                "not enough points: 120 of the 150.5 points that it takes",
                "progress 2 to 3.5 of 7",
                "progress 2 to 7 of 7, completed 2 times",
                "completed 1 of 1 times",
            ],
            strict=True,
        )
    ),
)
def test_the_sentence_is_made_from_the_facts_and_not_stored(reason: Any, sentence: str) -> None:
    decision = Decision((RuleOutcome("reactor/a", "condition_false", "", place="reactors/a.yaml:1:1", reason=reason),))

    (stored,) = as_stored(decision)

    assert "because" not in stored
    assert written_out([stored], WALLETS)[0]["because"] == sentence


def test_stored_json_has_no_duplicates_and_json_for_people_is_written_out() -> None:
    rule = 'when: {">=": [{var: event.body.total}, 20]}\nthen: [{grant_badge: b}]'
    program = read_program(programs.files(**{"reactors__points-for-purchase": REACTOR + rule}))
    event = Event("e", "purchase", "ann", NOW, {"total": 12})

    stored = as_stored(decide(program, Member(id="ann", registered_at=NOW), event, {}, {}, now=NOW))

    assert stored == [
        {
            "source": "reactor/points-for-purchase",
            "verdict": "condition_false",
            "place": "reactors/points-for-purchase.yaml:1:1",
            "reason": {"leaves": [{"place": "3:7", "actual": {"event.body.total": 12}, "needed": ">= 20"}]},
        }
    ]
    assert written_out(stored, WALLETS) == [
        {
            "source": "reactor/points-for-purchase",
            "verdict": "condition_false",
            "because": "event.body.total is 12, needed >= 20",
            "place": "reactors/points-for-purchase.yaml:1:1",
            "effects": [],
            "reason": {
                "leaves": [
                    {
                        "place": "reactors/points-for-purchase.yaml:3:7",
                        "actual": {"event.body.total": 12},
                        "needed": ">= 20",
                    }
                ]
            },
        }
    ]


def test_the_decision_on_a_large_event_is_stored_small() -> None:
    many = [{"==": [{"var": f"event.body.{'x' * 60}"}, "y" * 500]} for _ in range(50)]
    schema = f"event: purchase\nbody: {{type: object, properties: {{{'x' * 60}: {{type: string}}}}}}\n"
    files = programs.files(
        events__purchase=schema,
        **{
            "reactors__points-for-purchase": REACTOR
            + f"when: {rules.exact.dumps({'or': many})}\nthen: [{{grant_badge: b}}]"
        },
    )
    event = Event("e", "purchase", "ann", NOW, {"x" * 60: "z" * 100_000})

    decided = decide(read_program(files), Member(id="ann", registered_at=NOW), event, {}, {}, now=NOW)

    assert decided.outcomes[0].verdict == "condition_false"
    assert len(rules.exact.dumps(to_json(decided))) < 1500


def test_a_decision_of_a_version_that_stored_sentences_is_read() -> None:
    stored = [
        {
            "source": "reactor/no",
            "verdict": "condition_false",
            "because": "event.body.total is 12, >= needs 20",
            "place": "reactors/no.yaml:1:1",
            "effects": [],
        },
        {
            "source": "reactor/yes",
            "verdict": "fired",
            "because": "it has no condition",
            "place": "reactors/yes.yaml:1:1",
            "effects": [{"grant_badge": "b"}],
        },
    ]

    decision = from_json(stored, WALLETS)

    assert [outcome.because for outcome in decision.outcomes] == [outcome["because"] for outcome in stored]
    assert written_out(stored, WALLETS) == stored


@pytest.mark.parametrize("stored", [{"conjure": 1}, {"award_points": {"wallet": "p", "units": 1, "expires": "soon"}}])
def test_an_effect_of_another_version_is_refused_by_name(stored: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="of this version of Laurel"):
        from_json([{"source": "s", "verdict": "fired", "because": "", "place": "", "effects": [stored]}], WALLETS)


def test_a_reason_of_another_version_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="is not a reason of this version of Laurel"):
        from_json([{"source": "s", "verdict": "fired", "place": "", "reason": {"stars": "wrong"}}], WALLETS)
