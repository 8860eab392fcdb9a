"""Messages about achievements."""

from decimal import Decimal

from loyalty.achievements.daily_sums_needed import daily_sums_needed
from loyalty.achievements.progress import ProgressUpdate, current_progress
from loyalty.calendar import local_day
from loyalty.events.context import EventContext
from loyalty.events.message_parts import customer, trigger_of
from loyalty.program.achievements import Achievement, Last
from loyalty.webhooks.messages import (
    AchievementTrigger,
    MemberAchievementProgressWasChanged,
    ProgressView,
    RuleTrigger,
    WindowName,
)


def window_name(achievement: Achievement) -> WindowName:
    """Return the name of an achievement's window, as messages and API responses write it."""
    return "last" if isinstance(achievement.window, Last) else achievement.window


def rule_trigger(achievement: Achievement) -> RuleTrigger:
    """Return what an achievement counts, as messages and API responses name it: sales, or any other events."""
    return "transaction" if achievement.on == "transaction" else "custom_event"


def completion_trigger(context: EventContext, achievement: Achievement, times: int) -> AchievementTrigger:
    """Return the context's event, the completion number `times` of an achievement, as the trigger of something."""
    program, member, state = context.program, context.event.member, context.state
    today = local_day(context.now, program.zone)
    sums = daily_sums_needed(context.tx.achievements, member, achievement, today)
    is_over = achievement.repeat is not None and times >= achievement.repeat
    progress = achievement.goal if is_over else current_progress(achievement, sums, today)
    return AchievementTrigger(
        id=state.id,
        created_at=state.received_at,
        achievement_id=program.id_of("achievement", achievement.name),
        achievement_name=achievement.title,
        rule_id=program.id_of("achievement_rule", achievement.name),
        rule_trigger=rule_trigger(achievement),
        progress=ProgressView(times, progress, achievement.goal, window_name(achievement)),
        limit_reached=is_over,
        completed_by=state.parent,
    )


def send_progress_changed(
    context: EventContext, achievement: Achievement, update: ProgressUpdate, completed: int
) -> None:
    """Send `MemberAchievementProgressWasChanged`; `completed`: the number of completions before."""
    window = window_name(achievement)
    now_completed = completed + update.times
    context.outbox.send(
        MemberAchievementProgressWasChanged,
        lambda: MemberAchievementProgressWasChanged(
            customer=customer(context),
            achievement_id=context.program.id_of("achievement", achievement.name),
            achievement_name=achievement.title,
            rule_id=context.program.id_of("achievement_rule", achievement.name),
            progress=ProgressView(now_completed, update.after, achievement.goal, window),
            previous=ProgressView(completed, update.before, achievement.goal, window),
            trigger=trigger_of(context),
            rule_trigger=rule_trigger(achievement),
            limit_reached=achievement.repeat is not None and now_completed >= achievement.repeat,
            description=achievement.description or None,
        ),
    )


def send_progress_set(context: EventContext) -> None:
    """Send `MemberAchievementProgressWasChanged` for progress set by hand, if the program still has the achievement."""
    body = context.event.body
    achievement = context.program.achievement_named.get(body["achievement"])
    if achievement is None:
        return
    window, goal = window_name(achievement), achievement.goal
    before = ProgressView(body["previous_completed"], Decimal(body["previous_progress"]), goal, window)
    context.outbox.send(
        MemberAchievementProgressWasChanged,
        lambda: MemberAchievementProgressWasChanged(
            customer=customer(context),
            achievement_id=context.program.id_of("achievement", achievement.name),
            achievement_name=achievement.title,
            rule_id=context.program.id_of("achievement_rule", achievement.name),
            progress=ProgressView(body["completed"], Decimal(body["progress"]), goal, window),
            previous=before,
            trigger=trigger_of(context),
            rule_trigger=rule_trigger(achievement),
            limit_reached=achievement.repeat is not None and body["completed"] >= achievement.repeat,
            by_hand=True,
            description=achievement.description or None,
        ),
    )
