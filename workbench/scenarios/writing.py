"""A test written from what happened: the member as they were, the event, and what it did."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from loyalty.achievements.progress import first_day_needed
from loyalty.calendar import local_day, window
from loyalty.engine.in_memory import InMemoryEngine, ProcessedEvent
from loyalty.events.builtin_events import BUILT_IN
from loyalty.program.effects import SetAttribute
from loyalty.program.program import Program
from loyalty.store.achievements import MILLION
from loyalty.store.limits import DailyUse
from loyalty.store.members import Member
from loyalty.store.memory.member_state import MemberState
from program_files.text.plain_yaml import flow
from workbench.masking import Masker
from workbench.scenarios.files import read_tests
from workbench.scenarios.judging import progress_of
from workbench.scenarios.model import Scenario
from workbench.scenarios.running import play, run

REGISTERED = "member_registered"


class CannotWrite(ValueError):
    """No test can be made of an event; the message says why."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """An event of the past, and its member as they were just before. `received_at` is when it was reported."""

    type: str
    time: datetime
    received_at: datetime
    body: Mapping[str, Any]
    account: MemberState
    is_registered: bool
    used_by_program: Mapping[str, Mapping[Any, DailyUse]]


@dataclass(frozen=True, slots=True)
class Written:
    """The text of a test that passes, and what happens in it."""

    text: str
    happened: Sequence[ProcessedEvent]


def written(recorded: Recorded, program: Program, *, notes: Sequence[str] = ()) -> Written:
    """A test of an event, with nothing personal in it; raise CannotWrite. `notes` stand above it as comments."""
    masker, body = _masked(recorded, program)
    begin = "".join(f"# {note}\n" for note in notes) + _begin(recorded, body, masker, program)
    trial, happened = play(_scenario(f"{begin}  - expect: {{points: 0}}\n", program), program)
    again, _ = play(_scenario(f"{begin}  - expect: {{points: 0}}\n", program), program)
    expected = dict(_expected(trial, again, happened, program))
    text = begin + "  - expect:\n" + "".join(f"      {key}: {flow(value)}\n" for key, value in expected.items())
    result = run(_scenario(text, program), program)
    if result.verdict != "passed":
        raise CannotWrite(
            "; ".join(f"{miss.key}: expected {miss.expected}, was {miss.actual}" for miss in result.misses)
        )
    return Written(text, happened)


def _masked(recorded: Recorded, program: Program) -> tuple[Masker, Any]:
    """A masker of which the body still fits its schema, and the body."""
    schema, faults = program.event_types[recorded.type].body, ""
    for keeps_shape in (False, True):
        masker = Masker(keeps_shape=keeps_shape)
        _know(masker, recorded.account)
        body = masker.value(dict(recorded.body), schema.schema)
        found = next(schema.faults(body), None)
        if found is None:
            return masker, body
        faults = ".".join(map(str, found.path))
    raise CannotWrite(f"event.body.{faults} is personal, and nothing made up fits its schema")


def _know(masker: Masker, account: MemberState) -> None:
    member, profile = account.member, account.member.profile
    masker.known(member.email, "email")
    masker.known(member.phone, "phone")
    masker.known(member.card, "card")
    for key in ("firstName", "lastName"):
        masker.known(profile.get(key), "name")
    masker.known(profile.get("birthDate"), "birth date")
    for key, value in (profile.get("address") or {}).items():
        if isinstance(value, str) and key != "country":
            masker.known(value, "address")


def _scenario(text: str, program: Program) -> Scenario:
    (scenario,) = read_tests({"tests/new.yaml": text.encode()}, program)
    return scenario


# -- the member and the event


def _begin(recorded: Recorded, body: Any, masker: Masker, program: Program) -> str:
    at = recorded.received_at.astimezone(program.zone)
    name = f"{recorded.type} of {at.replace(tzinfo=None).isoformat(' ')}"  # to the microsecond: names are unique
    lines = [
        f"test: {flow(name)}",
        f"at: {flow(at.isoformat())}",
        "member:",
        *(f"  {key}: {value}" for key, value in _member(recorded, masker, program)),
        "steps:",
    ]
    step: dict[str, Any] = {"event": recorded.type}
    if recorded.type != REGISTERED:
        step |= {"body": body} if body else {}
        step |= (
            {"time": recorded.time.astimezone(program.zone).isoformat()}
            if recorded.time != recorded.received_at
            else {}
        )
    return "\n".join([*lines, f"  - {flow(step)}", ""])


def _member(recorded: Recorded, masker: Masker, program: Program) -> Iterator[tuple[str, str]]:
    """The keys of the fixture, each on its line."""
    member, profile = recorded.account.member, recorded.account.member.profile
    address = profile.get("address") or {}
    told = {
        "email": masker.known(member.email, "email"),
        "phone": masker.known(member.phone, "phone"),
        "card": masker.known(member.card, "card"),
        "first_name": masker.known(profile.get("firstName"), "name"),
        "last_name": masker.known(profile.get("lastName"), "name"),
        "birth_date": masker.known(profile.get("birthDate"), "birth date"),
        "gender": profile.get("gender"),
        "city": masker.known(address.get("city"), "address"),
        "country": address.get("country"),
        "attributes": masker.value(dict(member.attributes)),
    }
    if recorded.is_registered:
        yield (
            "registered_at",
            flow(min(member.registered_at, recorded.received_at).astimezone(program.zone).isoformat()),
        )
        yield from _history(recorded, masker, program)
    else:
        yield "registered", "false"
    for key, value in told.items():
        if value:
            yield key, flow(value)


def _period(member: Member, program: Program, at: datetime) -> Iterator[tuple[str, str]]:
    """What the tier's standing counts from, and until when it is kept."""
    if program.reviews_tiers and member.tier_base:
        yield "tier_base", flow(program.default_wallet.amount(member.tier_base))
    if program.reviews_tiers and member.tier_until is not None and member.tier_until > at:
        yield "tier_until", flow(member.tier_until.astimezone(program.zone).isoformat())


