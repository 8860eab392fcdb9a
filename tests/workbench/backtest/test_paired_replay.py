"""Events replayed under two programs, once for both as long as they process them alike."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from loyalty.engine.snapshots import MemberSnapshot
from loyalty.ids import new_id
from loyalty.program.program import Program
from loyalty.store.members import Balance, Member
from loyalty.store.memory.member_state import MemberState
from loyalty.store.points import Lot
from loyalty.store.rewards import IssuedReward
from program_files import read_program
from tests.kit import programs
from tests.kit.amounts import points
from workbench.backtest import PairedReplay, Replay, ReplayComparison, ReplayedEvent
from workbench.backtest.divergence import Divergence

START = datetime(2026, 5, 1, tzinfo=UTC)
END = START + timedelta(days=200)
MEMBERS = [f"00000000-0000-4000-8000-{number:012}" for number in range(6)]


def reactor(name: str, on: str, then: str, more: str = "") -> str:
    return f"reactor: {name}\non: {on}\nthen: [{{{then}}}]\n{more}"


def coupon(name: str, valid: str) -> str:
    return f"reward: {name}\ncoupon: {{prefix: C, length: 8, value: 3, type: money, valid: {valid}}}\n"


def refund(more: str = "") -> str:
    return f"event: refund\nbody: {{type: object, properties: {{total: {{type: number{more}}}}}}}\n"


POINTS = "award_points: {points: %s}"
TOTAL = "{var: event.body.total}"
OFTEN = "limits: [{per: member, every: %s, times: 2}]\n"
RICH = 'when: {">": [{var: member.points}, %d]}\n'
CHANNEL = 'when: {"==": [{var: event.body.channel}, %s]}\n'
SHARED_LIMIT = "limits: [{per: program, every: week, times: 5}]\n"

TWO_WALLETS = programs.PROGRAM.replace("notify_before", "  caps: {decimals: 2, expires: never}\nnotify_before")
CAPS = "award_points: {wallet: caps, points: %s}"

PARTS: Mapping[str, tuple[str, ...]] = {
    "events/refund": (refund(), refund(", maximum: 50")),
    "rewards/coffee": (coupon("coffee", "10d"), coupon("coffee", "20d")),
    "rewards/cake": ("", coupon("cake", "5d")),
    "reactors/base": (
        reactor("base", "purchase", POINTS % TOTAL),
        reactor("base", "purchase", POINTS % f'{{"*": [{TOTAL}, 2]}}'),
        "",
    ),
    "reactors/web": (
        reactor("web", "purchase", "grant_badge: online", CHANNEL % "web"),
        reactor("web", "purchase", "grant_badge: online", CHANNEL % "store"),
        "",
    ),
    "reactors/caps": (
        reactor("caps", "purchase", CAPS % 0.25),
        reactor("caps", "purchase", CAPS % 0.5, CHANNEL % "web"),
        reactor("caps", "app_login", "deduct_points: {wallet: caps, points: 0.25}"),
        "",
    ),
    "reactors/often": (
        reactor("often", "purchase", "issue_reward: coffee", OFTEN % "week"),
        reactor("often", "purchase", "issue_reward: coffee", OFTEN % "month"),
        reactor("often", "purchase", "issue_reward: coffee"),
    ),
    "reactors/rich": (
        reactor("rich", "app_login", "deduct_points: {points: 30}", RICH % 200),
        reactor("rich", "app_login", "deduct_points: {points: 30}", RICH % 60),
    ),
    "reactors/back": (
        reactor("back", "refund", "deduct_points: {points: {var: [event.body.total, 0]}}"),
        reactor("back", "app_login", "deduct_points: {points: 1}"),
    ),
    "reactors/risen": (
        reactor("risen", "tier_changed", POINTS % 10),
        reactor("risen", "tier_changed", POINTS % 20),
        "",
    ),
    "reactors/gone": (reactor("gone", "coupon_expired", POINTS % 1), ""),
    "reactors/shared": ("", reactor("shared", "purchase", "grant_badge: few", SHARED_LIMIT)),
    "achievements/seven-days": (
        programs.SEVEN_DAYS.replace("goal: 7", "goal: 2"),
        programs.SEVEN_DAYS.replace("goal: 7", "goal: 3"),
        "",
    ),
}
"""The files of random programs: each has one of these versions, mostly the first."""


def a_program(chosen: Mapping[str, int]) -> Program:
    files = {part.replace("/", "__"): PARTS[part][number] for part, number in chosen.items()}
    return read_program(programs.files(program=TWO_WALLETS, **files, **{"reactors__points-for-purchase": ""}))


def two_programs(random: Random) -> tuple[Program, Program]:
    """Two programs that differ in one file or in a few."""
    old = {part: random.choice([0, random.randrange(len(forms))]) for part, forms in PARTS.items()}
    changing = random.sample(sorted(PARTS), random.choice([1, 1, 1, 2, 3]))
    new = old | {part: random.randrange(len(PARTS[part])) for part in changing}
    return a_program(old), a_program(new)


def random_events(random: Random, count: int) -> list[ReplayedEvent]:
    events, at = [], START
    for _ in range(count):
        at += timedelta(hours=random.randrange(16))
        type_ = random.choice(["purchase", "purchase", "app_login", "refund", "unheard-of"])
        bodies = {
            "purchase": {"total": random.randrange(120), "channel": random.choice(["web", "store"])},
            "refund": {"total": random.randrange(80)},
        }
        member = random.choice(MEMBERS)
        events.append(ReplayedEvent(new_id(), member, type_, at, at, bodies.get(type_, {})))
    return events


def openings() -> list[MemberSnapshot]:
    """A member with points, a badge and a coupon, and one who registers later; all others are unknown."""
    coupon = IssuedReward(new_id(), MEMBERS[0], "coffee", "C1", "issued", START, None, new_id())
    lot = Lot(new_id(), "points", points(150), points(150), None, START + timedelta(days=9))
    rich = MemberState(Member(MEMBERS[0], START, tier="bronze"), lots={lot.id: lot}, badges={"online": 1})
    rich.issued[coupon.id] = coupon
    rich.balances["points"] = Balance(points(150), earned=points(150), qualifying=points(150))
    return [MemberSnapshot(rich), MemberSnapshot(MemberState(Member(MEMBERS[1], START, tier="bronze")), is_new=True)]


def separately_replayed(
    old: Program, new: Program, events: list[ReplayedEvent], opened: list[MemberSnapshot]
) -> ReplayComparison:
    """The expected result: each program replays everything."""
    replays = Replay(old, START), Replay(new, START)
    for replay in replays:
        replay.load(opened, {})
        for event in events:
            replay.report(event)
        replay.advance(END)
    return ReplayComparison.of(*replays, events=len(events), members=len(MEMBERS))


@pytest.mark.parametrize("seed", range(120))
def test_a_paired_replay_has_the_result_of_two_replays(seed: int) -> None:
    random = Random(seed)
    old, new = two_programs(random)
    events, opened = random_events(random, 80), openings()
    pair = PairedReplay(old, new, START)

    pair.load(opened, {})
    for event in events:
        pair.report(event)
    pair.advance(END)

    assert pair.compare(events=len(events), members=len(MEMBERS)) == separately_replayed(old, new, events, opened)


def test_a_member_is_replayed_once_until_the_first_event_that_is_processed_differently() -> None:
    old = a_program(dict.fromkeys(PARTS, 0))
    new = a_program(dict.fromkeys(PARTS, 0) | {"reactors/web": 1})
    pair = PairedReplay(old, new, START)
    ann, bob = MEMBERS[:2]

    for day, (member, type_, body) in enumerate(
        [
            (ann, "app_login", {}),
            (ann, "purchase", {"total": 5}),
            (bob, "purchase", {"total": 5, "channel": "web"}),
            (ann, "app_login", {}),
            (bob, "app_login", {}),
        ]
    ):
        at = START + timedelta(days=day)
        pair.report(ReplayedEvent(new_id(), member, type_, at, at, body))

    assert pair.diverged == {bob}


@pytest.mark.parametrize("changed", ["rewards/coffee", "reactors/risen", "reactors/gone", "reactors/shared"])
def test_a_difference_that_any_event_may_show_lets_all_members_diverge(changed: str) -> None:
    old, new = (a_program(dict.fromkeys(PARTS, 0) | {changed: number}) for number in (0, 1))

    assert Divergence.of(old, new) is None


def test_the_order_of_reactors_is_a_difference() -> None:
    base, web = PARTS["reactors/base"][0], PARTS["reactors/web"][0]
    old = read_program(programs.files(reactors__a=base, reactors__b=web))
    new = read_program(programs.files(reactors__a=web, reactors__b=base))

    assert Divergence.of(old, new) is None
