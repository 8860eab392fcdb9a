"""A program that checks clean answers every event that satisfies its schema, and never raises."""

from dataclasses import replace
from datetime import UTC, datetime
from random import Random

from hypothesis import given
from hypothesis import strategies as st

import rules
from loyalty.decisions.decision import Decision, RuleOutcome
from loyalty.decisions.decision_json import from_json, to_json
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
from tests.kit.program_generator import ProgramGenerator, event, member, moment, read
from tests.rules.effort import effort
from tests.rules.schema_generator import Json

seeds = st.integers(0, 2**63)
"""Programs are made by a seed: drawing each choice would cost more than all that is tested."""

EVENTS = 12


def _is_well_formed(answer: RuleOutcome) -> bool:
    assert answer.because.strip() == answer.because != ""
    assert "Traceback" not in answer.because
    assert "gave no number" not in answer.because, answer.because
    for effect in answer.effects:
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


def _is_kept(decision: Decision) -> bool:
    """Whether a database that keeps JSON gives the decision back."""
    kept = from_json(exact.loads(exact.dumps(to_json(decision))))
    return [(each.source, each.verdict) for each in kept.outcomes] == [
        (each.source, each.verdict) for each in decision.outcomes
    ]


@effort(120)
@given(seeds)
def test_a_decision_never_raises_and_is_well_formed(seed):
    random = Random(seed)
    work = ProgramGenerator(random).program()
    program, now = read(work), moment(random)
    asked = sorted({reactor.on for reactor in program.reactors} | {"achievement_completed"})

    for _ in range(EVENTS):
        name = random.choice(asked)
        happened = event(random, name, work.bodies[name].make(random))
        assert program.event_types[name].body.is_valid(happened.body)

        decision = decide(program, member(random, now), happened, {}, now=now)

        assert all(map(_is_well_formed, decision.outcomes))
        assert _is_kept(decision)
        assert len(decision.outcomes) >= len(program.reactors_on.get(name, ()))


@effort(80)
@given(seeds)
def test_events_one_after_the_other_with_all_they_cause_never_raise(seed):
    random = Random(seed)
    work = ProgramGenerator(random).program()
    program, now = read(work), datetime(2026, 5, 1, tzinfo=UTC)
    trial, someone = InMemoryEngine(program, now), member(random, now)
    told = trial.register(MemberState(_bare(someone)))
    asked = sorted(name for name in program.event_types if name not in BUILT_IN)

    for _ in range(EVENTS if asked else 0):
        name = random.choice(asked)
        body = work.bodies[name].make(random)
        assert program.event_types[name].body.is_valid(body)
        told += trial.report(someone.id, name, body, time=moment(random))

    assert all(_is_well_formed(answer) for each in told for answer in each.decision.outcomes)
    assert all(not each.error or "Break the cycle" in each.error for each in told)


def _bare(known: Member) -> Member:
    """Without what a trial's books keep apart."""
    return replace(known, balances={}, badges=())


def test_a_day_of_birth_is_a_date_whatever_the_client_sent_behind_it():
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


def test_an_event_too_large_for_one_rule_is_answered_by_all_others():
    files = programs.files(
        events__purchase=LONG,
        reactors__a=f"reactor: a\non: purchase\nwhen: {NONE_IS_4}\nthen: [{{award_points: {{points: 1}}}}]",
        achievements__b=f"achievement: b\non: purchase\nwhen: {NONE_IS_4}\ngoal: 1",
        achievements__c="achievement: c\non: purchase\ngoal: 1",
        **{"reactors__points-for-purchase": "reactor: z\non: purchase\nthen: [{award_points: {points: 5}}]"},
    )
    trial = InMemoryEngine(read_program(files), datetime(2026, 5, 1, tzinfo=UTC))
    trial.register(MemberState(Member("m", trial.now)))

    told = trial.report("m", "purchase", {"n": [1] * 120_000})[0].decision.outcomes

    assert {answer.source: answer.verdict for answer in told} == {
        "reactor/a": "too_much_work",
        "reactor/z": "fired",
        "achievement/b": "too_much_work",
        "achievement/c": "counted",
    }
    assert all(map(_is_well_formed, told))


def test_most_of_a_generated_program_is_kept_and_something_happens():
    written = kept = fired = counted = 0
    for seed in range(20):
        random = Random(seed)
        work = ProgramGenerator(random).program()
        program = read(work)
        written += sum(name.startswith(("reactors", "achievements")) for name in work.files)
        kept += len(program.reactors) + len(program.achievements)
        trial = InMemoryEngine(program, datetime(2026, 5, 1, tzinfo=UTC))
        told = trial.register(MemberState(_bare(member(random, trial.now))))
        for name in [name for name in program.event_types if name not in BUILT_IN] * 4:
            told += trial.report("m", name, work.bodies[name].make(random))
        answers = [answer for each in told for answer in each.decision.outcomes]
        fired += sum(answer.fired for answer in answers)
        counted += sum(answer.verdict == "counted" for answer in answers)

    assert kept > written / 2
    assert fired > 50
    assert counted > 20
