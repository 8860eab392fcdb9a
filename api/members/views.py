"""What is known of a member, as answers show it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from api.responses import present, shown
from database import Transaction
from loyalty.achievements.progress import current_progress
from loyalty.calendar import add_months, local_day
from loyalty.ids import caused_id
from loyalty.program.achievements import Achievement, Last
from loyalty.program.program import Program
from loyalty.program.wallets import Wallet
from loyalty.store.members import Balance
from loyalty.store.points import Lot
from loyalty.store.rows import Row
from loyalty.tiers.standing import standing
from loyalty.webhooks.messages import ProgressView
from loyalty.webhooks.messages.parts import progress as progress_rule

NONE = Balance()


@dataclass(frozen=True, slots=True)
class Progress:
    """A member's progress with an achievement, as the last webhook told of it."""

    achievement: Achievement
    completed: int
    value: Decimal

    @property
    def limit_reached(self) -> bool:
        return self.achievement.repeat is not None and self.completed >= self.achievement.repeat

    @property
    def window(self) -> Any:
        return "last" if isinstance(self.achievement.window, Last) else self.achievement.window


def _progress(tx: Transaction, member_id: str, achievement: Achievement, moved: Mapping[str, Row]) -> Progress:
    completed = moved[achievement.name]["completed"] if achievement.name in moved else 0
    if achievement.repeat is not None and completed >= achievement.repeat:
        return Progress(achievement, completed, achievement.goal)
    marks = tx.achievements.daily_sums(member_id, achievement.name, since=date.min)
    return Progress(achievement, completed, current_progress(achievement, marks))


@dataclass(frozen=True, slots=True)
class MemberFacts:
    """One member and all that is theirs, read in one transaction."""

    row: Row
    balances: Mapping[str, Balance]
    lots: list[Lot]
    badges: list[Row]
    progress: list[Progress]

    @classmethod
    def read(cls, tx: Transaction, row: Row, program: Program) -> "MemberFacts":
        """Everything of the member of a row."""
        member_id = row["id"]
        moved = tx.achievements.of_member(member_id)
        progress = [_progress(tx, member_id, each, moved) for each in program.achievements]
        return cls(
            row,
            tx.members.balances(member_id),
            tx.ledger.lots(member_id),
            tx.members.badges(member_id),
            progress,
        )


def customer(row: Row, balance: Balance, program: Program) -> dict[str, Any]:
    """A member in the documented fields."""
    zone, profile = program.zone, row["profile"]
    tier = program.tier_named(row["tier"])
    names = ("firstName", "lastName", "gender", "birthDate", "address", "company")
    level = {"levelId": program.id_of("tier", tier.name), "name": tier.title} if tier else None
    return {
        "customerId": row["id"],
        "registeredAt": shown(row["registered_at"], zone),
        "active": row["active"],
        "createdAt": shown(row["created_at"], zone),
        "updatedAt": shown(row["updated_at"], zone),
        "storeCode": program.store,
        "labels": profile.get("labels", []),
        "customAttributes": [{"key": key, "value": value} for key, value in row["attributes"].items()],
        "defaultAccount": {"accountId": _wallet_id(row, program.default_wallet)}
        | _points(balance, program.default_wallet),
    } | present(
        email=row["email"],
        phone=row["phone"],
        loyaltyCardNumber=row["card"],
        levelAchievementDate=row["tier_since"] and shown(row["tier_since"], zone),
        currentLevel=level,
        **{name: profile.get(name) for name in names},
        **{name: profile.get(name, False) for name in ("agreement1", "agreement2", "agreement3")},
    )


def status(facts: MemberFacts, program: Program, now: datetime) -> dict[str, Any]:
    """Where a member stands."""
    row, wallet, zone = facts.row, program.default_wallet, program.zone
    balance = facts.balances.get(wallet.code, NONE)
    until = row["tier_until"] if program.reviews_tiers else None
    return (
        {
            "customerId": row["id"],
            "storeCode": program.store,
            **_points(balance, wallet),
            **_level(facts, program),
            **_expiring(facts, program, now),
            "createdAt": shown(row["created_at"], zone),
            "registeredAt": shown(row["registered_at"], zone),
            "tier": row["tier"],
            "points": wallet.amount(balance.active),
            "wallets": {
                each.code: _amounts(facts.balances.get(each.code, NONE), each) for each in program.wallets.values()
            },
            "achievements": [_achievement_status(each, program) for each in facts.progress],
            "badges": badges(facts, program),
        }
        | present(**{name: row["profile"].get(name) for name in ("firstName", "lastName")})
        | present(
            levelAchievementDate=row["tier_since"] and shown(row["tier_since"], zone),
            tierUntil=until and shown(until, zone),
        )
    )


def achievements(facts: MemberFacts, program: Program) -> list[dict[str, Any]]:
    """A member's achievements in the documented fields."""
    return [_achievement(each, program) for each in facts.progress]


