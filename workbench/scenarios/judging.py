"""What was expected against what is."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, assert_never

import rules
from loyalty.achievements.progress import current_progress
from loyalty.engine.in_memory import InMemoryEngine, ProcessedEvent
from loyalty.events.builtin_events import BUILT_IN
from loyalty.program.logic import Place
from loyalty.program.program import Program
from loyalty.store.members import Balance as Amounts
from loyalty.store.memory.member_state import MemberState
from workbench.scenarios import model
from workbench.scenarios.model import Check, Occurred, Wanted

NOTHING = Amounts()
_LONGEST = 300


@dataclass(frozen=True, slots=True)
class Miss:
    """Something that is otherwise than expected, in words."""

    place: Place
    key: str
    expected: str
    actual: str


@dataclass(frozen=True, slots=True)
class Seen:
    """One member of a trial, and what happened to them since the expectations before."""

    trial: InMemoryEngine
    account: MemberState
    happened: Sequence[ProcessedEvent]

    @property
    def program(self) -> Program:
        return self.trial.program


def judge(check: Check, seen: Seen) -> Miss | None:
    """None where it is as expected."""
    expected, actual = _compared(check.wanted, seen)
    return None if expected == actual else Miss(check.place, check.key, expected, actual)


def progress_of(account: MemberState, program: Program, name: str) -> tuple[int, Decimal]:
    """How often a member has completed an achievement, and the progress that the last webhook told of."""
    achievement, completed = program.achievement_named[name], account.completed.get(name, 0)
    if achievement.repeat is not None and completed >= achievement.repeat:
        return completed, achievement.goal
    return completed, current_progress(achievement, account.daily_sums.get(name, []))


def _compared(wanted: Wanted, seen: Seen) -> tuple[str, str]:
    """What is expected and what is, in words that are the same where both are."""
    match wanted:
        case model.Balance() | model.Moved():
            amount = _standing(wanted, seen) if isinstance(wanted, model.Balance) else _moved(wanted, seen)
            return _number(wanted.amount), _number(seen.program.wallets[wanted.wallet].amount(amount))
        case model.InTier(tier):
            return tier or "none", seen.account.member.tier or "none"
        case model.BadgesAre(names):
            return _listed(names), _listed(seen.account.badges)
        case model.HasBadge(name, has):
            return _has(name, has=has), _has(name, has=name in seen.account.badges)
        case model.AttributeIs(name, value):
            return _same(value, seen.account.member.attributes.get(name))
        case model.Completed(achievement, times):
            return _times(times), _times(progress_of(seen.account, seen.program, achievement)[0])
        case model.Progress(achievement, amount):
            return _number(amount), _number(progress_of(seen.account, seen.program, achievement)[1])
        case model.RewardsAre() | model.RewardCount():
            return _rewards(wanted, seen)
        case model.NothingOccurred(kind):
            return "none", _listed(name for name, _, _ in _occurrences(kind, seen))
        case Occurred():
            return _occurred(wanted, seen)
        case _:
            assert_never(wanted)


def _standing(wanted: model.Balance, seen: Seen) -> int:
    return int(getattr(seen.account.balances.get(wanted.wallet, NOTHING), wanted.kind))


def _moved(wanted: model.Moved, seen: Seen) -> int:
    kind = "award" if wanted.direction == "awarded" else "deduct"
    entries = [entry for each in seen.happened for entry in each.entries if entry.wallet == wanted.wallet]
    return sum(entry.points for entry in entries if entry.kind == kind)


def _rewards(wanted: model.RewardsAre | model.RewardCount, seen: Seen) -> tuple[str, str]:
    mine = seen.account.issued.values()
    if isinstance(wanted, model.RewardsAre):
        return _listed(wanted.names), _listed(each.reward for each in mine)
    asked = [each for each in mine if each.reward == wanted.reward and wanted.status in (None, each.status)]
    return str(wanted.count), str(len(asked))


# -- what occurred


def _occurrences(kind: model.Occurrence, seen: Seen) -> Iterator[tuple[str, str | None, Any]]:
    """Everything of a kind: its name, its URL if it has one, its body."""
    for each in seen.happened:
        match kind:
            case "fired" | "limited":
                verdict = "fired" if kind == "fired" else "limit_reached"
                for answer in each.decision.outcomes:
                    source, _, name = answer.source.partition("/")
                    if source == "reactor" and answer.verdict == verdict:
                        yield name, None, None
            case "webhooks":
                yield from ((sent.name, sent.url, sent.body) for sent in each.sent)
            case "events" if each.type in BUILT_IN:
                yield each.type, None, each.body
            case "events":
                pass  # reported by the test itself
            case _:
                assert_never(kind)


def _occurred(wanted: Occurred, seen: Seen) -> tuple[str, str]:
    named = [(url, body) for name, url, body in _occurrences(wanted.kind, seen) if name == wanted.name]
    asked = [body for url, body in named if wanted.url in (None, url)]
    found = len([body for body in asked if wanted.body is None or has(body, wanted.body)])
    expected = "at least once" if wanted.times is None else _times(wanted.times)
    if found == wanted.times or (wanted.times is None and found):
        return expected, expected
    more = f" to {wanted.url}" if wanted.url is not None else ""
    more += f" with {text_of(wanted.body)}" if wanted.body is not None else ""
    actual = _times(found)
    if not asked and named:
        actual += f"; it went to {named[-1][0]}"
    elif not found and asked:
        actual += f"; the last had {text_of(like(asked[-1], wanted.body))}"
    return expected + more, actual


def has(value: Any, part: Any) -> bool:
    """Whether a value has all that a part of it says: maps may have more entries, all else is the same."""
    match part:
        case dict():
            return isinstance(value, Mapping) and all(key in value and has(value[key], part[key]) for key in part)
        case list():
            same = isinstance(value, list) and len(value) == len(part)
            return same and all(has(one, other) for one, other in zip(value, part, strict=True))
        case bool() | None:
            return value is part
        case _:
            return not isinstance(value, bool) and bool(value == part)


def like(value: Any, part: Any) -> Any:
    """Of a value, what a part of it asks for; where a key is missing, all there is."""
    if isinstance(part, dict) and isinstance(value, Mapping) and part.keys() <= value.keys():
        return {key: like(value[key], part[key]) for key in part}
    if isinstance(part, list) and isinstance(value, list) and len(value) == len(part):
        return [like(one, other) for one, other in zip(value, part, strict=True)]
    return value


# -- words


def text_of(value: Any) -> str:
    """A value as JSON, shortened."""
    text = rules.exact.dumps(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."


def _same(wanted: Any, found: Any) -> tuple[str, str]:
    """Both as JSON, the same where they are equal: 1 and 1.0 are."""
    expected = text_of(wanted)
    return expected, expected if has(found, wanted) and has(wanted, found) else text_of(found)


def _number(amount: Decimal | int) -> str:
    return f"{Decimal(amount).normalize():f}"


def _times(count: int) -> str:
    return {0: "never", 1: "once"}.get(count, f"{count} times")


def _listed(names: Any) -> str:
    return ", ".join(sorted(set(names))) or "none"


def _has(name: str, *, has: bool) -> str:
    return f"{name}" if has else f"no {name}"
