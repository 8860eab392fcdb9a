"""Combine the data of two members: the survivor's fields win, sums are added, one-time things stay one-time."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from loyalty.program.achievements import Achievement, CountDays, Distinct
from loyalty.program.effects import GrantBadge
from loyalty.program.program import Program
from loyalty.program.wallets import MAX_POINTS
from loyalty.refusals import SumTooLarge
from loyalty.store.achievements import MILLION, AchievementCompletions, DailySum, sort_key
from loyalty.store.contributions import Contribution
from loyalty.store.members import GrantedBadge, Identity

AGREEMENTS: Final = ("agreement1", "agreement2", "agreement3")
"""The fields of a profile that hold a consent."""

PARTS: Final = ("email", "phone", "card")


@dataclass(frozen=True, slots=True)
class JoinedFields:
    """The combined fields of two members: `taken` from the merged one, `dropped` since the survivor's differ."""

    values: Mapping[str, Any]
    taken: Sequence[str] = ()
    dropped: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class JoinedIdentity:
    """The survivor's identity. `kept`: parts of the merged member that lead to the survivor, who has their own."""

    survivor: Identity
    merged: Identity
    taken: Sequence[str] = ()
    kept: Sequence[str] = ()
    learned: str | None = None


@dataclass(frozen=True, slots=True)
class JoinedProgress:
    """Progress towards one achievement. `dropped`: completions beyond what one member may have."""

    sums: Sequence[DailySum]
    """The sums of the survivor that change."""
    completions: AchievementCompletions | None
    dropped: int
    contributions: Sequence[Contribution]
    """The contributions that make those of events add up to the sums."""


def join_fields(own: Mapping[str, Any], other: Mapping[str, Any], *, most: int | None = None) -> JoinedFields:
    """Return the survivor's fields, with those that only the merged member has, up to a maximum number."""
    taken: dict[str, Any] = {}
    dropped: list[str] = []
    for name in sorted(other):
        if name in own:
            dropped += [name] if own[name] != other[name] else []
        elif most is None or len(own) + len(taken) < most:
            taken[name] = other[name]
        else:
            dropped.append(name)
    return JoinedFields({**own, **taken}, list(taken), dropped)


def join_profile(own: Mapping[str, Any], other: Mapping[str, Any]) -> JoinedFields:
    """Return the survivor's profile, with fields that only the other has, labels of both, and common consents."""
    found = join_fields(_without(own, *AGREEMENTS, "labels"), _without(other, *AGREEMENTS, "labels"))
    values, taken, dropped = dict(found.values), [*found.taken], [*found.dropped]
    for name in AGREEMENTS:
        if name in own or name in other:
            values[name] = bool(own.get(name)) and bool(other.get(name))
            dropped += [name] if values[name] != bool(own.get(name)) else []
    labels = {each["key"]: each for each in [*(other.get("labels") or []), *(own.get("labels") or [])]}
    if labels:
        values["labels"] = list(labels.values())
        taken += ["labels"] if values["labels"] != (own.get("labels") or []) else []
    return JoinedFields(values, sorted(taken), sorted(dropped))


def join_identity(own: Identity, other: Identity, learned: str | None, other_learned: str | None) -> JoinedIdentity:
    """Return the survivor's identity, with the parts that only the merged member has.

    Confirmation of each part stays.
    """
    taken = [part for part in PARTS if getattr(own, part) is None and getattr(other, part) is not None]
    kept = [part for part in PARTS if part not in taken and getattr(other, part) is not None]
    unproven = [each for each in (learned or "").split(",") if each]
    unproven += [part for part in taken if part in (other_learned or "").split(",")]
    parts = {part: getattr(other if part in taken else own, part) for part in PARTS}
    left = {part: getattr(other, part) if part in kept else None for part in PARTS}
    return JoinedIdentity(
        Identity(own.id, **parts), Identity(other.id, **left), taken, kept, ",".join(unproven) or None
    )


def join_progress(
    name: str,
    achievement: Achievement | None,
    own: Sequence[DailySum],
    other: Sequence[DailySum],
    completions: tuple[AchievementCompletions | None, AchievementCompletions | None],
    today: date,
) -> JoinedProgress:
    """Return the combined progress of two members: a day or a value that both have counts once. Raise SumTooLarge."""
    counts_once = achievement is not None and isinstance(achievement.measure, CountDays | Distinct)
    known = {sort_key(each): each for each in own}
    sums: list[DailySum] = []
    contributions: list[Contribution] = []
    for each in other:
        mine = known.get(sort_key(each), DailySum(each.day, each.value, 0))
        joined = _joined(mine, each, counts_once=counts_once)
        if abs(joined.amount) > MAX_POINTS:
            raise SumTooLarge(f"what {name} counts on {each.day}", MAX_POINTS // MILLION)
        sums.append(joined)
        gone = {
            "counted": mine.amount + each.amount - joined.amount,
            "used": mine.used + each.used - joined.used,
        }
        contributions += [
            Contribution(kind, name, each.day, each.value, -less, 0)  # type: ignore[arg-type]  # both are kinds
            for kind, less in gone.items()
            if less
        ]
    counted, dropped = _joined_completions(achievement, *completions)
    if dropped:
        contributions.append(Contribution("counted", name, today, "", 0, -dropped))
    return JoinedProgress(sums, counted, dropped, contributions)


def _joined(mine: DailySum, other: DailySum, *, counts_once: bool) -> DailySum:
    if counts_once:
        return DailySum(mine.day, mine.value, max(mine.amount, other.amount), max(mine.used, other.used))
    return DailySum(mine.day, mine.value, mine.amount + other.amount, mine.used + other.used)


def _joined_completions(
    achievement: Achievement | None, own: AchievementCompletions | None, other: AchievementCompletions | None
) -> tuple[AchievementCompletions | None, int]:
    """Return the completions of both, up to the maximum, and how many are dropped by that."""
    if other is None:
        return None, 0
    if own is None:
        return other, 0
    all_, most = own.completed + other.completed, max(own.completed, other.completed)
    limit = None if achievement is None else achievement.repeat
    kept = all_ if limit is None else min(all_, max(limit, most))
    return AchievementCompletions(own.achievement, kept, max(own.completed_at, other.completed_at)), all_ - kept


def join_badges(
    program: Program, own: Iterable[GrantedBadge], other: Iterable[GrantedBadge], dropped: Mapping[str, int]
) -> list[GrantedBadge]:
    """Return the badges of both, less those of dropped completions, by achievement."""
    less = Counter[str]()
    for name, times in dropped.items():
        for effect in program.achievement_named[name].then if name in program.achievement_named else ():
            if isinstance(effect, GrantBadge):
                less[effect.badge] += times
    mine = {each.badge: each for each in own}
    joined: list[GrantedBadge] = []
    for each in other:
        known = mine.get(each.badge)
        if known is None:
            joined.append(each)
            continue
        times = max(known.times + each.times - less[each.badge], known.times, each.times)
        first, last = min(known.granted_at, each.granted_at), max(known.updated_at, each.updated_at)
        joined.append(GrantedBadge(each.badge, times, first, last))
    return joined


def _without(fields: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if name not in names and value is not None}
