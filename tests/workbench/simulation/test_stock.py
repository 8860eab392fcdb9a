"""Simulations of stored members know what is left of rewards."""

from collections.abc import Sequence

import pytest

from loyalty.engine.snapshots import MemberSnapshot
from loyalty.store.members import Member
from loyalty.store.memory.member_state import MemberState
from loyalty.store.rewards import RewardSupply
from tests.kit.rewards import ANN, NOW, program
from workbench.simulation.simulation import SimulationInput, simulate

GIFT = "reactor: gift\non: visit\nthen: [{issue_reward: mug}, {issue_reward: listed}]\n"


@pytest.mark.parametrize(
    ("supplies", "issued"),
    [
        (None, ["mug", "listed"]),
        ([RewardSupply("mug", 5, 4), RewardSupply("listed", codes=1)], ["mug", "listed"]),
        ([RewardSupply("mug", 5, 5)], []),
        ([RewardSupply("mug", paused_at=NOW), RewardSupply("listed", codes=1)], ["listed"]),
    ],
)
def test_a_simulation_issues_what_is_left(supplies: Sequence[RewardSupply] | None, issued: list[str]) -> None:
    ann = MemberSnapshot(MemberState(Member(ANN, NOW, tier="bronze")))

    done = simulate(program(reactors__gift=GIFT), SimulationInput("visit", NOW, {}, ann, NOW, supplies=supplies))

    assert [each.body["reward"] for each in done.events if each.type == "reward_issued"] == issued
