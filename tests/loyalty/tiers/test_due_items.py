"""Reviews of tiers over years: a tier is kept, warned of, lost and reached again."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from loyalty.engine.in_memory import InMemoryEngine, ProcessedEvent
from loyalty.store.members import Member
from loyalty.store.memory.member_state import MemberState
from program_files import read_program
from tests.kit import programs

START = datetime(2026, 5, 1, 9, 0, tzinfo=UTC)
ANN = "00000000-0000-4000-8000-00000000000a"
YEAR = timedelta(days=365)
PROGRAM = programs.PROGRAM.replace("coupons: 3d}", "coupons: 3d, tier: 14d}") + "tier_review: {after: 365d}\n"
VIP = "reactor: vip\non: app_login\nthen: [{set_tier: gold}]\n"


def new_engine(program: str = PROGRAM, *, tier: str = "bronze", **files: str) -> InMemoryEngine:
    engine = InMemoryEngine(read_program(programs.files(program=program, **files)), START, records_messages=True)
    engine.register(MemberState(Member(ANN, START, tier=tier)))
    return engine


def tier(engine: InMemoryEngine) -> str | None:
    return engine.store.members_by_id[ANN].member.tier


def tier_events(processed: list[ProcessedEvent]) -> list[tuple[str, Any, int]]:
    """The events about another tier: type, the tier to which, and the day."""
    about = [each for each in processed if each.body.get("to", each.body.get("tier")) != each.body.get("tier")]
    return [(each.type, each.body["to"], (each.at - START).days) for each in about]


def test_points_that_led_up_to_a_tier_count_at_its_first_review_and_not_at_the_second() -> None:
    engine = new_engine()
    engine.report(ANN, "purchase", {"total": 600})

    first, second = engine.advance(START + YEAR), engine.advance(START + 2 * YEAR)

    assert tier_events(first) == []
    assert tier_events(second) == [("tier_will_expire", "bronze", 716), ("tier_changed", "bronze", 730)]
    assert tier(engine) == "bronze"


def test_moving_up_starts_a_period_in_which_all_points_since_the_last_review_count() -> None:
    engine = new_engine()
    engine.report(ANN, "purchase", {"total": 500})
    engine.advance(START + timedelta(days=100))
    engine.report(ANN, "purchase", {"total": 1500})

    processed = engine.advance(START + timedelta(days=100) + 2 * YEAR)

    assert tier_events(processed) == [("tier_will_expire", "bronze", 816), ("tier_changed", "bronze", 830)]


def test_a_member_who_lost_a_tier_reaches_it_again_by_points_earned_since() -> None:
    engine = new_engine()
    engine.report(ANN, "purchase", {"total": 2000})
    engine.advance(START + 2 * YEAR)
    lost = tier(engine)

    little = engine.report(ANN, "purchase", {"total": 499})
    more = engine.report(ANN, "purchase", {"total": 1})
    kept = engine.advance(START + 3 * YEAR)

    assert lost == "bronze"
    assert tier_events(little) == []
    assert tier_events(more) == [("tier_changed", "silver", 730)]
    assert tier_events(kept) == []


def test_a_member_who_reaches_a_lower_tier_moves_down_to_it() -> None:
    engine = new_engine(tier="gold")
    engine.report(ANN, "purchase", {"total": 700})

    processed = engine.advance(START + YEAR)

    assert tier_events(processed) == [("tier_will_expire", "silver", 351), ("tier_changed", "silver", 365)]
    assert processed[-1].body == {"from": "gold", "to": "silver", "up": False}


def test_the_warning_and_the_loss_have_messages() -> None:
    engine = new_engine(tier="gold")

    warned, lost = engine.advance(START + YEAR)

    assert [sent.name for sent in warned.sent] == ["LevelWillExpire"]
    assert [sent.name for sent in lost.sent] == ["CustomerLevelChanged"]
    assert warned.body["expires_at"] == (START + YEAR).isoformat()


def test_a_member_who_will_keep_the_tier_is_warned_of_the_review_and_the_review_says_that_it_is_kept() -> None:
    engine = new_engine(tier="silver")
    engine.report(ANN, "purchase", {"total": 500})

    processed = engine.advance(START + YEAR)

    about = [each for each in processed if each.type.startswith("tier")]
    assert [(each.type, each.body.get("to")) for each in about] == [("tier_will_expire", "silver"), ("tier_kept", None)]
    assert [[sent.name for sent in each.sent] for each in about] == [["LevelWillExpire"], []]
    assert about[1].body == {"tier": "silver", "until": (START + 2 * YEAR).isoformat()}


def test_a_member_who_is_warned_can_still_earn_enough() -> None:
    engine = new_engine(tier="silver")

    warned = engine.advance(START + timedelta(days=355))
    engine.report(ANN, "purchase", {"total": 500})
    reviewed = engine.advance(START + YEAR)

    assert tier_events(warned) == [("tier_will_expire", "bronze", 351)]
    assert tier_events(reviewed) == []
    assert tier(engine) == "silver"


def test_a_tier_that_is_set_is_kept_for_a_period_and_every_loss_is_a_new_event() -> None:
    engine = new_engine(reactors__vip=VIP)

    engine.report(ANN, "app_login", {})
    first = engine.advance(START + YEAR)
    engine.report(ANN, "app_login", {})
    second = engine.advance(START + 2 * YEAR)

    assert tier_events(first) == [("tier_will_expire", "bronze", 351), ("tier_changed", "bronze", 365)]
    assert tier_events(second) == [("tier_will_expire", "bronze", 716), ("tier_changed", "bronze", 730)]
    assert not {each.id for each in first} & {each.id for each in second}


def test_by_active_points_a_member_without_them_loses_the_tier() -> None:
    engine = new_engine(PROGRAM + "tier_by: active_points\n")
    engine.report(ANN, "purchase", {"total": 500})

    processed = engine.advance(START + YEAR)

    assert tier_events(processed) == [("tier_will_expire", "bronze", 351), ("tier_changed", "bronze", 365)]


def test_points_that_expire_at_the_moment_of_the_review_do_not_count() -> None:
    same = PROGRAM.replace("{after: 90d}", "{end_of: year}").replace("{after: 365d}", "{end_of: year}")

    for number in range(8):  # ids order the items of one moment, so try several
        engine = new_engine(f"{same}tier_by: active_points\n")
        for _ in range(number):
            engine.report(ANN, "app_login", {})
        engine.report(ANN, "purchase", {"total": 600})
        processed = engine.advance(START + YEAR)

        assert [each.type for each in processed if "will" not in each.type] == ["points_expired", "tier_changed"]


@pytest.mark.parametrize("program", [programs.PROGRAM, programs.PROGRAM + "tier_review: never\n"])
def test_without_reviews_a_tier_stays(program: str) -> None:
    engine = new_engine(program, tier="gold")

    assert tier_events(engine.advance(START + 10 * YEAR)) == []
    assert engine.store.due_items.earliest() is None


@pytest.mark.parametrize(
    ("newer", "following"),
    [(programs.PROGRAM, None), (PROGRAM.replace("tier: gold", "tier: platinum"), START + 3 * YEAR)],
)
def test_a_program_without_reviews_or_without_the_tier_leaves_members_in_their_tier(
    newer: str, following: datetime | None
) -> None:
    engine = new_engine(tier="gold")
    engine.program = read_program(programs.files(program=newer))

    processed = engine.advance(START + 2 * YEAR)

    assert [each.type for each in processed] == []
    assert tier(engine) == "gold"
    assert engine.store.members_by_id[ANN].member.tier_until == following
    assert engine.store.due_items.earliest() == following


def test_a_tier_that_was_dropped_and_is_back_is_reviewed_again() -> None:
    engine = new_engine(tier="gold")
    engine.program = read_program(programs.files(program=PROGRAM.replace("tier: gold", "tier: platinum")))
    engine.advance(START + YEAR)
    engine.program = read_program(programs.files(program=PROGRAM))

    processed = engine.advance(START + 2 * YEAR)

    assert tier_events(processed) == [("tier_changed", "bronze", 730)]


def test_due_items_of_a_period_that_is_over_do_nothing() -> None:
    engine = new_engine(tier="gold")
    later = START + 2 * YEAR
    engine.store.members.set_period(ANN, base=engine.store.members_by_id[ANN].member.tier_base, until=later, now=START)
    warned = engine.advance(START + timedelta(days=700))
    engine.store.due_items.set(ANN, "tier_review", engine.now, member=ANN)

    reviewed = engine.advance(START + timedelta(days=710))

    assert tier_events(warned) == []
    assert tier_events(reviewed) == []
    assert engine.store.due_items.earliest() == later - timedelta(days=14)


def test_a_member_falls_one_tier_at_a_time_if_the_program_says_so() -> None:
    engine = new_engine(PROGRAM + "tier_fall: one_step\n", tier="gold")

    engine.advance(START + YEAR)
    first, _ = tier(engine), engine.advance(START + 2 * YEAR)

    assert (first, tier(engine)) == ("silver", "bronze")


@pytest.mark.parametrize("pending", ["0d", "1d"])
def test_points_of_an_award_that_does_not_qualify_can_be_spent_and_raise_nobody(pending: str) -> None:
    award = f"{{points: 900, qualifies: false, pending: {pending}}}"
    gift = f"reactor: gift\non: app_login\nthen: [{{award_points: {award}}}]\n"
    engine = new_engine(reactors__gift=gift)

    engine.report(ANN, "app_login", {})
    engine.advance(START + timedelta(days=2))

    assert engine.store.members_by_id[ANN].balances["points"].active == 900_000_000
    assert tier(engine) == "bronze"


def test_tiers_by_points_of_another_wallet_count_only_those() -> None:
    program = PROGRAM.replace("wallets:", "wallets:\n  stars: {}") + "tier_wallet: stars\n"
    stars = "reactor: stars\non: app_login\nthen: [{award_points: {points: 500, wallet: stars}}]\n"
    engine = new_engine(program, reactors__stars=stars)

    engine.report(ANN, "purchase", {"total": 5000})
    by_points, _ = tier(engine), engine.report(ANN, "app_login", {})

    assert (by_points, tier(engine)) == ("bronze", "silver")


def test_tiers_by_spent_points_rise_with_what_is_spent_and_reviews_count_what_was_spent_since() -> None:
    pay = "reactor: pay\non: app_login\nthen: [{deduct_points: {points: 500}}]\n"
    engine = new_engine(PROGRAM + "tier_by: spent_points\n", reactors__pay=pay)

    engine.report(ANN, "purchase", {"total": 5000})
    earned, _ = tier(engine), engine.report(ANN, "app_login", {})
    spent = tier(engine)
    first = engine.advance(START + YEAR)
    kept, _ = tier(engine), engine.advance(START + 2 * YEAR)

    assert (earned, spent, kept, tier(engine)) == ("bronze", "silver", "silver", "bronze")
    assert "tier_kept" in [each.type for each in first]
