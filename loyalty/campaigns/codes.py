"""Redemption codes of reactors: generated, uploaded, and used by decisions."""

import base64
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import rules
from loyalty.campaigns.refusals import CampaignCodesTaken, InvalidCampaignCode, TakesNoCampaignCodes, UnknownCampaign
from loyalty.decisions.decision import Decision
from loyalty.events.campaign_codes import NO_CODES, GivenCode, GivenCodes
from loyalty.events.context import EventContext
from loyalty.events.decide import MAX_STEPS, rule_input
from loyalty.events.operations import OperationContext
from loyalty.ids import new_id
from loyalty.program.program import Program
from loyalty.program.reactors import CodeRule, Reactor
from loyalty.store.campaign_codes import NewCampaignCode
from loyalty.store.events import Event
from loyalty.store.members import Member

MAX_CODES: Final = 10_000
"""The most codes that one operation stores."""
MAX_CODE_LENGTH: Final = 64
GENERATED_LENGTH: Final = 12


def normal_code(text: str) -> str:
    """Return the canonical form of a code, for comparison: without surrounding spaces, in upper case."""
    return text.strip().upper()


@dataclass(frozen=True, slots=True)
class CodesInput:
    """The complete input of the rules that give redemption codes; equal inputs give equal texts."""

    member: Member | None
    event: Event
    now: datetime

    def evaluate(self, program: Program) -> Mapping[str, str | None]:
        """Return the texts, by reactor: empty if its rule gives none, None if it takes too long.

        Raise TooMuchWorkTogether.
        """
        values = rule_input(program, self.member, self.event, now=self.now)
        with rules.steps_together(MAX_STEPS):
            return {name: _text(needed, values) for name, needed in _wanting_on(program, self.event).items()}


def _text(needed: CodeRule, values: Mapping[str, Any]) -> str | None:
    try:
        text = needed.given.rule(values)
    except rules.TooMuchWork:
        return None
    return text if isinstance(text, str) else ""


def given_codes(context: EventContext) -> GivenCodes:
    """Return the codes that an event gives to reactors that require one, and lock them in the order of their names."""
    wanting = _wanting_on(context.program, context.event)
    if not wanting:
        return NO_CODES
    member = context.member if context.event.type in context.program.decides_by_member else None
    texts = context.evaluate(CodesInput(member, context.event, context.now))
    found: dict[str, GivenCode] = {}
    for name in sorted(wanting):
        text = texts[name]
        if text is None:
            found[name] = GivenCode("", None, takes_too_long=True)
            continue
        code = normal_code(text)
        is_code = 1 <= len(code) <= MAX_CODE_LENGTH
        used = context.tx.campaign_codes.lock_and_count(name, code) if is_code else None
        found[name] = GivenCode(code[:MAX_CODE_LENGTH], used)
    return found


def use_codes(context: EventContext, codes: GivenCodes) -> None:
    """Use the codes of the reactors that fired, in the unit of work of their decision."""
    fired = {each.source for each in context.decision.outcomes if each.fired} if codes else set()
    for name, given in codes.items():
        if f"reactor/{name}" in fired:
            context.tx.campaign_codes.use(name, given.code, member_id=context.event.member, now=context.now)
            context.log.append(f"code {given.code} is used")


def give_back_codes(context: EventContext, codes: GivenCodes, decision: Decision) -> None:
    """Undo the use of codes by a decision whose purchase was returned in full."""
    fired = {each.source for each in decision.outcomes if each.fired}
    for name, given in sorted(codes.items()):
        if f"reactor/{name}" in fired and context.tx.campaign_codes.lock_and_count(name, given.code):
            context.tx.campaign_codes.give_back(name, given.code)
            context.log.append(f"code {given.code} can be used again")


def _wanting_on(program: Program, event: Event) -> dict[str, CodeRule]:
    """Return the reactors on an event that require codes, with the rules of these, by name."""
    reactors = program.reactors_on.get(event.type, ())
    return {each.name: each.code for each in reactors if each.code is not None}


def generate_codes(operation: OperationContext, name: str, number: int) -> None:
    """Generate new codes for a reactor; raise UnknownCampaign, TakesNoCampaignCodes or InvalidCampaignCode."""
    reactor = _wanting(operation, name)
    if not 1 <= number <= MAX_CODES:
        raise InvalidCampaignCode(0, f"one request makes 1 to {MAX_CODES} codes")
    made = _generated()
    left = number
    while left:  # a code that exists already is generated again
        left -= operation.tx.campaign_codes.add(_new(operation, reactor, [next(made) for _ in range(left)]))


def upload_codes(operation: OperationContext, name: str, codes: Sequence[str]) -> None:
    """Add codes to a reactor, all of them or none.

    Raise UnknownCampaign, TakesNoCampaignCodes, InvalidCampaignCode or CampaignCodesTaken.
    """
    reactor = _wanting(operation, name)
    normal = [normal_code(code) for code in codes]
    seen: set[str] = set()
    for index, code in enumerate(normal):
        if not 1 <= len(code) <= MAX_CODE_LENGTH or not code.isprintable() or " " in code:
            message = f"a code has 1 to {MAX_CODE_LENGTH} characters that are seen, without spaces"
            raise InvalidCampaignCode(index, message)
        if code in seen:
            raise InvalidCampaignCode(index, f"the code {code} is given twice: upper and lower case are the same")
        seen.add(code)
    known = operation.tx.campaign_codes.known(reactor.name, normal)
    if known:
        raise CampaignCodesTaken(known)
    if operation.tx.campaign_codes.add(_new(operation, reactor, normal)) < len(normal):
        raise CampaignCodesTaken(operation.tx.campaign_codes.known(reactor.name, normal))


def _wanting(operation: OperationContext, name: str) -> Reactor:
    reactor = next((each for each in operation.program.reactors if each.name == name), None)
    if reactor is None:
        raise UnknownCampaign(name)
    if reactor.code is None:
        raise TakesNoCampaignCodes(name)
    return reactor


def _new(operation: OperationContext, reactor: Reactor, codes: Sequence[str]) -> list[NewCampaignCode]:
    return [NewCampaignCode(new_id(), reactor.name, code, operation.now, operation.source) for code in codes]


def _generated() -> Iterator[str]:
    """Yield codes that cannot be guessed: 60 random bits each."""
    while True:
        yield base64.b32encode(hashlib.sha256(new_id().encode()).digest()).decode()[:GENERATED_LENGTH]
