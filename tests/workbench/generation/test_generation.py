"""A test generated from a real event starts with the member as they were."""

from datetime import UTC, datetime, timedelta

import pytest

from loyalty.store.members import Balance, Member
from loyalty.store.memory.member_state import MemberState
from program_files import read_program
from tests.kit import programs
from tests.kit.amounts import points
from workbench.generation.generation import RecordedEvent, generate_test

NOW = datetime(2026, 5, 1, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("review", "said", "left_in"),
    [
        ("{after: 365d}", ["tier_base: 2400", "tier_until: 2026-05-10T11:00:00+02:00"], "silver"),
        ("never", [], "gold"),
    ],
)
def test_a_reviewed_tier_counts_from_its_review_in_the_test_too(review: str, said: list[str], left_in: str) -> None:
    program = read_program(programs.files(program=f"{programs.PROGRAM}tier_review: {review}\n"))
    member = Member("ann", NOW, tier="bronze", tier_base=points(2400), tier_until=NOW + timedelta(days=9))
    account = MemberState(member, balances={"points": Balance(earned=points(2450), qualifying=points(2450))})

    text = generate_test(RecordedEvent("purchase", NOW, NOW, {"total": 460}, account, True, {}), program).text

    before, after = text.split("expect:")
    assert [line.strip() for line in before.splitlines() if "tier_" in line] == said
    assert f"tier: {left_in}\n" in after


def test_tests_of_two_events_of_one_second_have_different_names() -> None:
    program = read_program(programs.files())
    account = MemberState(Member("ann", NOW, tier="bronze"))

    texts = [
        generate_test(RecordedEvent("purchase", at, at, {"total": 5}, account, True, {}), program).text
        for at in (NOW, NOW + timedelta(milliseconds=120))
    ]

    assert [text.splitlines()[0] for text in texts] == [
        'test: "purchase of 2026-05-01 11:00:00"',
        'test: "purchase of 2026-05-01 11:00:00.120000"',
    ]