def badges(facts: MemberFacts, program: Program) -> list[dict[str, Any]]:
    """A member's badges in the documented fields; `badge` is the name that program files use."""
    return [
        {
            "badgeTypeId": program.id_of("badge", each["badge"]),
            "name": program.badges.get(each["badge"], each["badge"]),
            "badge": each["badge"],
            "completedCount": each["times"],
            "createdAt": shown(each["granted_at"], program.zone),
            "updatedAt": shown(each["updated_at"], program.zone),
        }
        for each in facts.badges
    ]


def wallets(facts: MemberFacts, program: Program) -> list[dict[str, Any]]:
    """A member's wallets in the documented fields."""
    created_at = shown(facts.row["created_at"], program.zone)
    return [
        {
            "walletId": _wallet_id(facts.row, each),
            "walletType": {
                "walletTypeId": program.id_of("wallet", each.code),
                "code": each.code,
                "name": each.title,
                "unitSingularName": "Point",
                "unitPluralName": "Points",
                "active": True,
                "isDefault": each.default,
            },
            "createdAt": created_at,
            "account": _units(facts.balances.get(each.code, NONE), each),
        }
        for each in program.wallets.values()
    ]


def _wallet_id(row: Row, wallet: Wallet) -> str:
    return caused_id(row["id"], f"wallet/{wallet.code}")


def _amounts(balance: Balance, wallet: Wallet) -> dict[str, Any]:
    return {
        "active": wallet.amount(balance.active),
        "pending": wallet.amount(balance.pending),
        "earned": wallet.amount(balance.earned),
        "spent": wallet.amount(balance.spent),
        "expired": wallet.amount(balance.expired),
    }


def _points(balance: Balance, wallet: Wallet) -> dict[str, Any]:
    amounts = _amounts(balance, wallet) | {
        "locked": wallet.amount(balance.pending),
        "blocked": 0,
        "transferred": 0,
    }
    del amounts["pending"]
    return {f"{name}Points": amount for name, amount in amounts.items()}


def _units(balance: Balance, wallet: Wallet) -> dict[str, Any]:
    return {name.replace("Points", "Units"): amount for name, amount in _points(balance, wallet).items()}


def _level(facts: MemberFacts, program: Program) -> dict[str, Any]:
    """The member's tier, and what is missing to the next."""
    wallet = program.default_wallet
    balance = facts.balances.get(wallet.code, NONE)
    reached = standing(program, balance, facts.row["tier_base"])
    present_tier = program.tier_named(facts.row["tier"])
    start = present_tier.start if present_tier else Decimal(-1)
    higher = min((tier for tier in program.tiers if tier.start > start), key=lambda tier: tier.start, default=None)
    shown_tier = {"levelName": present_tier.title, "levelConditionValue": present_tier.start} if present_tier else {}
    if higher is None:
        return shown_tier
    return shown_tier | {
        "nextLevelName": higher.title,
        "nextLevelConditionValue": higher.start,
        "pointsToNextLevel": max(Decimal(0), higher.start - reached),
    }


def _expiring(facts: MemberFacts, program: Program, now: datetime) -> dict[str, Any]:
    """Active points by the local day they expire on, and those of the next calendar month."""
    wallet, by_day = program.default_wallet, dict[str, int]()
    for lot in sorted(facts.lots, key=lambda lot: lot.expires_at or now):
        if lot.wallet == wallet.code and lot.active_from is None and lot.expires_at and lot.expires_at > now:
            day = local_day(lot.expires_at, program.zone).isoformat()
            by_day[day] = by_day.get(day, 0) + lot.remaining
    month = add_months(local_day(now, program.zone).replace(day=1), 1).isoformat()[:7]
    return {
        "pointsExpiringNextMonth": wallet.amount(sum(n for day, n in by_day.items() if day.startswith(month))),
        "pointsExpiringBreakdown": {day: wallet.amount(points) for day, points in by_day.items()},
    }


def _achievement_status(each: Progress, program: Program) -> dict[str, Any]:
    return {
        "achievementId": program.id_of("achievement", each.achievement.name),
        "name": each.achievement.name,
        "title": each.achievement.title,
        "completedCount": each.completed,
        "value": each.value,
        "goal": each.achievement.goal,
        "window": each.window,
        "limitReached": each.limit_reached,
    }


def _achievement(each: Progress, program: Program) -> dict[str, Any]:
    view = ProgressView(each.completed, each.value, each.achievement.goal, each.window)
    rule = {
        "achievementRuleId": program.id_of("achievement_rule", each.achievement.name),
        **progress_rule(view),
        "type": "direct",
        "trigger": "custom_event",
    }
    return {
        "achievementId": program.id_of("achievement", each.achievement.name),
        "achievementName": each.achievement.title,
        "achievementDescription": each.achievement.description,
        "limitReached": each.limit_reached,
        "memberProgress": {"completedCount": each.completed, "rules": [rule]},
    }
