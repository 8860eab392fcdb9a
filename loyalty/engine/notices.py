"""Move the notices of expiry when their settings or the program change: also for members who wait for one already."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from loyalty.calendar import Duration
from loyalty.events.due_items import notice_name
from loyalty.ids import caused_id
from loyalty.program.program import NotifyBefore, Program
from loyalty.store.settings import (
    NOTICE_KINDS,
    NoticeDays,
    NoticeKind,
    NoticeMove,
    NoticeName,
    SettingsRepository,
    WaitingNotice,
    with_notices,
)

PAGE = 500
"""Notices that one transaction examines."""

ROUNDS = 2

SETTLED_AFTER = timedelta(minutes=1)
"""The second round begins after this, when no transaction that has read the old settings can be open any more."""


def change_notice_days(
    settings: SettingsRepository, changed: Mapping[NoticeName, int | None], *, now: datetime
) -> NoticeDays:
    """Change the days of some notices (None: as the program says), and begin to move waiting ones; return all days."""
    settings.lock_notices()
    before = settings.notice_days() or NoticeDays()
    after = NoticeDays(
        points=changed.get("points", before.points),
        coupons=changed.get("coupons", before.coupons),
        tier=changed.get("tier", before.tier),
    )
    if after != before:
        settings.set_notice_days(after)
        begin_to_move(settings, now=now)
    return after


def begin_to_move(settings: SettingsRepository, *, now: datetime) -> None:
    """Begin to move the waiting notices; start again if a move is in progress."""
    settings.set_notice_move(NoticeMove(now, 1, 0, "", 0, 0), start_after=now)


def move_page(settings: SettingsRepository, program: Program, *, now: datetime) -> NoticeMove | None:
    """Move the next waiting notices; return the progress, or None if no move is in progress.

    A member is notified at most once of one end: what was announced waits for no further notice.
    """
    settings.lock_notices()
    move = settings.notice_move()
    if move is None or waits_until(move, now=now) is not None:
        return move
    kind = NOTICE_KINDS[move.kind]
    page = settings.waiting_notices(kind, after=move.after, now=now, limit=PAGE)
    notice = _of(with_notices(program, settings.notice_days()).notify_before, kind.name)
    moved = list(_moved(settings, program, kind, notice, page, now=now))
    settings.move_notices(kind, moved)
    following = replace(move, looked_at=move.looked_at + len(page), moved=move.moved + len(moved))
    following = _next_place(following, page)
    done = following.round > ROUNDS
    settings.set_notice_move(None if done else following, start_after=now + SETTLED_AFTER)
    return following


def waits_until(move: NoticeMove, *, now: datetime) -> datetime | None:
    """Return when the second round begins, if that is later; None: a page can be moved now."""
    begins_at = move.begun_at + SETTLED_AFTER
    return begins_at if move.round == ROUNDS and move.kind == 0 and not move.after and begins_at > now else None


def is_moved(move: NoticeMove | None) -> bool:
    """Return whether all waiting notices are at the right moment."""
    return move is None or move.round > ROUNDS


def _next_place(move: NoticeMove, page: Sequence[WaitingNotice]) -> NoticeMove:
    if len(page) == PAGE:
        return replace(move, after=page[-1].subject)
    if move.kind + 1 < len(NOTICE_KINDS):
        return replace(move, kind=move.kind + 1, after="")
    return replace(move, round=move.round + 1, kind=0, after="")


def _moved(
    settings: SettingsRepository,
    program: Program,
    kind: NoticeKind,
    notice: Duration | None,
    page: Sequence[WaitingNotice],
    *,
    now: datetime,
) -> list[WaitingNotice]:
    """Return the notices of a page that are at the wrong moment, with the right one."""
    ids = {each.subject: caused_id(each.subject, f"{kind.event}/{notice_name(each.ends_at)}") for each in page}
    earlier = {each.subject: caused_id(each.subject, kind.event) for each in page}  # of versions without the date
    known = settings.known_events([*ids.values(), *earlier.values()])

    def was_sent(each: WaitingNotice) -> bool:
        if ids[each.subject] in known:
            return True
        event_id = earlier[each.subject]
        if event_id not in known:
            return False
        end = known[event_id]
        return end is None or datetime.fromisoformat(end) == each.ends_at

    found = []
    for each in page:
        warn_at = None if notice is None else max(now, notice.before(each.ends_at, program.zone))
        if was_sent(each):
            warn_at = None
        is_due = each.warn_at is not None and warn_at is not None and max(each.warn_at, warn_at) <= now
        if warn_at != each.warn_at and not is_due:
            found.append(replace(each, warn_at=warn_at))
    return found


def _of(before: NotifyBefore, name: NoticeName) -> Duration | None:
    return {"points": before.points, "coupons": before.coupons, "tier": before.tier}[name]
