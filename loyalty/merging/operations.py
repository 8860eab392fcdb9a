"""Merge one member into another: requested by an operation, performed when both queues reach the request.

The accounts of the merged member close into those of the survivor by transfers, and lots keep their dates. Later due
items, returns and retries find the survivor. A merge cannot be undone.
"""

from dataclasses import replace
from datetime import datetime

from loyalty.events.operations import OperationContext
from loyalty.ids import new_id
from loyalty.merging.checks import require_members, require_mergeable
from loyalty.merging.plan import MergePlan, plan_merge
from loyalty.merging.report import report
from loyalty.merging.tiers import move_standings, standings_of
from loyalty.points.postings import settle_debt
from loyalty.program.wallets import Points
from loyalty.references import merge_workflow_id
from loyalty.store.conflicts import ConcurrentMerge
from loyalty.store.events import NewEvent
from loyalty.store.members import Balance, Identity
from loyalty.store.merges import Merge, MergeRepository
from loyalty.store.points import Account, Allocation, Lot, NewTransfer, Posted
from rules.storable import storable_text

SOURCE = "merge"
"""The source of the transfers of a merge."""

MAX_REASON = 2000
"""The most characters of the reason for refusing a merge."""


def request_merge(
    operation: OperationContext, merges: MergeRepository, survivor: str, merged: str, comment: str | None = None
) -> str:
    """Request a merge, which is performed when everything accepted before is applied; return its id.

    `comment` is its reason. Events accepted later for either member wait for the merge. Raise a MergeRefusal,
    MemberClosed, MemberFrozen or MemberInactive.
    """
    operation.lock_members(survivor, merged)
    for member_id in (survivor, merged):
        if operation.tx.members.merged_into(member_id) is not None:  # while this waited for the locks
            raise ConcurrentMerge(member_id)
    require_mergeable(operation.tx, merges, survivor, merged)
    now, merge_id = operation.now, new_id()
    merge = Merge(merge_id, survivor, merged, "waiting", new_id(), new_id(), now, operation.source, comment=comment)
    merges.add(merge)
    owner = merge_workflow_id(operation.tx.store, merge_id)
    names = {"merge": merge_id, "merged": merged}
    asked = NewEvent(merge.merged_event, "member_merge_requested", merged, now, names, operation.revision)
    done = NewEvent(merge.event, "members_merged", survivor, now, names | {"fields": []}, operation.revision)
    for event in (asked, done):
        merges.hold_queue(event, owner, now=now)
    return merge_id


def merge_members(operation: OperationContext, merges: MergeRepository, merge: Merge) -> None:
    """Merge two members, who are locked, and whose queues have reached the merge.

    Raise MemberClosed, MemberFrozen, MemberInactive or SumTooLarge.
    """
    survivor, merged = merge.survivor, merge.merged
    require_members(operation.tx, survivor, merged)
    plan = plan_merge(merges, operation.program, survivor, merged, now=operation.now)
    standings = standings_of(operation, merged)
    _move_points(operation, merges, merge, plan)
    _move_progress(operation, merges, merge, plan)
    merges.move_uses(merged, survivor)
    _move_member(operation, merges, plan)
    merges.move_history(merged, survivor)
    move_standings(operation, standings, survivor)
    merges.join_queues(merge)
    done = replace(merge, status="done", finished_at=operation.now, result=report(plan, operation.program))
    body = {"merge": merge.id, "merged": merged, "fields": plan.changed}
    merges.finish(done, body=body, now=operation.now)


def refuse_merge(merges: MergeRepository, merge: Merge, why: Exception, *, now: datetime) -> None:
    """End a merge that cannot be performed: both queues continue."""
    because = storable_text(str(why)[:MAX_REASON])
    refused = replace(merge, status="refused", finished_at=now, refusal=type(why).__name__, because=because)
    merges.finish(refused, body=None, now=now)


def parts_of_both(operation: OperationContext, merge: Merge) -> list[Identity]:
    """Return the identity parts of both members, which must be locked before the members."""
    facts = [operation.facts_of(member_id) for member_id in sorted((merge.survivor, merge.merged))]
    return [Identity(None, each.email, each.phone, each.card) for each in facts]


def _move_points(operation: OperationContext, merges: MergeRepository, merge: Merge, plan: MergePlan) -> None:
    """Close each account into that of the survivor; points that become usable pay open debt."""
    lots: dict[str, list[Lot]] = {}
    for lot in plan.lots:
        lots.setdefault(lot.wallet, []).append(lot)
    posted = [_close_account(operation, merge, each, lots.get(each.wallet, [])) for each in plan.accounts]
    merges.move_lots(merge.merged, merge.survivor)
    for each in posted:
        if each.after.owed:
            settle_debt(operation, each.transfer)


def _close_account(operation: OperationContext, merge: Merge, account: Account, lots: list[Lot]) -> Posted:
    balance, out_id = account.balance, new_id()
    points = Points(balance.active + balance.pending + balance.held)
    out = NewTransfer(
        out_id, merge.merged, account.wallet, "merge_out", points, Balance().minus(balance), merge.event, SOURCE
    )
    into = NewTransfer(
        new_id(), merge.survivor, account.wallet, "merge_in", points, balance, merge.event, SOURCE, related=out_id
    )
    taken = [Allocation(lot.id, Points(-lot.remaining), Points(-lot.held)) for lot in lots]
    given = [Allocation(lot.id, lot.remaining, lot.held) for lot in lots]
    operation.tx.ledger.post(out, taken, now=operation.now)
    return operation.tx.ledger.post(into, given, now=operation.now)


def _move_progress(operation: OperationContext, merges: MergeRepository, merge: Merge, plan: MergePlan) -> None:
    for name, joined in plan.progress.items():
        operation.tx.achievements.save_daily_sums(merge.survivor, name, joined.sums)
        if joined.completions is not None:
            merges.set_completions(merge.survivor, joined.completions)
        if joined.contributions:
            operation.tx.contributions.add(merge.event, joined.contributions)
    for badge in plan.badges:
        merges.set_badge(merge.survivor, badge)
    merges.clear_progress(merge.merged)


def _move_member(operation: OperationContext, merges: MergeRepository, plan: MergePlan) -> None:
    """Give the survivor identity, profile and attributes, and redirect the merged member to them."""
    tx, now, survivor = operation.tx, operation.now, plan.survivor.id
    merges.close(plan.merged.id, survivor, plan.identity.merged, now=now)
    tx.members.end_sessions(plan.merged.id)
    tx.codes.end_all(plan.merged.id, now=now)
    identity, profile = plan.identity.survivor, plan.profile.values
    tx.members.change(survivor, identity=identity, profile=profile, registered_at=plan.registered_at, now=now)
    merges.set_identity(survivor, identity, learned=plan.identity.learned)
    tx.members.set_attributes(survivor, plan.attributes.values, now=now)
    if plan.survivor.channel is None and plan.merged.channel is not None:
        tx.members.set_channel(survivor, plan.merged.channel, now=now)
