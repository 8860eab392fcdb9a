"""Merges of two members: the data of each, and how it is moved."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from heapq import merge as merge_sorted
from typing import Any

from sqlalchemy import Connection, Table, and_, bindparam, delete, func, or_, select, update

from database.events import Events
from database.ledger_queries import account_of
from database.pages import PageRequest, PageResult, find_page
from database.queries import Queries, WriteQueries, columns_of
from database.tables import (
    BALANCE,
    account,
    badge,
    campaign_code,
    correction,
    counted_sale,
    customer_transaction,
    deadline,
    event,
    issued_reward,
    lot,
    mark,
    member,
    member_collision,
    member_field,
    member_merge,
    member_tier,
    progress,
    referral,
    reversal,
    reversible_event,
    transfer,
    usage,
)
from loyalty.references import MergeRef
from loyalty.store.achievements import AchievementCompletions, DailySum, sort_key
from loyalty.store.events import NewEvent
from loyalty.store.identity_keys import email_key, phone_key
from loyalty.store.members import GrantedBadge, Identity, StoredMember
from loyalty.store.merges import Merge, MergeCounts
from loyalty.store.points import Account, Lot

HISTORY = (
    transfer,
    issued_reward,
    customer_transaction,
    correction,
    counted_sale,
    reversible_event,
    reversal,
    campaign_code,
)
"""The tables whose rows move from the merged member to the survivor unchanged."""

OTHERWISE: Mapping[str, str] = {
    "lot": "moved with the points, and what falls due of them",
    "deadline": "moved with the lots; what is due of the member's tiers is made anew",
    "event": "moved when the queues are joined",
    "usage": "added to that of the survivor",
    "mark": "added to those of the survivor",
    "progress": "added to that of the survivor",
    "badge": "added to those of the survivor",
    "member_tier": "the survivor has the higher tier",
    "tier_hold": "kept if the survivor has none",
    "account": "closed by transfers",
    "member_field": "made anew of the profile that is joined",
    "member_code": "ended",
    "member_collision": "removed",
    "former_identity": "stays with the member who leads to the survivor",
    "erasure": "nobody who is to be anonymised is merged",
    "funnel_stage": "counted anew from the daily sums and completions",
    "active_day": "figures of the past stay as they were counted",
}
"""What happens to the rows of a member in the other tables."""


class MergeQueries(Queries):
    """Reads the merges of one store, and all data of a member."""

    def get(self, merge_id: str) -> Merge | None:
        """Return a merge."""
        return self.find_one(Merge, member_merge, id=merge_id)

    def page(self, page: PageRequest) -> PageResult[Merge]:
        """Return a page of the merges, in the order in which they were requested."""
        within = member_merge.c.store == self.store
        return find_page(
            self.connection, Merge, member_merge, page, within=within, order_by=member_merge.c.requested_at
        )

    def waiting_of(self, member_id: str) -> Merge | None:
        """Return the merge that waits to merge a member into another; None: there is none."""
        return self.find_one(Merge, member_merge, merged=member_id, status="waiting")

    def stored(self, member_id: str) -> StoredMember:
        """Return the stored record of a member; raise LookupError for an unknown id."""
        found = self.find_one(StoredMember, member, id=member_id)
        if found is None:
            raise LookupError(f"member {member_id} is not in store {self.store}")
        return found

    def learned(self, member_id: str) -> str | None:
        """Return the unconfirmed parts of a member's identity, separated by commas."""
        here = (member.c.store == self.store, member.c.id == member_id)
        found: str | None = self.connection.execute(select(member.c.learned).where(*here)).scalar_one()
        return found

    def accounts(self, member_id: str) -> list[Account]:
        """Return the accounts of a member, in the order of their wallets."""
        columns = (account.c.id, account.c.member, account.c.wallet, account.c.transfers)
        wanted = select(*columns, *(account.c[part] for part in BALANCE)).where(*self._of(account, member_id))
        return [account_of(*row) for row in self.connection.execute(wanted.order_by(account.c.wallet))]

    def lots(self, member_id: str) -> list[Lot]:
        """Return every lot of a member with points left or held, in the order of their ids."""
        wanted = select(*columns_of(Lot, lot)).where(*self._of(lot, member_id))
        in_use = wanted.where(or_(lot.c.remaining > 0, lot.c.held > 0)).order_by(lot.c.id)
        return [Lot(*row) for row in self.connection.execute(in_use)]

    def daily_sums(self, member_id: str) -> Mapping[str, Sequence[DailySum]]:
        """Return every daily sum of a member, by achievement."""
        wanted = select(mark.c.achievement, *columns_of(DailySum, mark)).where(*self._of(mark, member_id))
        sums: dict[str, list[DailySum]] = defaultdict(list)
        for name, *columns in self.connection.execute(wanted):
            sums[name].append(DailySum(*columns))
        return {name: sorted(each, key=sort_key) for name, each in sums.items()}

    def completions(self, member_id: str) -> list[AchievementCompletions]:
        """Return the completions of a member."""
        return self.find_all(AchievementCompletions, progress, ("achievement",), member=member_id)

    def badges(self, member_id: str) -> list[GrantedBadge]:
        """Return a member's badges."""
        return self.find_all(GrantedBadge, badge, ("badge",), member=member_id)

    def counts(self, member_id: str) -> MergeCounts:
        """Return the number of rows that belong to a member."""
        brought = or_(referral.c.referrer == member_id, referral.c.referee == member_id)
        return MergeCounts(
            events=self._count(event, event.c.member == member_id),
            transactions=self._count(customer_transaction, customer_transaction.c.member == member_id),
            rewards=self._count(issued_reward, issued_reward.c.member == member_id),
            referrals=self._count(referral, brought),
        )

    def _count(self, table: Table, condition: Any) -> int:
        wanted = select(func.count()).select_from(table).where(table.c.store == self.store, condition)
        return int(self.connection.execute(wanted).scalar_one())

    def _of(self, table: Table, member_id: str) -> tuple[Any, Any]:
        return table.c.store == self.store, table.c.member == member_id


