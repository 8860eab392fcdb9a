"""Events replayed under one program, from the state that their members had."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from loyalty.engine.snapshots import MemberSnapshot
from loyalty.ids import new_id
from loyalty.program.program import Program
from loyalty.program.wallets import Points
from loyalty.store.history import RewardsBefore
from loyalty.store.limits import DailyUse
from loyalty.store.members import Balance, Member
from loyalty.store.memory.member_state import MemberState
from loyalty.store.points import Lot
from loyalty.store.rewards import IssuedReward, RewardSupply
from program_files import read_program
from tests.kit import programs
from tests.kit.amounts import points
from workbench.backtest import BacktestResult, Benefit, Replay, ReplayComparison, ReplayedEvent, Totals
from workbench.backtest.comparison import cost

START = datetime(2026, 5, 1, tzinfo=UTC)
ANN, BOB = "00000000-0000-4000-8000-00000000000a", "00000000-0000-4000-8000-00000000000b"
POINTS, CAPS, COFFEE, GUEST = (
    Benefit("wallet", "points"),
    Benefit("wallet", "caps"),
    Benefit("reward", "c"),
    Benefit("badge", "g"),
)


def program(award: str = "{var: event.body.total}", more: str = "", **files: str) -> Program:
    reactor = f"reactor: points-for-purchase\non: purchase\nthen: [{{award_points: {{points: {award}}}}}]\n{more}"
    return read_program(programs.files(**{"reactors__points-for-purchase": reactor, **files}))


def purchase(member: str, total: int, day: int, **body: str) -> ReplayedEvent:
    at = START + timedelta(days=day, hours=12)
    return ReplayedEvent(new_id(), member, "purchase", at, at, {"total": total, **body})


def account(member: str = ANN, *lots: Lot) -> MemberState:
    active = Points(sum(lot.remaining for lot in lots))
    balances = {"points": Balance(active=active, earned=active, qualifying=active)} if lots else {}
    return MemberState(Member(member, START, tier="bronze"), balances, lots={lot.id: lot for lot in lots})


def test_a_replay_counts_what_was_awarded_in_all_and_to_each_member() -> None:
    replay = Replay(program(), START)
    replay.load([MemberSnapshot(account(ANN)), MemberSnapshot(account(BOB))], {})

    for event in (purchase(ANN, 30, 0), purchase(BOB, 20, 1), purchase(ANN, 5, 2)):
        replay.report(event)

    assert replay.gains() == {ANN: {POINTS: points(35)}, BOB: {POINTS: points(20)}}
    assert replay.totals.awarded == {"points": points(55)}
    days = {day.isoformat(): each for (_, day), each in replay.totals.awarded_by_day.items()}
    assert days == {"2026-05-01": points(30), "2026-05-02": points(20), "2026-05-03": points(5)}
    assert replay.totals.fired == {"reactor/points-for-purchase": 3}


def test_gains_are_all_that_a_member_gets_and_nothing_that_they_had() -> None:
    two = programs.PROGRAM.replace("notify_before", "  caps: {decimals: 1, expires: never}\nnotify_before")
    effects = "{award_points: {wallet: caps, points: 0.5}}, {deduct_points: {points: 20}}"
    more = f"reactor: more\non: purchase\nthen: [{effects}, {{issue_reward: c}}, {{grant_badge: g}}]\n"
    replay = Replay(
        program(program=two, reactors__more=more, rewards__c="reward: c\ncoupon: {value: 3, type: money, valid: 2d}\n"),
        START,
    )
    had = account(ANN, Lot(new_id(), "points", points(50), points(40), None, None))
    had.badges["g"] = 4
    had.issued[ANN] = IssuedReward(ANN, ANN, "c", "", "issued", START, None, new_id())
    replay.load([MemberSnapshot(had)], {})

    for day in (0, 1):
        replay.report(purchase(ANN, 7, day))
    replay.advance(START + timedelta(days=200))

    assert replay.gains() == {ANN: {POINTS: points(14 - 40), CAPS: points(1), COFFEE: 2, GUEST: 2}}


def test_points_from_before_expire_and_are_spent() -> None:
    old = Lot("00000000-0000-4000-8000-000000000001", "points", points(50), points(40), None, START + timedelta(days=2))
    replay = Replay(program(), START)
    replay.load([MemberSnapshot(account(ANN, old))], {})

    replay.report(purchase(ANN, 7, 5))
    replay.advance(START + timedelta(days=200))

    assert replay.totals.expired == {"points": points(40 + 7)}


def test_what_was_used_of_a_limit_per_program_stays_used() -> None:
    limited = program(more="limits: [{per: program, every: month, times: 3}]\n")
    replay = Replay(limited, START)
    used = {"points-for-purchase": {START.date(): DailyUse(START.date(), 2, {"points": Decimal(9)})}}
    replay.load([MemberSnapshot(account(ANN))], used)

    for day in (1, 2, 3):
        replay.report(purchase(ANN, 10, day))

    assert replay.totals.fired == {"reactor/points-for-purchase": 1}


def test_what_test_members_get_is_in_no_figure() -> None:
    replay = Replay(program(), START)
    tester = replace(account(BOB).member, is_test=True)
    replay.load([MemberSnapshot(account(ANN)), MemberSnapshot(replace(account(BOB), member=tester))], {})

    for event in (purchase(ANN, 30, 0), purchase(BOB, 20, 1), replace(purchase(BOB, 1, 2), type="unknown")):
        replay.report(event)

    assert replay.gains() == {ANN: {POINTS: points(30)}}
    assert replay.totals.awarded == {"points": points(30)}
    assert replay.totals.fired == {"reactor/points-for-purchase": 1}
    assert (replay.totals.answered, replay.totals.refused) == (1, {})
    assert replay.store.members_by_id[BOB].balances["points"].active == points(20)


GIFT = "reactor: gift\non: purchase\nthen: [{issue_reward: c}]\n"


@pytest.mark.parametrize(
    ("coupon", "supply", "issued"),
    [
        ("", RewardSupply("c", supplied=5, taken=3), 2),
        ("", RewardSupply("c", paused_at=START), 0),
        ("", RewardSupply("c"), 3),
        ("coupon: {codes: uploaded, value: 3, type: money}\n", RewardSupply("c", codes=1), 1),
        ("coupon: {codes: uploaded, value: 3, type: money}\n", RewardSupply("c", supplied=9, taken=8, codes=4), 1),
        ("coupon: {codes: uploaded, value: 3, type: money}\n", RewardSupply("c"), 3),
        ("coupon: {value: 3, type: money}\n", RewardSupply("c", codes=1), 3),
    ],
)
def test_a_reward_that_rules_issue_runs_out(coupon: str, supply: RewardSupply, issued: int) -> None:
    replay = Replay(program(reactors__gift=GIFT, rewards__c=f"reward: c\n{coupon}"), START)
    replay.load([MemberSnapshot(account(ANN))], {}, RewardsBefore(supplies=[supply]))

    for day in range(3):
        replay.report(purchase(ANN, 10, day))

    assert replay.totals.rewards["c"] == issued
    assert replay.gains()[ANN].get(COFFEE, 0) == issued


def test_of_a_reward_that_no_rule_issues_there_are_any_number() -> None:
    bought_alone = program(rewards__c="reward: c\nprice: 1\n")

    assert list(RewardsBefore(supplies=[RewardSupply("c", supplied=1)]).limited(bought_alone)) == []


def test_two_replays_start_from_the_same_state() -> None:
    opening, used = (
        MemberSnapshot(account(ANN)),
        {"points-for-purchase": {START.date(): DailyUse(START.date(), 1, {"points": Decimal(0)})}},
    )
    limited = program(more="limits: [{per: program, every: month, times: 2}]\n")
    first, second = Replay(limited, START), Replay(limited, START)

    for replay in (first, second):
        replay.load([opening], used)
        replay.report(purchase(ANN, 10, 0))

    assert first.gains() == second.gains() == {ANN: {POINTS: points(10)}}


def test_a_member_who_registers_later_exists_from_then_on() -> None:
    welcome = "reactor: welcome\non: member_registered\nthen: [{award_points: {points: 5}}]\n"
    replay = Replay(program(reactors__welcome=welcome), START)
    replay.load([MemberSnapshot(account(ANN), is_new=True)], {})
    later = START + timedelta(days=3)

    replay.report(ReplayedEvent(new_id(), ANN, "member_registered", later, later, {}))
    replay.report(purchase(ANN, 10, 4))

    assert replay.gains() == {ANN: {POINTS: points(15)}}


def test_a_member_of_a_tier_that_the_program_lacks_is_in_its_lowest() -> None:
    stranger = MemberState(Member(ANN, START, tier="diamond"))
    bronze = '{"==": [{var: member.tier}, bronze]}'
    reactor = f"reactor: b\non: purchase\nwhen: {bronze}\nthen: [{{award_points: {{points: 1}}}}]\n"
    replay = Replay(program("0", reactors__b=reactor), START)

    replay.load([MemberSnapshot(stranger)], {})
    replay.report(purchase(ANN, 0, 0))

    assert replay.gains() == {ANN: {POINTS: points(1)}}


def test_an_unknown_member_is_registered_as_in_production() -> None:
    welcome = "reactor: welcome\non: member_registered\nthen: [{award_points: {points: 5}}]\n"
    replay = Replay(program(reactors__welcome=welcome), START)

    replay.report(purchase(ANN, 10, 0))

    assert replay.gains() == {ANN: {POINTS: points(15)}}


def test_an_unknown_member_is_refused_if_the_program_refuses_them() -> None:
    refusing = programs.PROGRAM.replace("unknown_members: register", "unknown_members: refuse")
    replay = Replay(program(program=refusing), START)

    replay.report(purchase(ANN, 10, 0))

    assert (replay.gains(), replay.totals.refused) == ({}, {"its member is unknown": 1})


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        (ReplayedEvent(new_id(), ANN, "refund", START, START, {}), "event type refund is unknown"),
        (
            ReplayedEvent(new_id(), ANN, "purchase", START, START, {"total": "9"}),
            "the body of purchase is against its schema",
        ),
    ],
)
def test_an_event_that_the_program_does_not_accept_is_counted_by_its_reason(event: ReplayedEvent, reason: str) -> None:
    replay = Replay(program(), START)

    replay.report(event)

    assert replay.totals.refused == {reason: 1}
    assert replay.totals.answered == 0


def test_partitions_add_up_to_the_whole() -> None:
    whole, parts = ReplayComparison(), []
    for member in (ANN, BOB):
        replays = Replay(program(), START), Replay(program("{'*': [{var: event.body.total}, 3]}"), START)
        for replay in replays:
            replay.load([MemberSnapshot(account(member))], {})
            replay.report(purchase(member, 10 if member == ANN else 20, 0))
        parts.append(ReplayComparison.of(*replays, events=1, members=1))

    for part in parts:
        whole.add(part)

    assert (whole.events, whole.members, whole.gaining, whole.losing) == (2, 2, 2, 0)
    assert whole.new.awarded["points"] == 3 * whole.old.awarded["points"] == points(90)
    assert [(each.member, each.old, each.new) for each in whole.affected] == [(BOB, 20, 60), (ANN, 10, 30)]


def test_points_and_rewards_have_the_cost_of_their_files() -> None:
    files = {
        "program": programs.PROGRAM.replace("points: {default: true,", "points: {default: true, cost: 0.02,"),
        "rewards__mug": "reward: mug\ncost: 4.5\n",
        "rewards__voucher": "reward: voucher\ncoupon: {value: 10, type: money}\n",
        "rewards__half": "reward: half\ncoupon: {value: 50, type: percentage}\n",
    }
    totals = Totals()
    totals.awarded["points"], totals.deducted["points"] = points(1000), points(100)
    totals.rewards.update({"mug": 2, "voucher": 3, "half": 5})

    assert cost(program(**files), totals) == Decimal("0.02") * 900 + 9 + 30
    assert cost(program(), totals) is None


def test_reactors_that_never_fired_are_named() -> None:
    never = "reactor: never\non: app_login\nthen: [{award_points: {points: 1}}]\n"
    replay = Replay(program(reactors__never=never), START)
    replay.report(purchase(ANN, 10, 0))

    comparison = ReplayComparison.of(replay, replay, events=1, members=1)

    assert BacktestResult(comparison, replay.program, replay.program).never_fired == ("never",)
