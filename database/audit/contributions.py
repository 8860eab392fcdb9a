"""Checks that daily sums and the use of limits include the contributions of events."""

from sqlalchemy import ColumnElement, Subquery, and_, case, func, literal, select

from database.audit.checks import STORE, Check, Comparison
from database.tables import contribution, event, mark, progress, usage
from database.usage import PROGRAM
from loyalty.store.contributions import ContributionKind

_CURE = "the sums were changed by hand: while Laurel is stopped, set this one to the expected amount"


def _added(kind: ContributionKind, member: ColumnElement[str]) -> Subquery:
    """Select the sums of contributions, by member and measure."""
    by = (member.label("member"), contribution.c.name, contribution.c.day, contribution.c.value)
    return (
        select(*by, func.sum(contribution.c.amount).label("amount"), func.sum(contribution.c.times).label("times"))
        .join(event, event.c.id == contribution.c.event)
        .where(contribution.c.store == STORE, contribution.c.kind == kind)
        .group_by(member, contribution.c.name, contribution.c.day, contribution.c.value)
        .subquery(f"added_{kind}")
    )


def _at_least(name: str, least: ColumnElement[int], actual: ColumnElement[int]) -> Comparison:
    """Require a sum that is not smaller: contributions of events before this table are unknown."""
    there = func.coalesce(actual, 0)
    return Comparison(
        name, case((there < least, least), else_=there), there, "points" if "times" not in name else "number"
    )


def _daily_sums(kind: ContributionKind, column: ColumnElement[int]) -> Check:
    added = _added(kind, event.c.member)
    here = and_(
        mark.c.member == added.c.member,
        mark.c.achievement == added.c.name,
        mark.c.day == added.c.day,
        mark.c.value == added.c.value,
    )
    return Check(
        "daily-sums",
        "what events added to a daily sum of an achievement, or used of it, is in that sum",
        _CURE,
        added.outerjoin(mark, here),
        literal(value=True),
        {"member": added.c.member, "achievement": added.c.name},
        (_at_least(f"{kind} amount of the day", added.c.amount, column),),
    )


def _limits(kind: ContributionKind, member: ColumnElement[str]) -> Check:
    added = _added(kind, member)
    here = and_(
        usage.c.store == STORE,
        usage.c.reactor == added.c.name,
        usage.c.member == added.c.member,
        usage.c.day == added.c.day,
        usage.c.wallet == added.c.value,
    )
    return Check(
        "limit-usage",
        "what firings took from a limit is in its usage of the day",
        _CURE,
        added.outerjoin(usage, here),
        literal(value=True),
        {"member": added.c.member, "reactor": added.c.name},
        (
            _at_least("times of the day", added.c.times, usage.c.times),
            _at_least("points of the day", added.c.amount, usage.c.points),
        ),
    )


def _completions() -> Check:
    by = (event.c.member, contribution.c.name)
    added = (
        select(*by, func.sum(contribution.c.times).label("times"))
        .join(event, event.c.id == contribution.c.event)
        .where(contribution.c.store == STORE, contribution.c.kind == "counted")
        .group_by(*by)
        .subquery("completions")
    )
    return Check(
        "completions",
        "the completions that events brought are counted for the member",
        _CURE,
        added.outerjoin(progress, and_(progress.c.member == added.c.member, progress.c.achievement == added.c.name)),
        literal(value=True),
        {"member": added.c.member, "achievement": added.c.name},
        (_at_least("times completed", added.c.times, progress.c.completed),),
    )


CONTRIBUTION_CHECKS = (
    _daily_sums("counted", mark.c.amount),
    _daily_sums("used", mark.c.used),
    _limits("member", event.c.member),
    _limits("program", literal(PROGRAM)),
    _completions(),
)
"""The checks of contributions."""
