"""The member of a generated test, as they were just before the event."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from loyalty.achievements.progress import first_day_needed
from loyalty.calendar import local_day, window
from loyalty.program.program import Program
from loyalty.store.achievements import MILLION, DailySum
from loyalty.store.limits import DailyUse
from loyalty.store.members import Member
from loyalty.store.memory.member_state import MemberState
from loyalty.store.points import Lot
from program_files.text.plain_yaml import flow
from workbench.masking import Masker


@dataclass(frozen=True, slots=True)
class RecordedReversal:
    """A past event that took back what another gave: a return of goods of a sale, or an event that `reverses` it."""

    type: str
    time: datetime
    received_at: datetime
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class RecordedEvent:
    """A past event, and the state of its member just before it was received. `reversal`: what took it back."""

    type: str
    time: datetime
    received_at: datetime
    body: Mapping[str, Any]
    state: MemberState
    is_registered: bool
    used_by_program: Mapping[str, Mapping[Any, DailyUse]]
    """What firings had used of limits `per: program`, by reactor and day."""
    reversal: RecordedReversal | None = None


def fixture_lines(recorded: RecordedEvent, masker: Masker, program: Program) -> Iterator[tuple[str, str]]:
    """Yield the keys of `member` with their values as YAML."""
    member = recorded.state.member
    if recorded.is_registered:
        registered_at = min(member.registered_at, recorded.received_at)
        yield "registered_at", flow(registered_at.astimezone(program.zone).isoformat())
        yield from _history(recorded, masker, program)
    else:
        yield "registered", "false"
    for key, value in _profile(member, masker).items():
        if value:
            yield key, flow(value)


def _profile(member: Member, masker: Masker) -> Mapping[str, Any]:
    profile = member.profile
    address = profile.get("address") or {}
    texts = {
        "email": member.email,
        "phone": member.phone,
        "card": member.card,
        "first_name": profile.get("firstName"),
        "last_name": profile.get("lastName"),
        "birth_date": (profile.get("birthDate") or "")[:10],
        "gender": profile.get("gender"),
        "city": address.get("city"),
        "country": address.get("country"),
    }
    masked = {key: masker.mask_profile(key, text) for key, text in texts.items()}
    return masked | {"attributes": masker.mask_attributes(dict(member.attributes))}


def _history(recorded: RecordedEvent, masker: Masker, program: Program) -> Iterator[tuple[str, str]]:
    state = recorded.state
    if program.tier_named(state.member.tier) is not None:
        yield "tier", flow(state.member.tier)
        yield from _tier_period(state.member, program, recorded.received_at)
        yield from _review(state, program)
    tiers = {name: each.tier for name, each in state.tier_places.items() if _is_known(program, name, each.tier)}
    if tiers:
        yield "tiers", flow(tiers)
    earned = {
        code: program.wallets[code].amount(balance.earned)
        for code, balance in state.balances.items()
        if code in program.wallets
    }
    if earned:
        yield "earned", flow(earned)
    lots = [_lot(lot, program) for lot in state.lots.values() if lot.wallet in program.wallets]
    badges = [badge for badge in state.badges if not program.badges or badge in program.badges]
    achievements = dict(_achievements(recorded, masker, program))
    used = [
        *_used(recorded, state.used, "member", program),
        *_used(recorded, recorded.used_by_program, "program", program),
    ]
    for key, value in (("lots", lots), ("badges", badges), ("achievements", achievements), ("used", used)):
        if value:
            yield key, flow(value)


def _is_known(program: Program, tier_set: str, tier: str | None) -> bool:
    known = program.tier_sets.get(tier_set)
    return known is not None and known.named(tier) is not None


def _tier_period(member: Member, program: Program, at: datetime) -> Iterator[tuple[str, str]]:
    """Yield the base of the tier's period, and when it ends."""
    if program.reviews_tiers and member.tier_base:
        yield "tier_base", flow(program.default_wallet.amount(member.tier_base))
    if program.reviews_tiers and member.tier_until is not None and member.tier_until > at:
        yield "tier_until", flow(member.tier_until.astimezone(program.zone).isoformat())


def _review(state: MemberState, program: Program) -> Iterator[tuple[str, str]]:
    """Yield the last review, which a late event has judged again."""
    review = state.review
    if review is None or program.default_wallet.dated == "award" or not program.reviews_tiers:
        return
    yield "reviewed_at", flow(review.at.astimezone(program.zone).isoformat())
    if review.since is not None:
        yield "reviewed_since", flow(review.since.astimezone(program.zone).isoformat())
    if review.base:
        yield "reviewed_base", flow(program.default_wallet.amount(review.base))


def _lot(lot: Lot, program: Program) -> Mapping[str, Any]:
    wallet = program.wallets[lot.wallet]
    fields: dict[str, Any] = {"wallet": lot.wallet, "points": wallet.amount(lot.points)}
    if lot.remaining != lot.points:
        fields["remaining"] = wallet.amount(lot.remaining)
    instants = {"active_from": lot.active_from, "expires_at": lot.expires_at}
    return fields | {key: at.astimezone(program.zone).isoformat() for key, at in instants.items() if at is not None}


def _achievements(recorded: RecordedEvent, masker: Masker, program: Program) -> Iterator[tuple[str, Any]]:
    """Yield the completions of each achievement, and the daily sums that can still count."""
    day = local_day(recorded.time, program.zone)
    for achievement in program.achievements:
        name, since = achievement.name, first_day_needed(achievement, day)
        sums = [each for each in recorded.state.daily_sums.get(name, ()) if each.day >= since]
        completed = recorded.state.completed.get(name, 0)
        fields: dict[str, Any] = {"completed": completed} if completed else {}
        if sums:
            fields["marks"] = [_daily_sum(each, name, masker) for each in sums]
        if fields:
            yield name, fields


def _daily_sum(daily_sum: DailySum, achievement: str, masker: Masker) -> Mapping[str, Any]:
    fields: dict[str, Any] = {"day": daily_sum.day.isoformat()}
    if daily_sum.value:
        fields["value"] = masker.mask_counted(achievement, daily_sum.value)
    amounts = {"amount": (daily_sum.amount, MILLION), "used": (daily_sum.used, 0)}
    return fields | {key: Decimal(amount) / MILLION for key, (amount, usual) in amounts.items() if amount != usual}


def _used(
    recorded: RecordedEvent, used: Mapping[str, Mapping[Any, DailyUse]], per: str, program: Program
) -> Iterator[dict[str, Any]]:
    """Yield the use of limits by firings that counts at the event's time."""
    day = local_day(recorded.time, program.zone)
    for reactor in program.reactors:
        spans = [window(day, limit.every) for limit in reactor.limits if limit.per == per]
        for each in used.get(reactor.name, {}).values():
            if any(first <= each.day <= last for first, last in spans):
                fields = {"reactor": reactor.name, "per": per, "day": each.day.isoformat(), "times": each.times}
                points = {code: amount for code, amount in each.points.items() if amount and code in program.wallets}
                yield fields | ({"points": points} if points else {})