def _history(recorded: Recorded, masker: Masker, program: Program) -> Iterator[tuple[str, str]]:
    account = recorded.account
    if program.tier_named(account.member.tier) is not None:
        yield "tier", flow(account.member.tier)
        yield from _period(account.member, program, recorded.received_at)
    earned = {
        code: program.wallets[code].amount(b.earned) for code, b in account.balances.items() if code in program.wallets
    }
    if earned:
        yield "earned", flow(earned)
    lots = [_lot(lot, program) for lot in account.lots.values() if lot.wallet in program.wallets]
    badges = [badge for badge in account.badges if not program.badges or badge in program.badges]
    standings = dict(_standings(recorded, masker, program))
    used = [
        *_used(recorded, account.used, "member", program),
        *_used(recorded, recorded.used_by_program, "program", program),
    ]
    for key, value in (("lots", lots), ("badges", badges), ("achievements", standings), ("used", used)):
        if value:
            yield key, flow(value)


def _lot(lot: Any, program: Program) -> dict[str, Any]:
    wallet = program.wallets[lot.wallet]
    told = {"wallet": lot.wallet, "points": wallet.amount(lot.points)}
    if lot.remaining != lot.points:
        told["remaining"] = wallet.amount(lot.remaining)
    moments = {"active_from": lot.active_from, "expires_at": lot.expires_at}
    return told | {key: at.astimezone(program.zone).isoformat() for key, at in moments.items() if at is not None}


def _standings(recorded: Recorded, masker: Masker, program: Program) -> Iterator[tuple[str, Any]]:
    """Completions, and the marks that still matter."""
    day = local_day(recorded.time, program.zone)
    for achievement in program.achievements:
        since = first_day_needed(achievement, day)
        marks = [mark for mark in recorded.account.daily_sums.get(achievement.name, ()) if mark.day >= since]
        completed = recorded.account.completed.get(achievement.name, 0)
        told: dict[str, Any] = {"completed": completed} if completed else {}
        if marks:
            told["marks"] = [_mark(mark, masker) for mark in marks]
        if told:
            yield achievement.name, told


