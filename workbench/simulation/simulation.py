"""One event tried out: what it would do, for whom, and what they would have then. Nothing is written anywhere."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from loyalty.decisions.decision import Claim
from loyalty.engine.in_memory import InMemoryEngine, ProcessedEvent
from loyalty.engine.snapshots import MemberSnapshot, load_into
from loyalty.program.program import Program
from loyalty.store.limits import DailyUse
from loyalty.store.members import Balance, Member
from loyalty.store.memory.member_state import MemberState
from workbench.scenarios.judging import progress_of

MOST_DUE = 2_000
"""Lots and coupons of which something falls due before the event: so many are done within seconds."""


class TooMuch(ValueError):
    """More would fall due before the event than a simulation does; the message says what to change."""


@dataclass(frozen=True, slots=True)
class Tried:
    """An event to be tried: reported at `now`, of a member as they are. All instants are aware UTC."""

    type: str
    time: datetime
    body: Mapping[str, Any]
    member: MemberSnapshot
    now: datetime
    claims: tuple[Claim, ...] = ()
    """What firings took from limits, besides what the member's account says."""
    used: Mapping[str, Mapping[date, DailyUse]] | None = None
    """What firings took from limits of the whole program."""
    since: datetime | None = None
    """When the member was as they are; what falls due until `now` happens first. None: now."""


@dataclass(frozen=True, slots=True)
class Achieved:
    """How far a member is with an achievement."""

    completed: int
    progress: Decimal
    goal: Decimal


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a member stands."""

    tier: str | None
    balances: Mapping[str, Balance]
    badges: Mapping[str, int]
    attributes: Mapping[str, Any]
    achievements: Mapping[str, Achieved]


@dataclass(frozen=True, slots=True)
class Simulated:
    """What would happen. `meanwhile`: what falls due before the event."""

    now: datetime
    before: Standing
    meanwhile: Sequence[ProcessedEvent]
    happened: Sequence[ProcessedEvent]
    """The event and all it causes; first the registration of somebody unknown, with all that causes."""
    after: Standing


def newcomer(member: Member, program: Program) -> MemberSnapshot:
    """Somebody unknown, as an event registers them: in the lowest tier."""
    lowest = program.tier_at(0)
    return MemberSnapshot(MemberState(replace(member, tier=None if lowest is None else lowest.name)), is_new=True)


def simulate(program: Program, tried: Tried) -> Simulated:
    """Try an event out by the steps of production; raise TooMuch or RuleError."""
    trial = InMemoryEngine(program, min(tried.since or tried.now, tried.now), records_messages=True)
    trial.store.used.update({name: dict(days) for name, days in (tried.used or {}).items()})
    meanwhile: list[ProcessedEvent] = []
    happened: list[ProcessedEvent] = []
    if tried.member.is_new:
        trial.now = tried.now
        account = tried.member.state.copy()
        before = standing(account, program)
        happened += trial.register(account)
    else:
        account = load_into(trial, tried.member)
        for claim in tried.claims:
            trial.store.usage.claim(claim, account.member.id)
        meanwhile = _until(trial, tried.now, len(account.lots) + len(account.issued))
        before = standing(account, program)
    if not (tried.member.is_new and tried.type == "member_registered"):
        happened += trial.report(account.member.id, tried.type, tried.body, time=tried.time)
    return Simulated(tried.now, before, meanwhile, happened, standing(account, program))


def _until(trial: InMemoryEngine, now: datetime, most: int) -> list[ProcessedEvent]:
    earliest = trial.store.due_items.earliest()
    if most > MOST_DUE and earliest is not None and earliest <= now:
        raise TooMuch(f"the member has {most} lots and coupons that may fall due before: choose an earlier now")
    return trial.advance(now)


def standing(account: MemberState, program: Program) -> Standing:
    """Where a member stands under a program; of its own wallets and achievements."""
    achieved: dict[str, Achieved] = {}
    for achievement in program.achievements:
        completed, progress = progress_of(account, program, achievement.name)
        achieved[achievement.name] = Achieved(completed, progress, achievement.goal)
    balances = {code: account.balances.get(code, Balance()) for code in program.wallets}
    member = account.member
    return Standing(member.tier, balances, dict(account.badges), dict(member.attributes), achieved)
