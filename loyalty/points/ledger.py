"""Points as lots: added together, spent in the order in which they expire, expired together."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, tzinfo

from loyalty.calendar import Duration
from loyalty.points.dates import award_dates
from loyalty.program.effects import AwardPoints
from loyalty.program.wallets import Points, Wallet
from loyalty.store.due_items import DueTimes
from loyalty.store.points import Lot


def award(
    lot_id: str, effect: AwardPoints, wallet: Wallet, *, event_time: datetime, now: datetime, zone: tzinfo
) -> Lot:
    """Return the lot that an award makes now."""
    dates = award_dates(wallet, effect.pending, effect.expires, event_time=event_time, now=now, zone=zone)
    return Lot(lot_id, effect.wallet, effect.points, effect.points, *dates)


def spend(lots: Sequence[Lot], asked: Points) -> list[Lot]:
    """Return the lots that change when points are spent, those that expire first, as far as they last."""
    changed: list[Lot] = []
    for lot in sorted(lots, key=_spending_order):
        share = min(asked, lot.remaining)
        if share > 0:
            changed.append(replace(lot, remaining=Points(lot.remaining - share)))
            asked = Points(asked - share)
    return changed


def due_times(lot: Lot, *, warn_before: Duration | None, warned: bool, now: datetime, zone: tzinfo) -> DueTimes:
    """Return the due items of a lot: it becomes active, or its owner is warned and it expires."""
    if lot.remaining <= 0:
        return {}
    if lot.active_from is not None:
        return {"activate": lot.active_from}
    if lot.expires_at is None:
        return {}
    if warn_before is None or warned or lot.expires_at <= now:
        return {"expire": lot.expires_at}
    return {"warn": max(now, warn_before.before(lot.expires_at, zone)), "expire": lot.expires_at}


def _spending_order(lot: Lot) -> tuple[bool, datetime | None, str]:
    # Lots that never expire come last; ids are ordered by time, so that equal expiries go oldest first.
    return lot.expires_at is None, lot.expires_at, lot.id
