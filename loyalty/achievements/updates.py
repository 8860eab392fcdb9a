"""Count an event towards the achievements on its type."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import assert_never

import rules
from loyalty.achievements.daily_sums_needed import daily_sums_needed
from loyalty.achievements.measuring import ONE, AchievementsInput, Amount, Measured, NoNumber, has_rules
from loyalty.achievements.messages import send_progress_changed
from loyalty.achievements.progress import ProgressUpdate, count_event
from loyalty.calendar import local_day
from loyalty.decisions.decision import RuleOutcome, Verdict
from loyalty.decisions.reasons import AlreadyCompleted, ProgressMade, Reason
from loyalty.events.context import EventContext
from loyalty.program.achievements import Achievement, CountDays, CountEvents, Distinct, Sum
from loyalty.program.wallets import MAX_POINTS
from loyalty.refusals import SumTooLarge
from loyalty.store.achievements import MILLION
from loyalty.store.contributions import Contribution


def update_achievements(context: EventContext) -> None:
    """Count the event for every achievement on its type, and add the outcomes to the decision."""
    achievements = context.program.achievements_on.get(context.event.type, ())
    measured = _measured(context) if any(map(has_rules, achievements)) else {}
    outcomes = [_outcome(context, each, measured.get(each.name, ONE)) for each in achievements]
    if not context.with_reasons:
        return
    # A second run of the step replaces its outcomes; the gifts of completions were decided before, and stay.
    again = {outcome.source for outcome in outcomes}
    decided = (each for each in context.decision.outcomes if each.fired or each.source not in again)
    context.add_to_decision(replace(context.decision, outcomes=(*decided, *outcomes)))


def _measured(context: EventContext) -> Mapping[str, Measured]:
    """Return what the event adds by the rules of achievements; read the member only if there are any."""
    return context.evaluate(AchievementsInput(context.member, context.event, context.now, context.with_reasons))


def _outcome(context: EventContext, achievement: Achievement, measured: Measured) -> RuleOutcome:
    """Count the event; an achievement whose rules are false or take too long counts nothing."""
    if isinstance(measured, RuleOutcome):
        return measured
    completed = context.tx.achievements.completed(context.event.member, achievement.name)
    day = local_day(context.event.time, context.program.zone)
    if achievement.repeat is not None and completed >= achievement.repeat:
        if isinstance(measured, Amount):
            context.contributions += _beyond(achievement, day, measured)
        return _with(achievement, "completed_already", AlreadyCompleted(completed, achievement.repeat))
    if isinstance(measured, NoNumber):
        context.log.append(f"{achievement.name} counts nothing: {measured.reason}")
        return _with(achievement, "counts_nothing", None, measured.reason)
    update = _update(context, achievement, day, measured, completed)
    progress = ProgressMade(update.before, update.after, achievement.goal, update.times)
    if update.is_progress:
        return _with(achievement, "counted", progress)
    if update.changed:
        return _with(achievement, "counted", progress, f"it counts on {day}, and the progress stays")
    verdict, text = _nothing_added(achievement, day, measured.value)
    return _with(achievement, verdict, progress, text)


def _update(
    context: EventContext, achievement: Achievement, day: date, added: Amount, completed: int
) -> ProgressUpdate:
    """Store the progress, send the message, and cause `achievement_completed` for each completion."""
    repository = context.tx.achievements
    update = count_event(
        achievement,
        daily_sums_needed(repository, context.event.member, achievement, day),
        day=day,
        number=added.number,
        value=added.value,
        completed=completed,
    )
    if any(abs(each.amount) > MAX_POINTS for each in update.changed):
        raise SumTooLarge(f"what {achievement.name} counts on {day}", MAX_POINTS // MILLION)
    repository.save_daily_sums(context.event.member, achievement.name, update.changed)
    context.contributions += _contributions(achievement.name, day, added.value, update)
    if not update.is_progress:
        if update.changed:
            context.log.append(f"{achievement.name} counted {day}")
        return update
    context.log.append(f"{achievement.name} {update.after:f}/{achievement.goal:f}")
    send_progress_changed(context, achievement, update, completed)
    if update.times:
        repository.complete(context.event.member, achievement.name, update.times, now=context.now)
        context.log.append(f"{achievement.name} completed")
        for times in range(completed + 1, completed + update.times + 1):
            body = {"achievement": achievement.name, "times": times}
            context.cause("achievement_completed", f"{achievement.name}/{times}", body)
    return update


def _contributions(achievement: str, day: date, value: str, update: ProgressUpdate) -> Iterator[Contribution]:
    """Return what an event added to a daily sum, even if that is 0, and what the completions that it caused used."""
    yield Contribution("counted", achievement, day, value, update.added, update.times)
    for each, amount in update.used:
        yield Contribution("used", achievement, each.day, each.value, amount, 0)


def _beyond(achievement: Achievement, day: date, measured: Amount) -> Iterator[Contribution]:
    """Return what an event would add to an achievement that was completed as often as it can be."""
    number = measured.number if isinstance(achievement.measure, Sum) else Decimal(1)
    amount = min(MAX_POINTS, int((number * MILLION).to_integral_value()))
    if amount > 0:
        yield Contribution("beyond", achievement.name, day, measured.value, amount, 0)


def _with(achievement: Achievement, verdict: Verdict, reason: Reason | None, text: str = "") -> RuleOutcome:
    return RuleOutcome(f"achievement/{achievement.name}", verdict, text, (), str(achievement.place), reason)


def _nothing_added(achievement: Achievement, day: date, value: str) -> tuple[Verdict, str]:
    """Return why an event that meets the condition adds nothing."""
    match achievement.measure:
        case CountDays():
            return "counted_already", f"{day} was counted already"
        case Distinct():
            return "counted_already", f"{rules.exact.dumps(value[:60])} was counted already on {day}"
        case Sum() | CountEvents():
            return "counts_nothing", "what it adds is 0"
        case _:
            assert_never(achievement.measure)
