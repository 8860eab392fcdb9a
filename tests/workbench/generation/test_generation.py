"""A test generated from a real event starts with the member as they were."""

from datetime import UTC, datetime, timedelta

import pytest

from loyalty.store.members import Balance, Member, TierReview
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


def test_a_late_event_meets_the_review_that_it_had_judged_again_in_the_test_too() -> None:
    by_event = programs.PROGRAM.replace("default: true,", "default: true, dated: event,")
    program = read_program(programs.files(program=f"{by_event}tier_review: {{after: 365d}}\n"))
    member = Member("ann", NOW - timedelta(days=500), tier="bronze", tier_base=points(900))
    review = TierReview(NOW - timedelta(days=3), NOW - timedelta(days=400), points(500))
    account = MemberState(member, {"points": Balance(earned=points(900), qualifying=points(900))}, review=review)
    late = RecordedEvent("purchase", NOW - timedelta(days=4), NOW, {"total": 100}, account, True, {})

    text = generate_test(late, program).text

    before, after = text.split("expect:")
    assert [line.strip() for line in before.splitlines() if "reviewed_" in line] == [
        "reviewed_at: 2026-04-28T11:00:00+02:00",
        "reviewed_since: 2025-03-27T10:00:00+01:00",
        "reviewed_base: 500",
    ]
    assert "tier: silver\n" in after


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
