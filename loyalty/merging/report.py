"""Report a merge plan as JSON values: ids, names, dates and amounts, without personal data."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from loyalty.merging.plan import MergePlan
from loyalty.program.program import Program
from loyalty.program.wallets import Points, exact_amount
from loyalty.store.members import NO_POINTS
from loyalty.store.points import Lot


def report(plan: MergePlan, program: Program) -> Mapping[str, Any]:
    """Return what a merge moves, and what it leaves behind."""
    return {
        "wallets": [_wallet(plan, program, each.wallet) for each in plan.accounts],
        "tier": {
            "own": plan.survivor.tier,
            "merged": plan.merged.tier,
            "after": plan.survivor.tier if plan.higher_tier is None else plan.higher_tier.name,
        },
        "achievements": [
            {
                "achievement": name,
                "completed": 0 if each.completions is None else each.completions.completed,
                "dropped": each.dropped,
            }
            for name, each in plan.progress.items()
        ],
        "badges": [{"badge": each.badge, "times": each.times} for each in plan.badges],
        "identities": {"moved": [*plan.identity.taken], "leadToSurvivor": [*plan.identity.kept]},
        "attributes": {"moved": [*plan.attributes.taken], "dropped": [*plan.attributes.dropped]},
        "profile": {"moved": [*plan.profile.taken], "dropped": [*plan.profile.dropped]},
        "moved": plan.counts._asdict(),
    }


def _wallet(plan: MergePlan, program: Program, code: str) -> Mapping[str, Any]:
    (account,) = [each for each in plan.accounts if each.wallet == code]
    own = plan.own_accounts.get(code)
    before, gained = NO_POINTS if own is None else own.balance, account.balance

    def shown(points: Points | int) -> Decimal | int:
        wallet = program.wallets.get(code)
        return exact_amount(points) if wallet is None else wallet.amount(Points(points))

    return {
        "wallet": code,
        "own": shown(before.net),
        "merged": shown(gained.net),
        "after": shown(before.net + gained.net),
        "pending": shown(gained.pending),
        "blocked": shown(gained.held),
        "owed": shown(gained.owed),
        "lots": [_lot(each, shown) for each in plan.lots if each.wallet == code],
    }


def _lot(lot: Lot, shown: Any) -> Mapping[str, Any]:
    return {
        "lot": lot.id,
        "points": shown(lot.remaining + lot.held),
        "activeFrom": _date(lot.active_from),
        "expiresAt": _date(lot.expires_at),
    }


def _date(date: datetime | None) -> str | None:
    return None if date is None else date.isoformat()
