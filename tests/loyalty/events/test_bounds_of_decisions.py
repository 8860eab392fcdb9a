"""One event takes so many steps, has so many effects and writes so much; past that it is set aside, with the reason."""

from datetime import UTC, datetime
from typing import Any

import pytest

import rules
from loyalty.engine.in_memory import InMemoryEngine
from loyalty.events.decide import MAX_STEPS, decide
from loyalty.events.decision_size import MAX_BYTES, MAX_EFFECTS, DecisionTooLarge
from loyalty.program.program import Program
from loyalty.store.events import Event
from loyalty.store.members import Member
from loyalty.store.memory.member_state import MemberState
from program_files import read_program
from tests.kit import programs

NOW = datetime(2026, 5, 1, 9, 0, tzinfo=UTC)
ANN = Member(id="ann", registered_at=NOW)
COSTLY = 'when: {"<": [{reduce: [{var: event.body.lines}, {"+": [{var: accumulator}, 1]}, 0]}, 0]}\n'
LINES = {"lines": [1] * 100_000}
EVENT_TYPE = {
    "events__purchase": "event: purchase\nbody: {type: object, required: [lines], "
    "properties: {lines: {type: array, items: {type: integer}}, note: {type: string}}}\n"
}


def program(then: str, *, reactors: int = 1, when: str = "") -> Program:
    texts = {
        f"reactors__r{n}": f"reactor: r{n}\non: purchase\n{when}then: {then.replace('NUMBER', str(n))}\n"
        for n in range(reactors)
    }
    return read_program(programs.files(**EVENT_TYPE, **{"reactors__points-for-purchase": ""}, **texts))


def decided(of: Program, body: dict[str, Any], *, with_reasons: bool = True) -> list[str]:
    event = Event("e", "purchase", "ann", NOW, body)
    found = decide(of, ANN, event, {}, {}, now=NOW, with_reasons=with_reasons)
    return [outcome.verdict for outcome in found.outcomes]


@pytest.mark.parametrize("with_reasons", [True, False])
def test_reactors_that_cost_little_each_are_refused_together(with_reasons: bool) -> None:
    many = program("[{grant_badge: b}]", reactors=40, when=COSTLY)

    with pytest.raises(rules.TooMuchWorkTogether, match=f"more than {MAX_STEPS:,} steps together"):
        decided(many, LINES, with_reasons=with_reasons)

    assert set(decided(many, {"lines": [1] * 100})) <= {"condition_false"}


def test_many_effects_are_refused_however_many_reactors_have_them() -> None:
    awards = "[" + ", ".join(["{award_points: {points: 1}}"] * 10) + "]"

    assert len(decided(program(awards, reactors=MAX_EFFECTS // 10), {"lines": []})) == MAX_EFFECTS // 10
    with pytest.raises(DecisionTooLarge, match=f"more than {MAX_EFFECTS} effects"):
        decided(program(awards, reactors=MAX_EFFECTS // 10 + 1), {"lines": []})


def test_what_the_effects_write_is_bounded_together() -> None:
    noted = program("[{set_attribute: {name: aNUMBER, value: {var: [event.body.note, '']}}}]", reactors=10)

    assert set(decided(noted, {"lines": [], "note": "x" * (MAX_BYTES // 11)})) == {"fired"}
    with pytest.raises(DecisionTooLarge, match="set and send more than"):
        decided(noted, {"lines": [], "note": "x" * (MAX_BYTES // 9)})


def test_an_event_past_the_bounds_fails_with_the_reason_and_the_next_goes_on() -> None:
    engine = InMemoryEngine(program("[{award_points: {points: 1}}]", reactors=MAX_EFFECTS + 1), NOW)
    engine.register(MemberState(ANN))

    (failed,) = engine.report("ann", "purchase", {"lines": []})

    assert failed.error == f"its reactors have more than {MAX_EFFECTS} effects together"
    assert failed.transfers == ()
    assert not engine.report("ann", "member_registered", {})[0].error


def test_an_event_that_would_make_a_balance_too_large_fails_with_the_reason() -> None:
    engine = InMemoryEngine(program("[" + ", ".join(["{award_points: {points: 1000000000}}"] * 450) + "]"), NOW)
    engine.register(MemberState(ANN))

    errors = [engine.report("ann", "purchase", {"lines": []})[0].error for _ in range(21)]

    assert set(errors[:20]) == {""}
    assert errors[20] == "the balance of points would be more than 9000000000000: add less, or to another wallet"
