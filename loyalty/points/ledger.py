"""Points as lots: added together, spent the soonest to expire first, expired together."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta, tzinfo
from operator import add, sub
from typing import Literal, assert_never

from loyalty.calendar import Duration, add_months, local_day, start_of
from loyalty.program.effects import After, AwardPoints, EndOf, Expiry, Never, OnDate, Points
from loyalty.store.members import Balance
from rules.frozen import frozen

Deadline = Literal["activate", "warn", "expire"]
EntryKind = Literal["award", "deduct", "activate", "expire"]


@frozen
class Lot:
    """Points of one award. Instants are UTC; pending until `active_from`, if that is given."""

    id: str
    wallet: str
    points: Points
    remaining: Points
    active_from: datetime | None
    expires_at: datetime | None


@frozen
class Posted:
    """A balance before and after an entry."""

    wallet: str
    before: Balance
    after: Balance


def change(kind: EntryKind, points: Points, *, pending: bool) -> Balance:
    """What an entry adds to every part of a balance."""
    less = Points(-points)
    match kind:
        case "award":
            return Balance(pending=points, earned=points) if pending else Balance(active=points, earned=points)
        case "deduct":
            return Balance(active=less, spent=points)
        case "activate":
            return Balance(pending=less, active=points)
        case "expire":
            return Balance(active=less, expired=points)


def after_entry(before: Balance, changed: Balance) -> Balance:
    """A balance with what an entry adds to it."""
    return Balance(*map(add, before, changed))


def before_entry(after: Balance, changed: Balance) -> Balance:
    """A balance without what an entry added to it."""
    return Balance(*map(sub, after, changed))


def award(lot_id: str, effect: AwardPoints, *, now: datetime, zone: tzinfo) -> Lot:
    """The lot that an award makes now."""
    active_from = effect.pending.after(now, zone) if effect.pending else None
    return Lot(
        id=lot_id,
        wallet=effect.wallet,
        points=effect.points,
        remaining=effect.points,
        active_from=active_from,
        expires_at=expiry(effect.expires, now=now, zone=zone),
    )


def expiry(rule: Expiry, *, now: datetime, zone: tzinfo) -> datetime | None:
    """When points awarded now expire: the first instant at which they are gone."""
    match rule:
        case Never():
            return None
        case After(duration):
            return duration.after(now, zone)
        case EndOf(period):
            today = local_day(now, zone)
            next_month = add_months(today.replace(day=1), 1)
            return start_of(next_month if period == "month" else date(today.year + 1, 1, 1), zone)
        case OnDate(month, day):
            today = local_day(now, zone)
            this_year = _on(today.year, month, day)
            return start_of(this_year if this_year > today else _on(today.year + 1, month, day), zone)
        case _:
            assert_never(rule)


def spend(lots: Sequence[Lot], asked: Points) -> list[Lot]:
    """The lots that change when points are spent, the soonest to expire first; as far as they reach."""
    changed: list[Lot] = []
    for lot in sorted(lots, key=_soonest):
        share = min(asked, lot.remaining)
        if share > 0:
            changed.append(replace(lot, remaining=Points(lot.remaining - share)))
            asked = Points(asked - share)
    return changed


def next_deadline(
    lot: Lot, *, warn_before: Duration | None, warned: bool, now: datetime, zone: tzinfo
) -> tuple[datetime, Deadline] | None:
    """What of a lot falls due next, and when: it becomes active, its owner is warned, it expires."""
    if lot.remaining <= 0:
        return None
    if lot.active_from is not None and (lot.expires_at is None or lot.active_from < lot.expires_at):
        return lot.active_from, "activate"
    if lot.expires_at is None:
        return None
    if warn_before is not None and not warned:
        return max(now, warn_before.before(lot.expires_at, zone)), "warn"
    return lot.expires_at, "expire"


def _on(year: int, month: int, day: int) -> date:
    """A day of a year; 29 February is 1 March where there is none."""
    return date(year, month, 1) + timedelta(days=day - 1)


def _soonest(lot: Lot) -> tuple[bool, datetime | None, str]:
    # Lots that never expire come last; ids are ordered by time, so equal expiries go oldest first.
    return lot.expires_at is None, lot.expires_at, lot.id
