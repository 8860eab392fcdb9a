"""Checks of events: their causes, and their positions in the queues of members."""

from sqlalchemy import and_, case, func, literal, select

from database.audit.checks import STORE, Check, Comparison, Subjects, exists, same
from database.planner import unindexed
from database.tables import event, member, reversal

_parent = event.alias("parent")
_is_open = event.c.status.in_(("received", "decided"))
_waits_outside = select(reversal.c.event).where(reversal.c.event == event.c.id, reversal.c.reversed.is_(None)).exists()
_is_queued = and_(event.c.parent.is_(None), _is_open, ~_waits_outside)
_event: Subjects = {"member": event.c.member, "event": event.c.id}
_places = (
    select(event.c.member, event.c.position, func.count().label("count"), func.min(event.c.id).label("id"))
    .where(unindexed(event.c.store) == STORE, event.c.position.is_not(None))
    .group_by(event.c.member, event.c.position)
    .subquery("places")
)

EVENT_CHECKS = (
    Check(
        "event-parent",
        "an event that another one caused is one level below that, in the same store",
        "the event that caused it was removed: restore it from a backup",
        event.outerjoin(_parent, and_(_parent.c.id == event.c.parent, _parent.c.store == event.c.store)),
        and_(unindexed(event.c.store) == STORE, event.c.parent.is_not(None)),
        _event,
        (
            exists("the event that caused it", _parent.c.id),
            Comparison(
                "depth",
                case((_parent.c.id.is_(None), event.c.depth), else_=_parent.c.depth + 1),
                event.c.depth,
                "number",
            ),
        ),
    ),
    Check(
        "event-children",
        "an event is applied together with all that it caused",
        "the steps of this event were not run: report it, with the event's workflow and its history",
        event.join(_parent, _parent.c.id == event.c.parent),
        and_(unindexed(event.c.store) == STORE, _parent.c.parent.is_(None), _parent.c.status == "applied"),
        _event,
        (same("status", case((_is_open, literal("applied")), else_=event.c.status), event.c.status),),
    ),
    Check(
        "event-queued",
        "events that are not applied yet have a place in the queue of their member; applied and caused ones have none, "
        "nor have those that wait for the event that they reverse",
        "an event without a place is never run, and one that keeps its place holds up all after it: report it",
        event,
        unindexed(event.c.store) == STORE,
        _event,
        (
            same(
                "place in the queue",
                case((_is_queued, "one"), else_="none"),
                case((event.c.position.is_(None), "none"), else_="one"),
            ),
        ),
    ),
    Check(
        "queue-order",
        "no two events have the same place in a member's queue",
        "these events could be decided in any order: report it",
        _places,
        _places.c.count > 1,
        {"member": _places.c.member, "event": _places.c.id},
        (Comparison("events at one place", literal(1), _places.c.count, "number"),),
    ),
    Check(
        "event-member",
        "every event of a member belongs to one of its store",
        "restore the member from a backup",
        event.outerjoin(member, and_(member.c.id == event.c.member, member.c.store == event.c.store)),
        and_(unindexed(event.c.store) == STORE, event.c.member.is_not(None)),
        _event,
        (exists("its member", member.c.id),),
    ),
)
"""The checks of events."""
