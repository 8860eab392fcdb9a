"""Achievements moved on by an event."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any, TypeAlias, assert_never

import rules
from loyalty.achievements.daily_sums_needed import marks_needed
from loyalty.achievements.progress import Move, move
from loyalty.calendar import local_day
from loyalty.decisions.decision import Answer, Verdict
from loyalty.decisions.reasons import Exhausted, Progress, Reason
from loyalty.events.context import Step
from loyalty.events.decide import facts, gave_up, number_of, unmet
from loyalty.events.message_parts import customer, trigger_of
from loyalty.program.program import Achievement, CountDays, CountEvents, Distinct, Last, Sum
from loyalty.webhooks.messages import MemberAchievementProgressWasChanged, ProgressView, Window

Facts: TypeAlias = Callable[[], Mapping[str, Any]]
"""What rules read of the member by now, read only where a rule asks."""


def move_achievements(step: Step) -> None:
    """Count the event for every achievement on its type, and add their answers to the decision."""
    data = cache(lambda: facts(step.program, step.member, step.event, now=step.now))
    answers = [_tried(step, a, data) for a in step.program.achievements_on.get(step.event.type, ())]
    if not step.explains:
        return
    # A second run of the step answers anew; what an achievement gave for being completed was decided, and stays.
    again = {answer.source for answer in answers}
    decided = (answer for answer in step.decision.answers if answer.fired or answer.source not in again)
    step.add_to_decision(replace(step.decision, answers=(*decided, *answers)))


def _tried(step: Step, achievement: Achievement, data: Facts) -> Answer:
    """Its answer, also where the event is too large for its rules: they are evaluated before anything is counted."""
    try:
        return _answer(step, achievement, data)
    except rules.TooMuchWork as error:
        return gave_up(f"achievement/{achievement.name}", achievement.place, error)


def _answer(step: Step, achievement: Achievement, data: Facts) -> Answer:
    """Count the event, or say why not."""
    when = achievement.when
    if when is not None and when.rule(data()) is not True:
        return _said(achievement, "condition_false", unmet(when, data()) if step.explains else None)
    completed = step.tx.achievements.completed(step.event.member, achievement.name)
    if achievement.repeat is not None and completed >= achievement.repeat:
        return _said(achievement, "completed_already", Exhausted(completed, achievement.repeat))
    number, value = _measured(achievement, data)
    if isinstance(number, str):
        step.did.append(f"{achievement.name} counts nothing: {number}")
        return _said(achievement, "counts_nothing", None, number)
    day = local_day(step.event.time, step.program.zone)
    moved = _count(step, achievement, day, number, value, completed)
    progress = Progress(moved.before, moved.after, achievement.goal, moved.times)
    if moved.is_progress:
        return _said(achievement, "counted", progress)
    if moved.changed:
        return _said(achievement, "counted", progress, f"it counts on {day}, and the progress stays")
    verdict, words = _nothing_added(achievement, day, value)
    return _said(achievement, verdict, progress, words)


def _count(step: Step, achievement: Achievement, day: date, number: Decimal, value: str, completed: int) -> Move:
    """Count the event."""
    queries = step.tx.achievements
    moved = move(
        achievement,
        marks_needed(queries, step.event.member, achievement, day),
        day=day,
        number=number,
        value=value,
        completed=completed,
    )
    queries.keep_marks(step.event.member, achievement.name, moved.changed)
    if not moved.is_progress:
        if moved.changed:
            step.did.append(f"{achievement.name} counted {day}")
        return moved
    step.did.append(f"{achievement.name} {moved.after:f}/{achievement.goal:f}")
    _say(step, achievement, moved, completed)
    if moved.times:
        queries.complete(step.event.member, achievement.name, moved.times, now=step.now)
        step.did.append(f"{achievement.name} completed")
        body = {"achievement": achievement.name, "times": completed + moved.times}
        for number_ in range(completed + 1, completed + moved.times + 1):
            step.cause("achievement_completed", f"{achievement.name}/{number_}", body | {"times": number_})
    return moved


def _said(achievement: Achievement, verdict: Verdict, reason: Reason | None, words: str = "") -> Answer:
    return Answer(f"achievement/{achievement.name}", verdict, words, (), str(achievement.place), reason)


def _nothing_added(achievement: Achievement, day: date, value: str) -> tuple[Verdict, str]:
    """Why an event that may count adds nothing."""
    match achievement.measure:
        case CountDays():
            return "counted_already", f"{day} was counted already"
        case Distinct():
            return "counted_already", f"{rules.exact.dumps(value[:60])} was counted already on {day}"
        case Sum() | CountEvents():
            return "counts_nothing", "what it adds is 0"
        case _:
            assert_never(achievement.measure)


def _measured(achievement: Achievement, data: Facts) -> tuple[Decimal | str, str]:
    """What an event adds to a sum, or why it adds nothing; and the value that is told apart."""
    match achievement.measure:
        case Sum(number):
            added = number_of(number, data())
            return Decimal(added) if isinstance(added, int) else added, ""
        case Distinct(value):
            found = value.rule(data())
            if found is None:
                return f"{value.place} gave no value", ""
            return Decimal(1), found[:255] if isinstance(found, str) else rules.exact.dumps(found)[:255]
        case CountEvents() | CountDays():
            return Decimal(1), ""
        case _:
            assert_never(achievement.measure)


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
