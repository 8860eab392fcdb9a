"""Points as lots: points added together, with their due items."""

from datetime import datetime, tzinfo

from loyalty.calendar import Duration
from loyalty.points.dates import award_dates
from loyalty.program.effects import AwardPoints
from loyalty.program.program import Program
from loyalty.program.wallets import Wallet
from loyalty.store.due_items import DueTimes
from loyalty.store.points import Lot


def award(
    lot_id: str, effect: AwardPoints, wallet: Wallet, *, event_time: datetime, now: datetime, zone: tzinfo
) -> Lot:
    """Return the lot that an award makes now."""
    dates = award_dates(wallet, effect.pending, effect.expires, event_time=event_time, now=now, zone=zone)
    return Lot(lot_id, effect.wallet, effect.points, effect.points, *dates)


def due_items_of_lot(program: Program, lot: Lot, *, warned: bool = False, now: datetime) -> DueTimes:
    """Return the due items of a lot by the program's settings; a pending lot gets the others when it is activated."""
    warn_before = program.notify_before.points
    return due_times(lot, warn_before=warn_before, warned=warned, now=now, zone=program.zone)


def due_times(lot: Lot, *, warn_before: Duration | None, warned: bool, now: datetime, zone: tzinfo) -> DueTimes:
    """Return the due items of a lot: its activation, or the warning of its owner and its expiry."""
    if lot.remaining <= 0:
        return {}
    if lot.active_from is not None:
        return {"activate": lot.active_from}
    if lot.expires_at is None:
        return {}
    if warn_before is None or warned or lot.expires_at <= now:
        return {"expire": lot.expires_at}
    return {"warn": max(now, warn_before.before(lot.expires_at, zone)), "expire": lot.expires_at}