def _mark(mark: Any, masker: Masker) -> dict[str, Any]:
    told: dict[str, Any] = {"day": mark.day.isoformat()}
    if mark.value:
        told["value"] = masker.text(mark.value)
    amounts = {"amount": (mark.amount, MILLION), "used": (mark.used, 0)}
    return told | {key: Decimal(is_) / MILLION for key, (is_, usual) in amounts.items() if is_ != usual}


def _used(
    recorded: Recorded, taken: Mapping[str, Mapping[Any, DailyUse]], per: str, program: Program
) -> Iterator[dict[str, Any]]:
    """What counts for limits at the event's time."""
    day = local_day(recorded.time, program.zone)
    for reactor in program.reactors:
        spans = [window(day, limit.every) for limit in reactor.limits if limit.per == per]
        for each in taken.get(reactor.name, {}).values():
            if any(first <= each.day <= last for first, last in spans):
                told = {"reactor": reactor.name, "per": per, "day": each.day.isoformat(), "times": each.times}
                yield told | ({"points": each.points} if each.points else {})


# -- what is expected


def _expected(
    trial: InMemoryEngine, again: InMemoryEngine, happened: Sequence[ProcessedEvent], program: Program
) -> Iterator[tuple[str, Any]]:
    (account,) = trial.store.members_by_id.values()
    (other,) = again.store.members_by_id.values()
    moved = dict.fromkeys(entry.wallet for each in happened for entry in each.entries)
    yield (
        "points",
        {code: program.wallets[code].amount(account.balances[code].active) for code in moved}
        or _points(account, program),
    )
    if account.member.tier is not None:
        yield "tier", account.member.tier
    yield from _moved(happened, program)
    answers = [answer for each in happened for answer in each.decision.outcomes]
    named = [(answer.source.partition("/"), answer.verdict) for answer in answers]
    fired = Counter(name for (kind, _, name), verdict in named if kind == "reactor" and verdict == "fired")
    idle = {name: None for (kind, _, name), verdict in named if kind == "reactor" and name not in fired}
    limited = {name: None for (kind, _, name), verdict in named if kind == "reactor" and verdict == "limit_reached"}
    touched = {name: None for (kind, _, name), verdict in named if kind == "achievement"}
    completed = {name: progress_of(account, program, name) for name in touched}
    standings = {name: {"completed": times, "progress": progress} for name, (times, progress) in completed.items()}
    events = Counter(each.type for each in happened if each.type in BUILT_IN)
    badges = dict.fromkeys(str(each.body["badge"]) for each in happened if each.type == "badge_granted")
    rewards = Counter(str(each.body["reward"]) for each in happened if each.type == "reward_issued")
    set_ = {effect.name for a in answers for effect in a.effects if isinstance(effect, SetAttribute)}
    now, then = account.member.attributes, other.member.attributes
    told: dict[str, Any] = {
        "badges": {"has": list(badges)} if badges else None,
        "attributes": {name: now[name] for name in sorted(set_) if name in now and now[name] == then.get(name)},
        "achievements": standings,
        "rewards": rewards,
        "fired": fired,
        "not_fired": list(idle),
        "limited": list(limited),
        "events": events,
    }
    yield from ((key, value) for key, value in told.items() if value)


def _points(account: MemberState, program: Program) -> Any:
    wallet = program.default_wallet
    balance = account.balances.get(wallet.code)
    return wallet.amount(balance.active if balance else 0)


def _moved(happened: Sequence[ProcessedEvent], program: Program) -> Iterator[tuple[str, Any]]:
    for key, kind in (("awarded", "award"), ("deducted", "deduct")):
        sums: Counter[str] = Counter()
        for entry in (entry for each in happened for entry in each.entries if entry.kind == kind):
            sums[entry.wallet] += entry.points
        if sums:
            yield key, {code: program.wallets[code].amount(points) for code, points in sums.items()}
