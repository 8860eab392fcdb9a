"""Where a member is in a tier set: the default set is kept with the member, each other one by itself."""

from dataclasses import replace
from datetime import datetime

from loyalty.ids import caused_id
from loyalty.program.program import Program
from loyalty.program.tiers import TierSet
from loyalty.program.wallets import Points
from loyalty.store.members import Member, TierPeriod, TierReview
from loyalty.store.repositories import StoreReaders
from loyalty.store.tiers import NO_PLACE, TierPlace
from loyalty.tiers.work import TierWork


def subject_of(member_id: str, tier_set: TierSet) -> str:
    """Return the subject of the due items of a member in a tier set."""
    return member_id if tier_set.is_default else set_subject(member_id, tier_set.name)


def set_subject(member_id: str, name: str) -> str:
    """Return the subject of the due items of a member in a tier set beside the default one."""
    return caused_id(member_id, f"tier_set/{name}")


def set_of_subject(program: Program, member_id: str, subject: str) -> TierSet | None:
    """Return the tier set that a subject of due items is about; None: the program does not have it."""
    sets = program.tier_sets.values()
    return next((each for each in sets if subject_of(member_id, each) == subject), None)


def in_set(tx: StoreReaders, member: Member, tier_set: TierSet) -> Member:
    """Return a member with the tier and the period that they have in a tier set."""
    if tier_set.is_default:
        return member
    place = tx.tier_places.place(member.id, tier_set.name)
    return replace(member, tier=place.tier, tier_base=place.tier_base, tier_until=place.tier_until)


def facts_in(work: TierWork, member_id: str, tier_set: TierSet) -> Member:
    """Return a member as they are now, with the tier and the period that they have in a tier set."""
    return in_set(work.tx, work.facts_of(member_id), tier_set)


def period_in(tx: StoreReaders, member_id: str, tier_set: TierSet) -> TierPeriod:
    """Return what counts for a member's tier in a tier set."""
    if tier_set.is_default:
        return tx.members.tier_period(member_id)
    return tx.tier_places.place(member_id, tier_set.name).period


def put_into(work: TierWork, member_id: str, tier_set: TierSet, tier: str, *, up: bool, until: datetime | None) -> None:
    """Store the tier of a member, above or below theirs, which is reviewed at `until` (None: never)."""
    if tier_set.is_default:
        work.tx.members.set_tier(member_id, tier, up=up, until=until, now=work.now)
        return
    known = work.tx.tier_places.place(member_id, tier_set.name)
    moved = replace(known, tier=tier, tier_since=work.now, tier_until=until)
    if known.tier is not None:
        moved = replace(moved, tier_raised_at=work.now) if up else replace(moved, tier_lowered_at=work.now)
    work.tx.tier_places.set_place(member_id, tier_set.name, moved)


def keep_place(work: TierWork, member_id: str, tier_set: TierSet) -> None:
    """Store that a member is in no tier of a set, unless it is known where they are: due items are about it."""
    known = NO_PLACE if tier_set.is_default else work.tx.tier_places.place(member_id, tier_set.name)
    if known == NO_PLACE and not tier_set.is_default:
        work.tx.tier_places.set_place(member_id, tier_set.name, known)


def set_period(
    work: TierWork,
    member_id: str,
    tier_set: TierSet,
    *,
    base: Points,
    until: datetime | None,
    review: TierReview | None = None,
) -> None:
    """Store a tier period: what counts above `base` counts, and the review is at `until`; `review`: the last one."""
    if tier_set.is_default:
        work.tx.members.set_period(member_id, base=base, until=until, now=work.now, review=review)
        return
    known = work.tx.tier_places.place(member_id, tier_set.name)
    work.tx.tier_places.set_place(member_id, tier_set.name, _with_period(known, base, until, review))


def end_without_set(work: TierWork, member_id: str, subject: str) -> None:
    """End a period of a member in a tier set that the program does not have any more, found by its due items."""
    for name, place in work.tx.tier_places.places_of(member_id).items():
        if place.tier_until is not None and place.tier_until <= work.now and set_subject(member_id, name) == subject:
            work.tx.tier_places.set_place(member_id, name, replace(place, tier_until=None))


def _with_period(known: TierPlace, base: Points, until: datetime | None, review: TierReview | None) -> TierPlace:
    changed = replace(known, tier_base=base, tier_until=until)
    if review is None:
        return changed
    return replace(changed, reviewed_at=review.at, reviewed_since=review.since, reviewed_base=review.base)
