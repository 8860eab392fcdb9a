"""Why a reactor or an achievement has its verdict: the facts, and the sentence that describes them.

The facts are stored with the event; the sentence is rendered each time it is shown.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any, Literal, TypeAlias, assert_never

import rules
from loyalty.calendar import Period

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class FailedPart:
    """A part of a condition that made it false, with the values that it read and what it required."""

    place: str
    """`file:line:col`."""
    actual: Mapping[str, Any] = field(default_factory=dict)
    needed: str = ""
    within: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ConditionFalse:
    """A condition was false. If there are several parts, any of them would have sufficed to make it true."""

    parts: tuple[FailedPart, ...]
    more: int = 0
    """The number of parts that are not stored."""


@dataclass(frozen=True, slots=True)
class NotActiveYet:
    """The reactor becomes active at a later moment, in the store's time zone."""

    since: datetime


@dataclass(frozen=True, slots=True)
class NoLongerActive:
    """The reactor was active before `until`, in the store's time zone."""

    until: datetime


@dataclass(frozen=True, slots=True)
class LimitReached:
    """A limit had nothing left."""

    used: Decimal
    most: Decimal
    unit: Literal["times", "points"]
    per: Literal["member", "program"]
    every: Period
    wallet: str = ""
    """The wallet whose points were counted; empty: the decision predates limits per wallet."""


@dataclass(frozen=True, slots=True)
class CodeRefused:
    """The reactor does not have the redemption code (`used` None), or the code is used up."""

    code: str
    used: int | None
    uses: int


@dataclass(frozen=True, slots=True)
class NotEnoughPoints:
    """A member could not pay the deductions; amounts are in units of the wallet, before the event."""

    wallet: str
    balance: Decimal
    needed: Decimal
    is_frozen: bool = False
    """Whether the member could spend nothing because they were frozen."""


@dataclass(frozen=True, slots=True)
class ProgressMade:
    """How an event changed the progress towards a goal, and how often it completed it."""

    before: Decimal
    after: Decimal
    goal: Decimal
    completed: int = 0


@dataclass(frozen=True, slots=True)
class AlreadyCompleted:
    """The achievement was completed as often as it can be."""

    completed: int
    most: int


Reason: TypeAlias = (
    ConditionFalse
    | NotActiveYet
    | NoLongerActive
    | LimitReached
    | CodeRefused
    | NotEnoughPoints
    | ProgressMade
    | AlreadyCompleted
)


def describe_reason(reason: Reason) -> str:
    """Return a reason as a sentence."""
    match reason:
        case ConditionFalse(parts, more):
            sentences = [rules.clause_text(part.actual, part.needed, part.within) for part in parts]
            return "; ".join([*sentences, *([f"and {more} more"] if more else [])])
        case NotActiveYet(since):
            return f"active from {_moment(since)}"
        case NoLongerActive(until):
            is_end_of_day = until.time() == time()
            return f"active until {f'the end of {until - DAY:%Y-%m-%d}' if is_end_of_day else _moment(until)}"
        case LimitReached(used, most, unit, per, every, wallet):
            counted = f"{used:f} of {most:f}" + (f" {wallet or 'points'}" if unit == "points" else "")
            return f"limit reached: {counted} {'ever' if every == 'ever' else f'this {every}'}, per {per}"
        case CodeRefused(code, None, _):
            return f"{code or 'an empty text'} is not a code of it"
        case CodeRefused(code, used, uses):
            return f"the code {code} was used {used} of {uses} times"
        case NotEnoughPoints(wallet, is_frozen=True, needed=needed):
            return f"the member is frozen, and it takes {needed:f} {wallet}"
        case NotEnoughPoints(wallet, balance, needed):
            return f"not enough points: {balance:f} of the {needed:f} {wallet} that it takes"
        case ProgressMade(before, after, goal, completed):
            times = f", completed {completed} times" if completed > 1 else ", completed" if completed else ""
            return f"progress {before:f} to {after:f} of {goal:f}{times}"
        case AlreadyCompleted(completed, most):
            return f"completed {completed} of {most} times"
        case _:
            assert_never(reason)


def _moment(moment: datetime) -> str:
    """Return a moment as a program's author writes it: with a time only if it is not the start of a day."""
    return f"{moment:%Y-%m-%d}" if moment.time() == time() else f"{moment:%Y-%m-%d %H:%M}"
