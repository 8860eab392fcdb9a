"""Plan a merge: what it would make of two members. Nothing is written here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from loyalty.calendar import local_day
from loyalty.members.changes import MAX_ATTRIBUTES
from loyalty.merging.joining import (
    JoinedFields,
    JoinedIdentity,
    JoinedProgress,
    join_badges,
    join_fields,
    join_identity,
    join_profile,
    join_progress,
)
from loyalty.program.program import Program
from loyalty.program.tiers import Tier
from loyalty.store.members import GrantedBadge, Identity, StoredMember
from loyalty.store.merges import MergeCounts, MergeReader
from loyalty.store.points import Account, Lot


@dataclass(frozen=True, slots=True)
class MergePlan:
    """What the survivor gets from the merged member, and the combined data."""

    survivor: StoredMember
    merged: StoredMember
    accounts: Sequence[Account]
    """The non-empty accounts of the merged member."""
    own_accounts: Mapping[str, Account]
    """The accounts of the survivor, by wallet."""
    lots: Sequence[Lot]
    """The lots to move, with their dates."""
    progress: Mapping[str, JoinedProgress]
    badges: Sequence[GrantedBadge]
    """The badges of the survivor that change."""
    identity: JoinedIdentity
    attributes: JoinedFields
    profile: JoinedFields
    registered_at: datetime
    """When the first of the two registered."""
    higher_tier: Tier | None
    """The merged member's tier, if it is above the survivor's."""
    counts: MergeCounts
    """The amounts that move."""

    @property
    def changed(self) -> list[str]:
        """The fields of the survivor that change, as `member_updated` names them."""
        fields = {*self.identity.taken, *self.profile.taken}
        fields |= {name for name in self.profile.dropped if self.profile.values.get(name) != self._own(name)}
        fields |= {"attributes"} if self.attributes.taken else set()
        fields |= {"registered_at"} if self.registered_at != self.survivor.registered_at else set()
        return sorted(fields)

    def _own(self, name: str) -> object:
        return self.survivor.profile.get(name)


def plan_merge(merges: MergeReader, program: Program, survivor: str, merged: str, *, now: datetime) -> MergePlan:
    """Return what merging one member into another would do now. Raise SumTooLarge."""
    own, other = merges.stored(survivor), merges.stored(merged)
    progress = _progress(merges, program, survivor, merged, now=now)
    dropped = {name: each.dropped for name, each in progress.items() if each.dropped}
    return MergePlan(
        own,
        other,
        [each for each in merges.accounts(merged) if any(each.balance)],
        {each.wallet: each for each in merges.accounts(survivor)},
        merges.lots(merged),
        progress,
        join_badges(program, merges.badges(survivor), merges.badges(merged), dropped),
        join_identity(_identity(own), _identity(other), merges.learned(survivor), merges.learned(merged)),
        join_fields(own.attributes, other.attributes, most=MAX_ATTRIBUTES),
        join_profile(own.profile, other.profile),
        min(own.registered_at, other.registered_at),
        _higher(program, own.tier, other.tier),
        merges.counts(merged),
    )


def _progress(
    merges: MergeReader, program: Program, survivor: str, merged: str, *, now: datetime
) -> Mapping[str, JoinedProgress]:
    own, other = merges.daily_sums(survivor), merges.daily_sums(merged)
    done = {each.achievement: each for each in merges.completions(survivor)}
    also_done = {each.achievement: each for each in merges.completions(merged)}
    today = local_day(now, program.zone)
    return {
        name: join_progress(
            name,
            program.achievement_named.get(name),
            own.get(name, ()),
            other.get(name, ()),
            (done.get(name), also_done.get(name)),
            today,
        )
        for name in sorted({*other, *also_done})
    }


def _identity(member: StoredMember) -> Identity:
    return Identity(member.id, member.email, member.phone, member.card)


def _higher(program: Program, own: str | None, other: str | None) -> Tier | None:
    present, reached = program.tier_named(own), program.tier_named(other)
    is_higher = reached is not None and (present is None or present.start < reached.start)
    return reached if is_higher else None
