"""Messages about achievements."""

from decimal import Decimal

from loyalty.achievements.progress import ProgressUpdate
from loyalty.events.context import EventContext
from loyalty.events.message_parts import customer, trigger_of
from loyalty.program.achievements import Achievement, Last
from loyalty.webhooks.messages import MemberAchievementProgressWasChanged, ProgressView, RuleTrigger, WindowName


def window_name(achievement: Achievement) -> WindowName:
    """Return the name of an achievement's window, as messages and API responses write it."""
    return "last" if isinstance(achievement.window, Last) else achievement.window


def rule_trigger(achievement: Achievement) -> RuleTrigger:
    """Return what an achievement counts, as messages and API responses name it: sales, or any other events."""
    return "transaction" if achievement.on == "transaction" else "custom_event"


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