class Merges(MergeQueries, WriteQueries):
    """Merges of one store. The caller of a write holds the locks of both members."""

    def add(self, new: Merge) -> None:
        """Store a requested merge."""
        self.insert(member_merge, _columns(new))

    def hold_queue(self, new: NewEvent, owner: str, *, now: datetime) -> None:
        """Append an event to a queue that only a workflow runs; later events wait for it."""
        Events(self.connection, self.store).enqueue(new, now=now)
        self.update(event, {"id": new.id}, owner=owner, start_after=None)

    def move_lots(self, merged: str, survivor: str) -> None:
        """Move the lots to the survivor, with their due items."""
        self._move(lot, merged, survivor)
        sets = select(member_tier.c.subject).where(*self._of(member_tier, merged))
        own = or_(deadline.c.subject == merged, deadline.c.subject.in_(sets))
        self.connection.execute(delete(deadline).where(deadline.c.store == self.store, own))
        self._move(deadline, merged, survivor)

    def move_uses(self, merged: str, survivor: str) -> None:
        """Add the use of limits to that of the survivor."""
        names = ("reactor", "day", "wallet", "times", "points")
        rows = self.connection.execute(select(*(usage.c[name] for name in names)).where(*self._of(usage, merged)))
        used = [{**dict(zip(names, row, strict=True)), "member": survivor} for row in rows.all()]
        if used:
            self.upsert_all_adding(usage, used, sums=("times", "points"))
            self._clear(usage, merged)

    def set_completions(self, member_id: str, completions: AchievementCompletions) -> None:
        """Store how often a member has completed an achievement, and when last."""
        row = {"completed": completions.completed, "completed_at": completions.completed_at}
        self.upsert(progress, {"member": member_id, "achievement": completions.achievement, **row})

    def clear_progress(self, member_id: str) -> None:
        """Remove daily sums, completions and badges of a member who is merged."""
        for table in (mark, progress, badge):
            self._clear(table, member_id)

    def set_badge(self, member_id: str, granted: GrantedBadge) -> None:
        """Store a badge of a member, with its dates."""
        dates = {"granted_at": granted.granted_at, "updated_at": granted.updated_at}
        self.upsert(badge, {"member": member_id, "badge": granted.badge, "times": granted.times, **dates})

    def move_history(self, merged: str, survivor: str) -> None:
        """Move transfers, rewards, transactions and referrals to the survivor."""
        for table in HISTORY:
            self._move(table, merged, survivor)
        self._move_referrals(merged, survivor)
        self._clear(member_tier, merged)

    def join_queues(self, merge: Merge) -> None:
        """Move all events to the survivor; those in the queue join the survivor's, in the order of acceptance."""
        is_behind = and_(event.c.position.is_not(None), event.c.id.not_in([merge.event, merge.merged_event]))
        columns = (event.c.received_at, event.c.position, event.c.id, event.c.member)
        both = event.c.member.in_([merge.survivor, merge.merged])
        rows = self.connection.execute(
            select(*columns).where(event.c.store == self.store, both, is_behind).order_by(event.c.position)
        ).all()
        own = [row for row in rows if row.member == merge.survivor]
        others = [row for row in rows if row.member == merge.merged]
        if others:
            first = self.connection.execute(select(event.c.position).where(event.c.id == merge.event)).scalar_one()
            in_order = merge_sorted(own, others, key=lambda row: row.received_at)
            places = [{"the_id": row.id, "place": first + n} for n, row in enumerate(in_order, 1)]
            self.connection.execute(
                update(event).where(event.c.id == bindparam("the_id")).values(position=bindparam("place")), places
            )
        self._move(event, merge.merged, merge.survivor)

    def close(self, merged: str, survivor: str, identity: Identity, *, now: datetime) -> None:
        """Close a merged member and redirect them to the survivor; `identity` has the parts that still find them."""
        led = update(member).where(member.c.store == self.store, member.c.merged_into == merged)
        self.connection.execute(led.values(merged_into=survivor))
        closed = {"merged_into": survivor, "active": False, "waits_for_activation": False, "password_hash": None}
        tier = {"tier": None, "tier_until": None}
        nothing: dict[str, Any] = {"profile": {}, "attributes": {}, "channel": None, "learned": None}
        keys = _identity_columns(identity)
        self.update(member, {"id": merged}, **keys, **closed, **tier, **nothing, updated_at=now)
        self.connection.execute(delete(member_field).where(member_field.c.member == merged))
        involved = or_(member_collision.c.member == merged, member_collision.c.other == merged)
        self.connection.execute(delete(member_collision).where(involved))

    def set_identity(self, member_id: str, identity: Identity, *, learned: str | None) -> None:
        """Replace a member's identity, with its unconfirmed parts."""
        self.update(member, {"id": member_id}, **_identity_columns(identity), learned=learned)

    def finish(self, done: Merge, *, body: Mapping[str, Any] | None, now: datetime) -> None:
        """Store the result of a merge, and let both queues continue.

        `body`: of `members_merged`, which is run now; None: it ends without a decision, since the merge is refused.
        """
        self.update(member_merge, {"id": done.id}, **_columns(done))
        events = Events(self.connection, self.store)
        events.set_applied(done.merged_event, now=now)
        if body is None:
            events.set_applied(done.event, now=now)
        else:
            self.update(event, {"id": done.event}, body=body, owner=None, start_after=now)

    def _move(self, table: Table, merged: str, survivor: str) -> None:
        self.connection.execute(update(table).where(*self._of(table, merged)).values(member=survivor))

    def _clear(self, table: Table, member_id: str) -> None:
        self.connection.execute(delete(table).where(*self._of(table, member_id)))

    def _move_referrals(self, merged: str, survivor: str) -> None:
        """Move the referrer and the referred members to the survivor, if they have no referrer and it makes no loop."""
        here, both = referral.c.store == self.store, [merged, survivor]
        within = and_(referral.c.referrer.in_(both), referral.c.referee.in_(both))
        self.connection.execute(delete(referral).where(here, within))
        brought = select(referral.c.referee).where(here, referral.c.referrer.in_(both))
        circle = and_(referral.c.referee.in_(both), referral.c.referrer.in_(brought))
        self.connection.execute(delete(referral).where(here, circle))
        for column in (referral.c.referrer, referral.c.referee):
            has_one = select(referral.c.id).where(here, referral.c.referee == survivor)
            if column is referral.c.referee and self.connection.execute(has_one).first() is not None:
                self.connection.execute(delete(referral).where(here, column == merged))
            else:
                self.connection.execute(update(referral).where(here, column == merged).values({column: survivor}))


def open_merges(connection: Connection, *, limit: int) -> Sequence[MergeRef]:
    """Return merges of any store that are not done."""
    here = select(member_merge.c.store, member_merge.c.id).where(member_merge.c.finished_at.is_(None))
    in_order = here.order_by(member_merge.c.store, member_merge.c.id).limit(limit)
    return [MergeRef(*row) for row in connection.execute(in_order)]


def _columns(merge: Merge) -> dict[str, Any]:
    return {column.name: getattr(merge, column.name) for column in member_merge.columns if column.name != "store"}


def _identity_columns(identity: Identity) -> dict[str, str | None]:
    email, phone = identity.email, identity.phone
    keys = {"email_key": email and email_key(email), "phone_key": phone and phone_key(phone)}
    return {"email": email, "phone": phone, "card": identity.card, **keys}
