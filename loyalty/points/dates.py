"""The dates of points: from when they can be spent, and when they expire."""

from dataclasses import replace
from datetime import datetime, tzinfo
from typing import NamedTuple

from loyalty.calendar import Duration, local_day
from loyalty.points.amounts import wallet_of
from loyalty.program.expiry import After, Expiry, Never, expires_at
from loyalty.program.program import Program
from loyalty.program.wallets import Wallet
from loyalty.store.points import Lot


class LotDates(NamedTuple):
    """The dates of points that are added together."""

    active_from: datetime | None
    """When pending points become active; None: they are active."""
    expires_at: datetime | None
    """When they expire if they become active at `active_from`; None: never."""
    expiry: Expiry | None
    """The rule by which they expire if they become active earlier; None: `expires_at` stays."""


def award_dates(
    wallet: Wallet, pending: Duration, expires: Expiry, *, event_time: datetime, now: datetime, zone: tzinfo
) -> LotDates:
    """Return the dates of points that an event of `event_time` gives, booked now: expiry counts from activation.

    In a wallet dated by the event, points booked on a later local day live at least `grace` from when they can be
    spent, but no longer than `after` says.
    """
    since = now if wallet.dated == "award" else min(event_time, now)
    active_from = pending.after(since, zone) if pending else since
    ends = expires_at(expires, now=active_from, zone=zone)
    if ends is not None and local_day(since, zone) < local_day(now, zone):
        ends = max(ends, _least_end(expires, wallet.grace, max(active_from, now), zone))
    if active_from <= now:
        return LotDates(None, ends, None)
    return LotDates(active_from, ends, None if isinstance(expires, Never) else expires)


def counts_at(
    wallet: Wallet, pending: Duration, *, event_time: datetime, now: datetime, zone: tzinfo
) -> datetime | None:
    """Return when points that an event of `event_time` gives count for tiers, if they are dated by it; None: now."""
    if wallet.dated == "award":
        return None
    since = min(event_time, now)
    return min(now, pending.after(since, zone)) if pending else since


def activation_counts_at(wallet: Wallet | None, lot: Lot, *, now: datetime) -> datetime | None:
    """Return when a pending lot that becomes active now counts for tiers, if it is dated by its event; None: now."""
    if wallet is None or wallet.dated == "award" or lot.active_from is None or not lot.qualifies:
        return None
    return min(now, lot.active_from)


def _least_end(expires: Expiry, grace: Duration, since: datetime, zone: tzinfo) -> datetime:
    lived = grace.after(since, zone)
    return min(lived, expires.duration.after(since, zone)) if isinstance(expires, After) else lived


def activated(lot: Lot, *, now: datetime, zone: tzinfo, was_late: bool = False) -> Lot:
    """Return a pending lot as active.

    If it is activated early, or late (`was_late`, since its member was frozen), its expiry counts from now.
    """
    if lot.active_from is None or lot.expiry is None or (now >= lot.active_from and not was_late):
        return replace(lot, active_from=None, expiry=None)
    return replace(lot, active_from=None, expires_at=expires_at(lot.expiry, now=now, zone=zone), expiry=None)


def until_thaw(lot: Lot, expiry: Expiry | None, *, now: datetime) -> Lot:
    """Return a lot that is added to a frozen member: pending from now on, until they are unfrozen.

    `expiry`: the rule by which it expires, which then counts from that moment; None: its date stays. A pending or
    expired lot is returned unchanged.
    """
    if lot.active_from is not None or (lot.expires_at is not None and lot.expires_at <= now):
        return lot
    return replace(lot, active_from=now, expiry=None if isinstance(expiry, Never) else expiry)


def lot_dates(
    program: Program, wallet_code: str | None, *, now: datetime, locked_days: int | None, expires_days: int | None
) -> tuple[datetime | None, datetime | None]:
    """Return from when points added by hand can be spent, and when they expire; raise UnknownWallet.

    None: at once, and by the rule of the wallet.
    """
    wallet, zone = wallet_of(program, wallet_code), program.zone
    locked = wallet.pending if locked_days is None else Duration(days=locked_days)
    pending_until = None if locked == Duration() else locked.after(now, zone)
    if expires_days is None:
        return pending_until, None
    return pending_until, Duration(days=expires_days).after(pending_until or now, zone)
