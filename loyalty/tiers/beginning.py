"""A member's period in a tier set begins: when it ends, and what is due then."""

from datetime import datetime

from loyalty.program.tiers import TierSet
from loyalty.store.due_items import TIER_KINDS
from loyalty.store.members import Member
from loyalty.tiers.places import set_period, subject_of
from loyalty.tiers.standing import due_times, kept_until
from loyalty.tiers.work import TierWork


def begin_period(work: TierWork, tier_set: TierSet, member: Member) -> None:
    """Begin the first period of a member in a tier set that is reviewed, if none has begun.

    It counts what they have already: `member` is as they are in the set.
    """
    until = kept_until(work.program, tier_set, registered_at=member.registered_at, now=work.now)
    if until is not None and member.tier_until is None:
        set_period(work, member.id, tier_set, base=member.tier_base, until=until)
        schedule_end(work, tier_set, member.id, member.tier, until)


def schedule_end(work: TierWork, tier_set: TierSet, member_id: str, tier: str | None, until: datetime | None) -> None:
    """Store what is due of a period in a tier (None: in no tier), in place of what was; `until` None: it has no end."""
    subject = subject_of(member_id, tier_set)
    due = {} if until is None else due_times(work.program, tier_set, tier, until, now=work.now)
    for kind in TIER_KINDS:
        if kind not in due:
            work.tx.due_items.clear(subject, kind)
    work.schedule(subject, due, member=member_id)
