"""Points as lots: added together, spent in the order in which they expire, expired together."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, tzinfo

from loyalty.calendar import Duration
from loyalty.points.dates import award_dates
from loyalty.program.effects import AwardPoints
from loyalty.program.wallets import Points, Wallet
from loyalty.store.due_items import LotDueKind
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


def next_due(
    lot: Lot, *, warn_before: Duration | None, warned: bool, now: datetime, zone: tzinfo
) -> tuple[datetime, LotDueKind] | None:
    """Return the next due item of a lot: it becomes active, its owner is warned, or it expires; None: nothing."""
    if lot.remaining <= 0:
        return None
    if lot.active_from is not None:
        return lot.active_from, "activate"
    if lot.expires_at is None:
        return None
    if warn_before is not None and not warned and lot.expires_at > now:
        return max(now, warn_before.before(lot.expires_at, zone)), "warn"
    return lot.expires_at, "expire"


def _spending_order(lot: Lot) -> tuple[bool, datetime | None, str]:
    # Lots that never expire come last; ids are ordered by time, so that equal expiries go oldest first.
    return lot.expires_at is None, lot.expires_at, lot.id
