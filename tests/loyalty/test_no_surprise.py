"""A program without errors processes every event that satisfies its schema, and never raises."""

from dataclasses import replace
from datetime import UTC, datetime
from random import Random

from hypothesis import given
from hypothesis import strategies as st

import rules
from loyalty.decisions.decision import Decision, RuleOutcome
from loyalty.decisions.decision_json import Wallets, from_json, to_json
from loyalty.engine.in_memory import InMemoryEngine
from loyalty.events.builtin_events import BUILT_IN
from loyalty.events.decide import decide, rule_input
from loyalty.program.effects import AwardPoints, CallWebhook, DeductPoints, SetAttribute
from loyalty.store.events import Event
from loyalty.store.members import Member
from loyalty.store.memory.member_state import MemberState
from program_files import read_program
from rules import exact
from tests.kit import programs
from tests.kit.program_generator import KNOWN_MEMBER, ProgramGenerator, event, member, moment, read
from tests.rules.effort import effort
from tests.rules.schema_generator import Json

seeds = st.integers(0, 2**63)
"""A program is generated from a seed: drawing each choice with Hypothesis would take longer than the test itself."""

EVENTS = 12


def _is_well_formed(outcome: RuleOutcome) -> bool:
    assert outcome.because.strip() == outcome.because != ""
    assert "Traceback" not in outcome.because
    assert "gave no number" not in outcome.because, outcome.because
    for effect in outcome.effects:
        match effect:
            case AwardPoints(points=points) | DeductPoints(points=points):
                assert type(points) is int
                assert points > 0
            case SetAttribute(value=sent) | CallWebhook(body=sent):
                assert exact.loads(exact.dumps(sent)) == _in_json(sent)
            case _:
                pass
    return True


def _in_json(value: Json) -> Json:
    """The value as JSON has it: times are texts."""
    match value:
        case datetime():
            return value.isoformat()
        case list():
            return [_in_json(item) for item in value]
        case dict():
            return {key: _in_json(item) for key, item in value.items()}
        case _:
            return value


def _is_stored_unchanged(decision: Decision, wallets: Wallets) -> bool:
    """Whether the stored JSON of a decision is read back as the same decision."""
    stored = from_json(exact.loads(exact.dumps(to_json(decision))), wallets)
    return [(each.source, each.verdict) for each in stored.outcomes] == [
        (each.source, each.verdict) for each in decision.outcomes
    ]


@effort(120)
@given(seeds)
def test_a_decision_never_raises_and_is_well_formed(seed):
    random = Random(seed)
    work = ProgramGenerator(random).program()
    program, now = read(work), moment(random)
    event_types = sorted({reactor.on for reactor in program.reactors} | {"achievement_completed"})

    for _ in range(EVENTS):
        name = random.choice(event_types)
        reported = event(random, name, work.bodies[name].make(random))
        assert program.event_types[name].body.is_valid(reported.body)

        decision = decide(program, member(random, now), reported, {}, {}, now=now)

        assert all(map(_is_well_formed, decision.outcomes))
        assert _is_stored_unchanged(decision, program.wallets)
        assert len(decision.outcomes) >= len(program.reactors_on.get(name, ()))


@effort(80)
@given(seeds)
def test_a_sequence_of_events_with_all_they_cause_never_raises(seed):
    random = Random(seed)
    work = ProgramGenerator(random).program()
    program, now = read(work), datetime(2026, 5, 1, tzinfo=UTC)
    engine, known_member = InMemoryEngine(program, now), member(random, now)
    processed = engine.register(MemberState(_bare(known_member)))
    event_types = sorted(name for name in program.event_types if name not in BUILT_IN)

    for _ in range(EVENTS if event_types else 0):
        name = random.choice(event_types)
        body = work.bodies[name].make(random)
        assert program.event_types[name].body.is_valid(body)
        processed += engine.report(known_member.id, name, body, time=moment(random))

    assert all(_is_well_formed(outcome) for each in processed for outcome in each.decision.outcomes)
    assert all(not each.error or "Break the cycle" in each.error for each in processed)


def _bare(known: Member) -> Member:
    """The member without what an in-memory store holds separately."""
    return replace(known, balances={}, badges=())


def test_a_birth_date_is_a_date_also_with_text_behind_it():
    rule = {"year": {"date": {"var": ["member.birth_date", "2000-01-01"]}}}
    born = Member("m", datetime(2026, 5, 1, tzinfo=UTC), profile={"birthDate": "1990-12-31 at noon"})
    program = read_program(programs.files())

    data = rule_input(program, born, Event("e", "app_login", "m", born.registered_at, {}), now=born.registered_at)

    assert rules.evaluate(rule, data) == 1990


LONG = """\
event: purchase
body: {type: object, required: [n], properties: {n: {type: array, items: {type: integer}}}}
"""
NONE_IS_4 = '{none: [{var: event.body.n}, {and: [{">": [{var: ""}, 3]}, {"<": [{var: ""}, 5]}]}]}'


def test_an_event_over_the_budget_of_one_rule_is_processed_by_all_others():
    files = programs.files(
        events__purchase=LONG,
        reactors__a=f"reactor: a\non: purchase\nwhen: {NONE_IS_4}\nthen: [{{award_points: {{points: 1}}}}]",
        achievements__b=f"achievement: b\non: purchase\nwhen: {NONE_IS_4}\ngoal: 1",
        achievements__c="achievement: c\non: purchase\ngoal: 1",
        **{"reactors__points-for-purchase": "reactor: z\non: purchase\nthen: [{award_points: {points: 5}}]"},
    )
    engine = InMemoryEngine(read_program(files), datetime(2026, 5, 1, tzinfo=UTC))
    engine.register(MemberState(Member(KNOWN_MEMBER, engine.now)))

    processed = engine.report(KNOWN_MEMBER, "purchase", {"n": [1] * 120_000})[0].decision.outcomes

    assert {outcome.source: outcome.verdict for outcome in processed} == {
        "reactor/a": "too_much_work",
        "reactor/z": "fired",
        "achievement/b": "too_much_work",
        "achievement/c": "counted",
    }
    assert all(map(_is_well_formed, processed))


def test_most_of_a_generated_program_is_valid_and_its_reactors_fire():
    written = stored = fired = counted = 0
    for seed in range(20):
        random = Random(seed)
        work = ProgramGenerator(random).program()
        program = read(work)
        written += sum(name.startswith(("reactors", "achievements")) for name in work.files)
        stored += len(program.reactors) + len(program.achievements)
        engine = InMemoryEngine(program, datetime(2026, 5, 1, tzinfo=UTC))
        processed = engine.register(MemberState(_bare(member(random, engine.now))))
        for name in [name for name in program.event_types if name not in BUILT_IN] * 4:
            processed += engine.report(KNOWN_MEMBER, name, work.bodies[name].make(random))
        outcomes = [outcome for each in processed for outcome in each.decision.outcomes]
        fired += sum(outcome.fired for outcome in outcomes)
        counted += sum(outcome.verdict == "counted" for outcome in outcomes)

    assert stored > written / 2
    assert fired > 50
    assert counted > 20
