"""Why a reactor or an achievement answered as it did: the facts, and the sentence that tells them.

The facts are kept with the event and the sentence is not: it is told from them again.
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
class Leaf:
    """A part of a condition that made it false. See `rules.Leaf`, which does not know the file."""

    place: str
    """`file:line:col`."""
    actual: Mapping[str, Any] = field(default_factory=dict)
    needed: str = ""
    within: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Unmet:
    """A condition that was false. Of several leaves, any one might have made it true."""

    leaves: tuple[Leaf, ...]
    more: int = 0
    """Leaves beyond those that are kept."""


@dataclass(frozen=True, slots=True)
class NotYet:
    """A reactor is active from a moment on, in the store's time zone."""

    since: datetime


@dataclass(frozen=True, slots=True)
class NoLonger:
    """A reactor was active until a moment, which was the first that is too late; in the store's time zone."""

    until: datetime


@dataclass(frozen=True, slots=True)
class Reached:
    """A limit that had nothing left."""

    used: Decimal
    most: Decimal
    unit: Literal["times", "points"]
    per: Literal["member", "program"]
    every: Period


@dataclass(frozen=True, slots=True)
class Progress:
    """What an event did to a member's progress towards a goal, which it completed so many times."""

    before: Decimal
    after: Decimal
    goal: Decimal
    completed: int = 0


@dataclass(frozen=True, slots=True)
class Exhausted:
    """An achievement completed as often as it can be."""

    completed: int
    most: int


Reason: TypeAlias = Unmet | NotYet | NoLonger | Reached | Progress | Exhausted


def sentence(reason: Reason) -> str:
    """The reason in words."""
    match reason:
        case Unmet(leaves, more):
            told = [rules.sentence(leaf.actual, leaf.needed, leaf.within) for leaf in leaves]
            return "; ".join([*told, *([f"and {more} more"] if more else [])])
        case NotYet(since):
            return f"active from {_moment(since)}"
        case NoLonger(until):
            is_end_of_day = until.time() == time()
            return f"active until {f'the end of {until - DAY:%Y-%m-%d}' if is_end_of_day else _moment(until)}"
        case Reached(used, most, unit, per, every):
            counted = f"{used:f} of {most:f}" + (" points" if unit == "points" else "")
            return f"limit reached: {counted} {'ever' if every == 'ever' else f'this {every}'}, per {per}"
        case Progress(before, after, goal, completed):
            times = f", completed {completed} times" if completed > 1 else ", completed" if completed else ""
            return f"progress {before:f} to {after:f} of {goal:f}{times}"
        case Exhausted(completed, most):
            return f"completed {completed} of {most} times"
        case _:
            assert_never(reason)


def _moment(moment: datetime) -> str:
    """A moment as the program's author wrote it: with its time only where it is not the start of a day."""
    return f"{moment:%Y-%m-%d}" if moment.time() == time() else f"{moment:%Y-%m-%d %H:%M}"
