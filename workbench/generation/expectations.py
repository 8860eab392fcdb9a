"""The expectations of a generated test: the result of the event when the test was run."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from loyalty.engine.in_memory import InMemoryEngine, ProcessedEvent
from loyalty.events.builtin_events import BUILT_IN
from loyalty.program.effects import SetAttribute
from loyalty.program.program import Program
from loyalty.store.memory.member_state import MemberState
from workbench.scenarios.progress import progress_of


def expectations(
    engine: InMemoryEngine, second_engine: InMemoryEngine, events: Sequence[ProcessedEvent], program: Program
) -> Iterator[tuple[str, Any]]:
    """Yield the keys of `expect`, without attributes that differ in the second run, as a drawn code does."""
    (state,) = engine.store.members_by_id.values()
    (second,) = second_engine.store.members_by_id.values()
    yield "points", _balances(state, events, program)
    if state.member.tier is not None:
        yield "tier", state.member.tier
    yield from _moved(events, program)
    answers = [answer for each in events for answer in each.decision.outcomes]
    named = [(answer.source.partition("/"), answer.verdict) for answer in answers]
    fired = Counter(name for (kind, _, name), verdict in named if kind == "reactor" and verdict == "fired")
    not_fired = {name: None for (kind, _, name), _ in named if kind == "reactor" and name not in fired}
    limited = {name: None for (kind, _, name), verdict in named if kind == "reactor" and verdict == "limit_reached"}
    counted = dict.fromkeys(name for (kind, _, name), _ in named if kind == "achievement")
    progress = [progress_of(state, program.achievement_named[name], engine.today) for name in counted]
    badges = dict.fromkeys(str(each.body["badge"]) for each in events if each.type == "badge_granted")
    written = {effect.name for answer in answers for effect in answer.effects if isinstance(effect, SetAttribute)}
    ours, theirs = state.member.attributes, second.member.attributes
    expected: dict[str, Any] = {
        "badges": {"has": list(badges)} if badges else None,
        "attributes": {name: ours[name] for name in sorted(written) if name in ours and ours[name] == theirs.get(name)},
        "achievements": {
            each.achievement: {"completed": each.completed, "progress": each.progress} for each in progress
        },
        "rewards": Counter(str(each.body["reward"]) for each in events if each.type == "reward_issued"),
        "fired": fired,
        "not_fired": list(not_fired),
        "limited": list(limited),
        "events": Counter(each.type for each in events if each.type in BUILT_IN),
    }
    yield from ((key, value) for key, value in expected.items() if value)


def _balances(state: MemberState, events: Sequence[ProcessedEvent], program: Program) -> Any:
    """Return the balance of each wallet that moved; that of the default wallet if none did."""
    moved = dict.fromkeys(moved.wallet for each in events for moved in each.transfers)
    if moved:
        return {code: program.wallets[code].amount(state.balances[code].net) for code in moved}
    balance = state.balances.get(program.default_wallet.code)
    return program.default_wallet.amount(balance.net if balance else 0)


def _moved(events: Sequence[ProcessedEvent], program: Program) -> Iterator[tuple[str, Any]]:
    for key, kind in (("awarded", "award"), ("deducted", "deduct")):
        sums: Counter[str] = Counter()
        for moved in (moved for each in events for moved in each.transfers if moved.kind == kind):
            sums[moved.wallet] += moved.points
        if sums:
            yield key, {code: program.wallets[code].amount(points) for code, points in sums.items()}
