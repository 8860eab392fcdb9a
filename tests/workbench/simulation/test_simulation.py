"""One event simulated for a member in their current state."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from loyalty.engine.snapshots import MemberSnapshot
from loyalty.store.members import Balance, Member
from loyalty.store.memory.member_state import MemberState
from loyalty.store.points import Lot
from program_files import read_program
from tests.kit import programs
from tests.kit.amounts import points
from workbench.simulation import simulation
from workbench.simulation.simulation import SimulationInput, TooManyDueItems, new_member_snapshot, simulate

START = datetime(2026, 5, 1, 9, 0, tzinfo=UTC)
PROGRAM = read_program(programs.files())
LOT = "00000000-0000-4000-8000-0000000000ff"
ANN = Member("00000000-0000-4000-8000-00000000000a", START, tier="bronze")


def opening() -> MemberSnapshot:
    """Ann with thirty points for twenty days."""
    lot = Lot(LOT, "points", points(30), points(30), None, START + timedelta(days=20))
    return MemberSnapshot(
        MemberState(ANN, {"points": Balance(points(30), earned=points(30), qualifying=points(30))}, lots={LOT: lot})
    )


def tried(**changed: Any) -> SimulationInput:
    given = SimulationInput("purchase", START, {"total": 40}, opening(), START)
    return replace(given, **changed)


def test_a_result_has_what_the_member_has_before_and_after() -> None:
    said = simulate(PROGRAM, tried())

    assert [each.balances["points"].active for each in (said.before, said.after)] == [points(30), points(70)]
    assert [each.type for each in said.events] == ["purchase"]


def test_what_is_due_before_the_event_is_processed_first() -> None:
    said = simulate(PROGRAM, tried(now=START + timedelta(days=30), since=START))

    assert [each.type for each in said.meanwhile] == ["points_will_expire", "points_expired"]
    assert [each.balances["points"].active for each in (said.before, said.after)] == [0, points(40)]


def test_with_a_moment_in_the_past_the_member_is_in_their_current_state() -> None:
    said = simulate(PROGRAM, tried(now=START - timedelta(days=30), since=START))

    assert said.meanwhile == []
    assert said.after.balances["points"].active == points(70)


def test_an_unknown_member_is_registered_first_and_only_once() -> None:
    new = new_member_snapshot(ANN, PROGRAM)

    bought, registered = (
        simulate(PROGRAM, tried(member=new, type=type_)) for type_ in ("purchase", "member_registered")
    )

    assert [each.type for each in bought.events] == ["member_registered", "purchase"]
    assert [each.type for each in registered.events] == ["member_registered"]


def test_the_input_is_not_changed() -> None:
    given = tried()

    first, second = simulate(PROGRAM, given), simulate(PROGRAM, given)

    assert first.after == second.after


def test_too_many_due_items_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(simulation, "MAX_DUE_ITEMS", 0)

    with pytest.raises(TooManyDueItems, match="choose an earlier now"):
        simulate(PROGRAM, tried(now=START + timedelta(days=30), since=START))
