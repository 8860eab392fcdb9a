"""Evaluate the expectations of a test against the state in memory."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, assert_never

import rules
from loyalty.engine.in_memory import InMemoryEngine, ProcessedEvent
from loyalty.events.builtin_events import BUILT_IN
from loyalty.program.logic import Place
from loyalty.program.program import Program
from loyalty.program.tiers import DEFAULT_SET
from loyalty.store.members import Balance
from loyalty.store.memory.member_state import MemberState
from loyalty.store.tiers import NO_PLACE
from workbench.scenarios import model
from workbench.scenarios.model import Assertion, Expectation, Occurred
from workbench.scenarios.progress import MemberProgress, progress_of

_NO_BALANCE = Balance()
_MAX_JSON_LENGTH = 300


@dataclass(frozen=True, slots=True)
class Mismatch:
    """An expectation that is not met: its place and key, the expected and the actual value as text."""

    place: Place
    key: str
    expected: str
    actual: str


@dataclass(frozen=True, slots=True)
class Observation:
    """The state of one member, and the events processed for them since the previous expectations."""

    engine: InMemoryEngine
    state: MemberState
    events: Sequence[ProcessedEvent]

    @property
    def program(self) -> Program:
        return self.engine.program


def check_expectation(expectation: Expectation, observation: Observation) -> Mismatch | None:
    """Return the mismatch, or None if the expectation is met."""
    expected, actual = _compared(expectation.assertion, observation)
    return None if expected == actual else Mismatch(expectation.place, expectation.key, expected, actual)


def _compared(assertion: Assertion, observation: Observation) -> tuple[str, str]:
    """Return the expected and the actual value as texts that are equal exactly if the assertion holds."""
    state, program = observation.state, observation.program
    match assertion:
        case model.BalanceIs(kind, wallet, amount):
            balance = state.balances.get(wallet, _NO_BALANCE)
            return _number(amount), _number(program.wallets[wallet].amount(_part(balance, kind)))
        case model.PointsMoved(direction, wallet, amount):
            moved = _points_moved(direction, wallet, observation)
            return _number(amount), _number(program.wallets[wallet].amount(moved))
        case model.TierIs(tier, tier_set):
            return tier or "none", _tier(state, tier_set) or "none"
        case model.BadgesAre(names):
            return _listed(names), _listed(state.badges)
        case model.HasBadge(name, has):
            return _has_badge(name, has=has), _has_badge(name, has=name in state.badges)
        case model.AttributeIs(name, value):
            return _json_texts(value, state.member.attributes.get(name))
        case model.CompletedTimes(achievement, times):
            return _times(times), _times(_progress(observation, achievement).completed)
        case model.ProgressIs(achievement, amount):
            return _number(amount), _number(_progress(observation, achievement).progress)
        case model.RewardsAre() | model.RewardCount():
            return _rewards(assertion, observation)
        case model.NothingOccurred(kind):
            return "none", _listed(name for name, _, _ in _occurrences(kind, observation))
        case Occurred():
            return _occurred(assertion, observation)
        case _:
            assert_never(assertion)


def _tier(state: MemberState, tier_set: str) -> str | None:
    if tier_set == DEFAULT_SET:
        return state.member.tier
    return state.tier_places.get(tier_set, NO_PLACE).tier


def _part(balance: Balance, kind: model.BalanceKind) -> int:
    return balance.net if kind == "active" else int(getattr(balance, kind))


def _points_moved(direction: model.Direction, wallet: str, observation: Observation) -> int:
    kind = "award" if direction == "awarded" else "deduct"
    transfers = (transfer for each in observation.events for transfer in each.transfers)
    return sum(each.points for each in transfers if each.wallet == wallet and each.kind == kind)


def _rewards(assertion: model.RewardsAre | model.RewardCount, observation: Observation) -> tuple[str, str]:
    issued = observation.state.issued.values()
    if isinstance(assertion, model.RewardsAre):
        return _listed(assertion.names), _listed(each.reward for each in issued)
    counted = [each for each in issued if each.reward == assertion.reward and assertion.status in (None, each.status)]
    return str(assertion.count), str(len(counted))


def _progress(observation: Observation, achievement: str) -> MemberProgress:
    engine = observation.engine
    return progress_of(observation.state, engine.program.achievement_named[achievement], engine.today)


# -- occurrences


def _occurrences(kind: model.OccurrenceKind, observation: Observation) -> Iterator[tuple[str, str | None, Any]]:
    """Yield the name, the URL (None if it has none) and the body of all occurrences of one kind."""
    for each in observation.events:
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
                pass  # the test itself reported it
            case _:
                assert_never(kind)


def _occurred(assertion: Occurred, observation: Observation) -> tuple[str, str]:
    named = [(url, body) for name, url, body in _occurrences(assertion.kind, observation) if name == assertion.name]
    at_url = [body for url, body in named if assertion.url in (None, url)]
    found = len([body for body in at_url if assertion.body is None or matches(body, assertion.body)])
    expected = "at least once" if assertion.times is None else _times(assertion.times)
    if found == assertion.times or (assertion.times is None and found):
        return expected, expected
    more = f" to {assertion.url}" if assertion.url is not None else ""
    more += f" with {json_text(assertion.body)}" if assertion.body is not None else ""
    actual = _times(found)
    if not at_url and named:
        actual += f"; it went to {named[-1][0]}"
    elif not found and at_url:
        actual += f"; the last had {json_text(project(at_url[-1], assertion.body))}"
    return expected + more, actual


def matches(value: Any, part: Any) -> bool:
    """Return whether a value contains `part`: a map may have more entries, everything else must be equal."""
    match part:
        case dict():
            return isinstance(value, Mapping) and all(key in value and matches(value[key], part[key]) for key in part)
        case list():
            same = isinstance(value, list) and len(value) == len(part)
            return same and all(matches(one, other) for one, other in zip(value, part, strict=True))
        case bool() | None:
            return value is part
        case _:
            return not isinstance(value, bool) and bool(value == part)


def project(value: Any, part: Any) -> Any:
    """Return only the keys of a value that `part` has; the whole value where it lacks one of them."""
    if isinstance(part, dict) and isinstance(value, Mapping) and part.keys() <= value.keys():
        return {key: project(value[key], part[key]) for key in part}
    if isinstance(part, list) and isinstance(value, list) and len(value) == len(part):
        return [project(one, other) for one, other in zip(value, part, strict=True)]
    return value


# -- texts


def json_text(value: Any) -> str:
    """Return a value as JSON, cut after 300 characters."""
    text = rules.exact.dumps(value)
    return text if len(text) <= _MAX_JSON_LENGTH else f"{text[:_MAX_JSON_LENGTH]}..."


def _json_texts(expected: Any, actual: Any) -> tuple[str, str]:
    """Return both as JSON, with the same text where they are equal, as 1 and 1.0 are."""
    text = json_text(expected)
    return text, text if matches(actual, expected) and matches(expected, actual) else json_text(actual)


def _number(amount: Decimal | int) -> str:
    return f"{Decimal(amount).normalize():f}"


def _times(count: int) -> str:
    return {0: "never", 1: "once"}.get(count, f"{count} times")


def _listed(names: Any) -> str:
    return ", ".join(sorted(set(names))) or "none"


def _has_badge(name: str, *, has: bool) -> str:
    return name if has else f"no {name}"
