"""Members as responses show them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from api.http.responses import format_instant, omit_none
from api.wallets.views import point_fields, sent_points, wallet_view
from database import ReadTransaction
from loyalty.achievements.messages import rule_trigger
from loyalty.achievements.progress import current_progress
from loyalty.calendar import add_months, local_day
from loyalty.program.achievements import Achievement, Last
from loyalty.program.program import Program
from loyalty.program.wallets import Points, Wallet
from loyalty.store.achievements import AchievementCompletions
from loyalty.store.members import NO_POINTS, Balance, GrantedBadge, StoredMember
from loyalty.store.points import Lot, account_id
from loyalty.store.referrals import referral_token
from loyalty.tiers.standing import Amount, standing_of
from loyalty.webhooks.messages import ProgressView
from loyalty.webhooks.messages.parts import progress as progress_rule


@dataclass(frozen=True, slots=True)
class AchievementProgress:
    """A member's progress with an achievement: `value` of the goal, as of now."""

    achievement: Achievement
    completed: int
    value: Decimal

    @property
    def limit_reached(self) -> bool:
        return self.achievement.repeat is not None and self.completed >= self.achievement.repeat

    @property
    def window(self) -> Any:
        return "last" if isinstance(self.achievement.window, Last) else self.achievement.window


def _read_progress(
    tx: ReadTransaction,
    member_id: str,
    achievement: Achievement,
    completions: Mapping[str, AchievementCompletions],
    today: date,
) -> AchievementProgress:
    """Return a member's progress with an achievement on a day; `completions` are by achievement."""
    completed = completions[achievement.name].completed if achievement.name in completions else 0
    if achievement.repeat is not None and completed >= achievement.repeat:
        return AchievementProgress(achievement, completed, achievement.goal)
    daily_sums = tx.achievements.daily_sums(member_id, achievement.name, since=date.min)
    return AchievementProgress(achievement, completed, current_progress(achievement, daily_sums, today))


@dataclass(frozen=True, slots=True)
class MemberRecords:
    """The stored records of one member, read in one transaction."""

    member: StoredMember
    balances: Mapping[str, Balance]
    sent: Mapping[str, Points]
    """Points sent to other members, by wallet."""
    lots: list[Lot]
    badges: list[GrantedBadge]
    progress: list[AchievementProgress]
    standing: Amount
    """The member's standing in the default tier set."""

    @classmethod
    def read(cls, tx: ReadTransaction, member: StoredMember, program: Program, now: datetime) -> "MemberRecords":
        """Read the records that belong to a member; their progress is as of `now`."""
        today = local_day(now, program.zone)
        completions = {each.achievement: each for each in tx.achievements.completions(member.id)}
        progress = [_read_progress(tx, member.id, each, completions, today) for each in program.achievements]
        return cls(
            member,
            tx.members.balances(member.id),
            {code: sent_points(tx, member.id, code) for code in program.wallets},
            tx.ledger.lots(member.id),
            tx.members.badges(member.id),
            progress,
            standing_of(tx, program, program.default_tier_set, tx.members.facts(member.id), now=now),
        )


def customer_view(
    tx: ReadTransaction, member: StoredMember, program: Program, *, for_staff: bool = True
) -> dict[str, Any]:
    """Return a member in the documented fields. `for_staff`: with the reason why the member is frozen."""
    zone, profile, wallet = program.zone, member.profile, program.default_wallet
    balance = tx.members.balances(member.id).get(wallet.code, NO_POINTS)
    tier = program.tier_named(member.tier)
    names = ("firstName", "lastName", "gender", "birthDate", "address", "company")
    level = {"levelId": program.id_of("tier", tier.name), "name": tier.title} if tier else None
    return {
        "customerId": member.id,
        "registeredAt": format_instant(member.registered_at, zone),
        "active": member.active,
        "test": member.is_test,
        "frozen": member.frozen_at is not None,
        "createdAt": format_instant(member.created_at, zone),
        "updatedAt": format_instant(member.updated_at, zone),
        "storeCode": program.store,
        "referralToken": referral_token(member.id),
        "labels": profile.get("labels", []),
        "customAttributes": [{"key": key, "value": value} for key, value in member.attributes.items()],
        "defaultAccount": {"accountId": account_id(member.id, wallet.code)}
        | point_fields(balance, wallet, sent_points(tx, member.id, wallet.code)),
    } | omit_none(
        email=member.email,
        phone=member.phone,
        loyaltyCardNumber=member.card,
        frozenAt=member.frozen_at and format_instant(member.frozen_at, zone),
        frozenReason=member.frozen_reason if for_staff else None,
        levelAchievementDate=member.tier_since and format_instant(member.tier_since, zone),
        currentLevel=level,
        channelId=member.channel,
        channelIdentifier=_channel_identifier(tx, member.channel),
        **{name: profile.get(name) for name in names},
        **{name: profile.get(name, False) for name in ("agreement1", "agreement2", "agreement3")},
    )


