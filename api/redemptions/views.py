"""Issued rewards as responses show them."""

from datetime import tzinfo
from typing import Any

from api.http.responses import format_instant, omit_none
from database import ReadTransaction
from loyalty.program.program import Program
from loyalty.rewards.views import cause_of_issue, cost_of, coupon_view, owner_view
from loyalty.store.rewards import IssuedReward
from loyalty.webhooks.messages import parts


def issued_view(tx: ReadTransaction, program: Program, issued: IssuedReward) -> dict[str, Any]:
    """Return an issued reward in the documented fields; without its program, the name and whether it had a code."""
    zone, reward = program.zone, program.rewards.get(issued.reward)
    owner, coupon = tx.members.get(issued.member), coupon_view(program, issued)
    cancelled = issued.cancelled_at
    gone = "material" if issued.coupon is None else "dynamic_coupon"
    return {
        "rewardId": program.id_of("reward", issued.reward),
        "issuedRewardId": issued.id,
        "name": issued.reward if reward is None else reward.title,
        "customerId": issued.member,
        "status": issued.shown_status,
        "redemptionDate": format_instant(issued.issued_at, zone),
        "customerData": {} if owner is None else owner_view(owner),
        "costInPoints": cost_of(program, issued),
        "token": issued.token,
        "rewardType": gone if reward is None else reward.kind,
        "actionCause": parts.cause(cause_of_issue(tx, program, issued), zone),
        **omit_none(
            issuedCoupon=None if coupon is None else {"valueType": coupon.value_type} | parts.coupon(coupon, zone),
            cancelledAt=None if cancelled is None else format_instant(cancelled, zone),
        ),
    }


def history_view(tx: ReadTransaction, issued: IssuedReward, zone: tzinfo) -> list[dict[str, Any]]:
    """Return every status of an issued reward, the first one first."""
    changes = [(each.status, each.comment, each.at, each.source) for each in tx.rewards.status_changes(issued.id)]
    statuses = [("issued", "", issued.issued_at, issued.source), *changes]
    return [
        {"status": status, "comment": comment, "date": format_instant(at, zone), "createdBy": source}
        for status, comment, at, source in statuses
    ]
