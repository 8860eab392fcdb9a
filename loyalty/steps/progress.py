"""Achievements moved on by an event."""

from decimal import Decimal
from typing import Any

import rules
from loyalty.achievements import Move, first_day_needed, move
from loyalty.calendar import local_day
from loyalty.decide import facts, number_of
from loyalty.messages import MemberAchievementProgressWasChanged, ProgressView, Window
from loyalty.program import Achievement, Distinct, Last, Sum
from loyalty.steps.step import Step
from loyalty.steps.views import customer, trigger_of


def move_achievements(step: Step) -> None:
    """Count the event for every achievement on its type."""
    for achievement in step.program.achievements_on.get(step.event.type, ()):
        _count(step, achievement)


def _count(step: Step, achievement: Achievement) -> None:
    if achievement.when is not None and achievement.when.rule(_data(step)) is not True:
        return
    day = local_day(step.event.time, step.program.zone)
    since = first_day_needed(achievement, day)
    queries = step.tx.achievements
    completed = queries.completed(step.event.member, achievement.name)
    number, value = _measured(step, achievement)
    moved = move(
        achievement,
        queries.marks(step.event.member, achievement.name, since=since),
        day=day,
        number=number,
        value=value,
        completed=completed,
    )
    queries.keep_marks(step.event.member, achievement.name, moved.changed)
    if not moved.is_progress:
        if moved.changed:
            step.did.append(f"{achievement.name} counted {day}")
        return
    step.did.append(f"{achievement.name} {moved.after:f}/{achievement.goal:f}")
    _say(step, achievement, moved, completed)
    if moved.times:
        queries.complete(step.event.member, achievement.name, moved.times, now=step.now)
        step.did.append(f"{achievement.name} completed")
        body = {"achievement": achievement.name, "times": completed + moved.times}
        for number_ in range(completed + 1, completed + moved.times + 1):
            step.cause("achievement_completed", f"{achievement.name}/{number_}", body | {"times": number_})


def _data(step: Step) -> dict[str, Any]:
    return facts(step.program, step.member, step.event, now=step.now)


def _measured(step: Step, achievement: Achievement) -> tuple[Decimal, str]:
    """What an event adds to a sum, and the value that is told apart."""
    match achievement.measure:
        case Sum(number):
            amount = number_of(number, _data(step))
            if isinstance(amount, str):
                step.did.append(f"{achievement.name} counts nothing: {amount}")
                return Decimal(0), ""
            return amount, ""
        case Distinct(value):
            found = value.rule(_data(step))
            return Decimal(1), found[:255] if isinstance(found, str) else rules.exact.dumps(found)[:255]
        case _:
            return Decimal(1), ""


def _say(step: Step, achievement: Achievement, moved: Move, completed: int) -> None:
    window: Window = "last" if isinstance(achievement.window, Last) else achievement.window
    now_completed = completed + moved.times
    step.outbox.send(
        "MemberAchievementProgressWasChanged",
        lambda: MemberAchievementProgressWasChanged(
            customer=customer(step),
            achievement_id=step.program.id_of("achievement", achievement.name),
            achievement_name=achievement.title,
            rule_id=step.program.id_of("achievement_rule", achievement.name),
            progress=ProgressView(now_completed, moved.after, achievement.goal, window),
            previous=ProgressView(completed, moved.before, achievement.goal, window),
            trigger=trigger_of(step),
            limit_reached=achievement.repeat is not None and now_completed >= achievement.repeat,
            description=achievement.description or None,
        ),
    )
