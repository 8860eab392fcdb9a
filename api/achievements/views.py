"""Achievements and badges as responses show them."""

from datetime import datetime
from typing import Any, assert_never

from api.http.responses import format_instant, omit_none
from database.achievement_triggers import Trigger
from loyalty.achievements.messages import rule_trigger, window_name
from loyalty.program.achievements import Achievement, CountDays, CountEvents, Distinct, Last, Sum
from loyalty.program.effects import GrantBadge
from loyalty.program.program import Program
from loyalty.webhooks.messages import ProgressView
from loyalty.webhooks.messages.parts import progress


def achievement_basics_view(achievement: Achievement, program: Program, *, deployed_at: datetime) -> dict[str, Any]:
    """Return an achievement in short."""
    return {
        "achievementId": program.id_of("achievement", achievement.name),
        "name": achievement.title,
        "active": True,
        "createdAt": format_instant(deployed_at, program.zone),
    } | omit_none(badgeTypeId=_badge_id(achievement, program))


def achievement_view(achievement: Achievement, program: Program) -> dict[str, Any]:
    """Return an achievement in the documented fields, as far as they can express it."""
    limit = None if achievement.repeat is None else {"value": achievement.repeat}
    names = {"en": {"name": achievement.title, "description": achievement.description}}
    return {
        "achievementId": program.id_of("achievement", achievement.name),
        "name": achievement.name,
        "translations": names,
        "active": True,
        "activity": {"data": None, "operator": ""},
        "rules": [_rule(achievement, program, names)],
    } | omit_none(limit=limit, badgeTypeId=_badge_id(achievement, program))


def trigger_view(trigger: Trigger, program: Program) -> dict[str, Any]:
    """Return an event that counted for an achievement; one that the program does not have any more goes by its name."""
    known = program.achievement_named.get(trigger.name)
    title = trigger.name if known is None else known.title
    return {
        "achievementId": program.id_of("achievement", trigger.name),
        "achievementName": title,
        "ruleId": program.id_of("achievement_rule", trigger.name),
        "ruleName": title,
        "triggerId": trigger.event,
        "createdAt": format_instant(trigger.received_at, program.zone),
    }


def badge_type_views(program: Program, *, deployed_at: datetime) -> list[dict[str, Any]]:
    """Return the kinds of badges of a program: the declared ones, or else those that its rules grant."""
    at = format_instant(deployed_at, program.zone)
    return [
        {
            "badgeTypeId": program.id_of("badge", name),
            "name": title,
            "badge": name,
            "createdAt": at,
            "updatedAt": at,
        }
        for name, title in program.badge_titles.items()
    ]


def _rule(achievement: Achievement, program: Program, names: Any) -> dict[str, Any]:
    shown = progress(ProgressView(0, achievement.goal, achievement.goal, window_name(achievement)))
    period: dict[str, Any] = {"type": shown["periodType"]}
    if shown["consecutivePeriods"] is not None:
        period["consecutive"] = shown["consecutivePeriods"]
    if isinstance(achievement.window, Last):
        period["value"] = achievement.window.days
    return {
        "achievementRuleId": program.id_of("achievement_rule", achievement.name),
        "translations": names,
        "trigger": rule_trigger(achievement),
        "event": achievement.on,
        "type": "direct",
        "completeRule": {"periodGoal": shown["periodGoal"], "period": period},
        "aggregation": {"type": _aggregation(achievement)},
        "uniqueReferee": False,
    }


def _aggregation(achievement: Achievement) -> str:
    match achievement.measure:
        case CountEvents():
            return "quantity"
        case CountDays():
            return "days"
        case Sum():
            return "sum"
        case Distinct():
            return "distinct"
        case _:
            assert_never(achievement.measure)


def _badge_id(achievement: Achievement, program: Program) -> str | None:
    granted = (each.badge for each in achievement.then if isinstance(each, GrantBadge))
    return next((program.id_of("badge", badge) for badge in granted), None)
