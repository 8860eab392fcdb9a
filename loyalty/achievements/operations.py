"""Operations on achievements and badges: set progress, completions and badges by hand, up or down."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from loyalty.achievements.by_hand import changed_sums
from loyalty.achievements.progress import current_progress
from loyalty.achievements.refusals import (
    BadgesOutOfRange,
    CompletionsOutOfRange,
    ProgressOutOfRange,
    UnknownAchievement,
    UnknownBadge,
)
from loyalty.calendar import local_day
from loyalty.events.operations import OperationContext
from loyalty.program.achievements import Achievement, Sum
from loyalty.store.achievements import MILLION, DailySum
from loyalty.store.contributions import Contribution

MAX_COMPLETIONS_BY_HAND = 100
"""The most completions that one change adds, since each is an event with its own gifts."""

MAX_TIMES = 1_000_000


@dataclass(frozen=True, slots=True)
class SetProgress:
    """Set a member's progress towards an achievement, its number of completions, or both; None: leave unchanged."""

    member: str
    achievement: str
    progress: Decimal | None = None
    completed: int | None = None
    counts_today: bool = True
    """Whether today is one of the days of a streak: then the next one is tomorrow."""


def set_progress(operation: OperationContext, request: SetProgress) -> None:
    """Set progress by hand.

    A new completion gives what completing the achievement gives; a completion that is taken back leaves its gifts.
    Raise UnknownAchievement, ProgressOutOfRange or CompletionsOutOfRange.
    """
    achievement = operation.program.achievement_named.get(request.achievement)
    if achievement is None:
        raise UnknownAchievement(list(operation.program.achievement_named))
    operation.lock_members(request.member)
    tx, today = operation.tx, local_day(operation.now, operation.program.zone)
    before = tx.achievements.completed(request.member, achievement.name)
    completed = before if request.completed is None else request.completed
    if completed != before:
        _check_completions(achievement, completed, before)
    sums = tx.achievements.daily_sums(request.member, achievement.name, since=date.min)
    previous = _shown(achievement, sums, before, today)
    event_id = operation.new_event_id()
    contributions = [Contribution("counted", achievement.name, today, "", 0, completed - before)]
    is_over = achievement.repeat is not None and completed >= achievement.repeat
    contributions += _set_sums(operation, achievement, request, sums, is_over=is_over, today=today, name=event_id)
    if completed != before:
        tx.achievements.complete(request.member, achievement.name, completed - before, now=operation.now)
    after = tx.achievements.daily_sums(request.member, achievement.name, since=date.min)
    body = {
        "achievement": achievement.name,
        "progress": _shown(achievement, after, completed, today),
        "completed": completed,
        "previous_progress": previous,
        "previous_completed": before,
    }
    operation.record(event_id, "achievement_progress_set", request.member, body)
    tx.contributions.add(event_id, _merged(contributions))
    for times in range(before + 1, completed + 1):
        done = {"achievement": achievement.name, "times": times}
        operation.record(operation.new_event_id(), "achievement_completed", request.member, done)


def set_badges(operation: OperationContext, member_id: str, badge: str, times: int) -> None:
    """Set how many times a member has a badge; 0 removes it. Raise UnknownBadge or BadgesOutOfRange."""
    known = operation.program.badge_titles
    operation.lock_members(member_id)
    before = operation.tx.members.badge_times(member_id, badge)
    if badge not in known and before == 0:
        raise UnknownBadge(list(known))
    if not 0 <= times <= MAX_TIMES:
        raise BadgesOutOfRange(MAX_TIMES)
    if times == before:
        return
    operation.tx.members.set_badge(member_id, badge, times, now=operation.now)
    body = {"badge": badge, "times": times, "previous_times": before}
    operation.record(operation.new_event_id(), "badges_set", member_id, body)


def _check_completions(achievement: Achievement, completed: int, before: int) -> None:
    most = MAX_TIMES if achievement.repeat is None else achievement.repeat
    most = min(most, before + MAX_COMPLETIONS_BY_HAND)
    if not 0 <= completed <= most:
        raise CompletionsOutOfRange(most)


def _set_sums(
    operation: OperationContext,
    achievement: Achievement,
    request: SetProgress,
    sums: Sequence[DailySum],
    *,
    is_over: bool,
    today: date,
    name: str,
) -> Sequence[Contribution]:
    """Store the daily sums that set the requested progress; return what they added."""
    progress, goal = request.progress, achievement.goal
    if progress is None:
        return ()
    if is_over:
        raise ProgressOutOfRange(goal, "it is completed as often as it can be: no progress is made any more")
    if not 0 <= progress < goal:
        raise ProgressOutOfRange(goal, f"progress is from 0 to below {goal:f}: to complete it, raise its completions")
    if progress * MILLION != int(progress * MILLION):
        raise ProgressOutOfRange(goal, "progress has at most six decimals")
    if progress != int(progress) and not isinstance(achievement.measure, Sum):
        raise ProgressOutOfRange(goal, "this is counted in whole numbers")
    counts_today = request.counts_today
    found = changed_sums(achievement, sums, progress, today=today, name=name, counts_today=counts_today)
    if found is None:
        raise ProgressOutOfRange(goal, f"its window has too few days up to {today} for this progress")
    operation.tx.achievements.save_daily_sums(request.member, achievement.name, found.changed)
    return found.contributions


def _shown(achievement: Achievement, sums: Sequence[DailySum], completed: int, today: date) -> Decimal:
    """Return the progress to show: the goal, if the achievement cannot be completed any more."""
    is_over = achievement.repeat is not None and completed >= achievement.repeat
    return achievement.goal if is_over else current_progress(achievement, sums, today)


def _merged(contributions: Sequence[Contribution]) -> Sequence[Contribution]:
    """Return one contribution per measure."""
    merged: dict[tuple[str, date, str], Contribution] = {}
    for each in contributions:
        key = (each.kind, each.day, each.value)
        known = merged.get(key)
        merged[key] = (
            each if known is None else replace(each, amount=each.amount + known.amount, times=each.times + known.times)
        )
    return list(merged.values())