def _channel_identifier(tx: ReadTransaction, channel_id: str | None) -> str | None:
    channel = None if channel_id is None else tx.channels.get(channel_id)
    return None if channel is None else channel.identifier


def status_view(records: MemberRecords, program: Program, now: datetime) -> dict[str, Any]:
    """Return the status of a member."""
    member, wallet, zone = records.member, program.default_wallet, program.zone
    balance = records.balances.get(wallet.code, NO_POINTS)
    until = member.tier_until if program.reviews_tiers else None
    return (
        {
            "customerId": member.id,
            "storeCode": program.store,
            **point_fields(balance, wallet, records.sent[wallet.code]),
            **_level_fields(records, program),
            **_expiring_points(records, program, now),
            "createdAt": format_instant(member.created_at, zone),
            "registeredAt": format_instant(member.registered_at, zone),
            "tier": member.tier,
            "points": wallet.amount(balance.net),
            "wallets": {
                each.code: _amounts(records.balances.get(each.code, NO_POINTS), each)
                for each in program.wallets.values()
            },
            "achievements": [_achievement_progress(each, program) for each in records.progress],
            "badges": badges_view(records, program),
        }
        | omit_none(**{name: member.profile.get(name) for name in ("firstName", "lastName")})
        | omit_none(
            levelAchievementDate=member.tier_since and format_instant(member.tier_since, zone),
            tierUntil=until and format_instant(until, zone),
        )
    )


def achievements_view(records: MemberRecords, program: Program) -> list[dict[str, Any]]:
    """Return a member's achievements in the documented fields."""
    return [_achievement(each, program) for each in records.progress]


def badges_view(records: MemberRecords, program: Program) -> list[dict[str, Any]]:
    """Return a member's badges in the documented fields; `badge` is the name that program files use."""
    return [
        {
            "badgeTypeId": program.id_of("badge", each.badge),
            "name": program.badges.get(each.badge, each.badge),
            "badge": each.badge,
            "completedCount": each.times,
            "createdAt": format_instant(each.granted_at, program.zone),
            "updatedAt": format_instant(each.updated_at, program.zone),
        }
        for each in records.badges
    ]


def wallets_view(records: MemberRecords, program: Program) -> list[dict[str, Any]]:
    """Return a member's wallets in the documented fields."""
    member = records.member
    return [
        wallet_view(member, each, records.balances.get(each.code, NO_POINTS), records.sent[each.code], program)
        for each in program.wallets.values()
    ]


def _amounts(balance: Balance, wallet: Wallet) -> dict[str, Any]:
    return {
        "active": wallet.amount(balance.net),
        "pending": wallet.amount(balance.pending),
        "earned": wallet.amount(balance.earned),
        "spent": wallet.amount(balance.spent),
        "expired": wallet.amount(balance.expired),
    }


def _level_fields(records: MemberRecords, program: Program) -> dict[str, Any]:
    """Return the member's tier, and the points missing to the next."""
    reached = records.standing
    tier = program.tier_named(records.member.tier)
    start = tier.start if tier else Decimal(-1)
    higher = min((tier for tier in program.tiers if tier.start > start), key=lambda tier: tier.start, default=None)
    fields = {"levelName": tier.title, "levelConditionValue": tier.start} if tier else {}
    if higher is None:
        return fields
    return fields | {
        "nextLevelName": higher.title,
        "nextLevelConditionValue": higher.start,
        "pointsToNextLevel": max(Decimal(0), higher.start - reached),
    }


def _expiring_points(records: MemberRecords, program: Program, now: datetime) -> dict[str, Any]:
    """Return active points by the local day they expire on, and those of the next calendar month."""
    wallet, by_day = program.default_wallet, dict[str, int]()
    for lot in sorted(records.lots, key=lambda lot: lot.expires_at or now):
        if lot.wallet == wallet.code and lot.active_from is None and lot.expires_at and lot.expires_at > now:
            day = local_day(lot.expires_at, program.zone).isoformat()
            by_day[day] = by_day.get(day, 0) + lot.remaining
    month = add_months(local_day(now, program.zone).replace(day=1), 1).isoformat()[:7]
    return {
        "pointsExpiringNextMonth": wallet.amount(sum(n for day, n in by_day.items() if day.startswith(month))),
        "pointsExpiringBreakdown": {day: wallet.amount(points) for day, points in by_day.items()},
    }


def _achievement_progress(each: AchievementProgress, program: Program) -> dict[str, Any]:
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


def _achievement(each: AchievementProgress, program: Program) -> dict[str, Any]:
    view = ProgressView(each.completed, each.value, each.achievement.goal, each.window)
    rule = {
        "achievementRuleId": program.id_of("achievement_rule", each.achievement.name),
        **progress_rule(view),
        "type": "direct",
        "trigger": rule_trigger(each.achievement),
    }
    return {
        "achievementId": program.id_of("achievement", each.achievement.name),
        "achievementName": each.achievement.title,
        "achievementDescription": each.achievement.description,
        "limitReached": each.limit_reached,
        "memberProgress": {"completedCount": each.completed, "rules": [rule]},
    }
