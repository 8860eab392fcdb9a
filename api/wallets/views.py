"""Wallets and wallet types as responses show them."""

from datetime import UTC, datetime
from typing import Any, assert_never

from api.http.responses import format_instant
from database import ReadTransaction
from loyalty.calendar import Duration
from loyalty.program.expiry import After, EndOf, Expiry, Never, OnDate
from loyalty.program.program import Program
from loyalty.program.wallets import Points, Wallet
from loyalty.store.members import Balance, StoredMember
from loyalty.store.points import account_id


def wallet_type_view(wallet: Wallet, program: Program, *, deployed_at: datetime) -> dict[str, Any]:
    """Return a wallet of the program in the documented fields."""
    return {
        "walletTypeId": program.id_of("wallet", wallet.code),
        "code": wallet.code,
        "name": wallet.title,
        "unitSingularName": "Point",
        "unitPluralName": "Points",
        "active": True,
        "isDefault": wallet.default,
        "createdAt": format_instant(deployed_at, program.zone),
        "limits": {},
        "allowNegativeBalance": False,
    }


def wallet_type_details_view(wallet: Wallet, program: Program, *, deployed_at: datetime) -> dict[str, Any]:
    """Return a wallet of the program with when its points expire and become active."""
    details = {
        "translations": {"en": {"name": wallet.title, "description": ""}},
        "decimals": wallet.decimals,
        "allTimeNotLocked": wallet.pending == Duration(),
    }
    return (
        wallet_type_view(wallet, program, deployed_at=deployed_at)
        | details
        | _days("unitDaysLocked", wallet.pending)
        | _expiry(wallet.expires)
    )


def wallet_view(
    member: StoredMember, wallet: Wallet, balance: Balance, sent: Points, program: Program
) -> dict[str, Any]:
    """Return a member's wallet in the documented fields."""
    fields = point_fields(balance, wallet, sent)
    return {
        "walletId": account_id(member.id, wallet.code),
        "customerId": member.id,
        "walletType": {
            "walletTypeId": program.id_of("wallet", wallet.code),
            "code": wallet.code,
            "name": wallet.title,
            "unitSingularName": "Point",
            "unitPluralName": "Points",
            "active": True,
            "isDefault": wallet.default,
        },
        "createdAt": format_instant(member.created_at, program.zone),
        "account": {name.replace("Points", "Units"): amount for name, amount in fields.items()},
    }


def point_fields(balance: Balance, wallet: Wallet, sent: Points) -> dict[str, Any]:
    """Return a balance in the documented fields; `sent` is what was sent to other members."""
    return {
        "activePoints": wallet.amount(balance.net),
        "earnedPoints": wallet.amount(balance.earned),
        "spentPoints": wallet.amount(balance.spent),
        "expiredPoints": wallet.amount(balance.expired),
        "lockedPoints": wallet.amount(balance.pending),
        "blockedPoints": wallet.amount(balance.held),
        "transferredPoints": wallet.amount(sent),
    }


def sent_points(tx: ReadTransaction, member_id: str, wallet: str) -> Points:
    """Return what a member has sent to others from a wallet, without what was cancelled."""
    return tx.ledger.sent_since(member_id, wallet, datetime.min.replace(tzinfo=UTC)).points


def _expiry(rule: Expiry) -> dict[str, Any]:
    """Return when points expire in the documented fields; nothing if these cannot express it."""
    match rule:
        case Never():
            return {"unitDaysExpiryAfter": "all_time_active"}
        case After(duration, None):
            days = _days("unitDaysActiveCount", duration)
            return {"unitDaysExpiryAfter": "after_x_days"} | days if days else {}
        case EndOf("month", plus) if plus == Duration():
            return {"unitDaysExpiryAfter": "at_the_end_of_the_month"}
        case EndOf("year", plus) if plus == Duration(months=12 * (plus.months // 12)):
            return {"unitDaysExpiryAfter": "at_the_end_of_the_x_th_year", "unitYearsActiveCount": plus.months // 12}
        case After() | EndOf():
            return {}
        case OnDate(month, day):
            return {"unitDaysExpiryAfter": "at_the_end_of_the_chosen_date", "unitExpiryDate": f"{month:02}-{day:02}"}
        case _:
            assert_never(rule)


def _days(name: str, duration: Duration) -> dict[str, int]:
    """Return a field with the whole days of a duration; nothing for a duration not only of days."""
    return {name: duration.days} if duration.days and duration == Duration(days=duration.days) else {}
