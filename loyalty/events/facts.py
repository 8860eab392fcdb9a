"""What a decision read of the member, stored with returnable events, so that they can be decided again by it."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final, NamedTuple

import rules
from loyalty.events.campaign_codes import NO_CODES, GivenCode, GivenCodes
from loyalty.events.deductions import Spendable
from loyalty.program.program import Program
from loyalty.program.wallets import Points
from loyalty.store.limits import DailyUse, LimitUsage

MOST_BYTES: Final = 64 * 1024
"""The most bytes kept for one decision; a decision that read more keeps nothing."""

_INSTANTS: Final = ("registered_at",)
"""The fields of a member that hold an instant."""


class Facts(NamedTuple):
    """What a decision read: the moment, the member as rules see them, limits, and spendable points."""

    now: datetime
    member: Mapping[str, Any] | None
    usage: LimitUsage
    spendable: Spendable
    codes: GivenCodes = NO_CODES
    is_test: bool = False
    """Whether the member was one for tests, whom limits over all members do not bind."""


def facts_to_json(facts: Facts) -> dict[str, Any] | None:
    """Return facts as they are stored; None if they are too large to be kept."""
    member = None if facts.member is None else dict(facts.member)
    for name in _INSTANTS if member is not None else ():
        assert member is not None, "there are fields of a member"
        member[name] = member[name].isoformat()
    usage = [
        [reactor, per, use.day.isoformat(), use.times, dict(use.points)]
        for (reactor, per), uses in facts.usage.items()
        for use in uses
    ]
    stored: dict[str, Any] = {
        "now": facts.now.isoformat(),
        "member": member,
        "usage": usage,
        "spendable": dict(facts.spendable),
    }
    if facts.codes:
        stored["codes"] = {reactor: list(given) for reactor, given in facts.codes.items()}
    if facts.is_test:
        stored["test"] = True
    return stored if len(rules.exact.dumps(stored)) <= MOST_BYTES else None


def facts_from_json(stored: Mapping[str, Any]) -> Facts:
    """Return the facts that `facts_to_json` wrote."""
    member = stored["member"]
    if member is not None:
        member = {**member, **{name: datetime.fromisoformat(member[name]) for name in _INSTANTS}}
    usage: dict[tuple[str, str], tuple[DailyUse, ...]] = {}
    for reactor, per, day, times, points in stored["usage"]:
        amounts = {wallet: Decimal(amount) for wallet, amount in points.items()}
        use = DailyUse(date.fromisoformat(day), times, amounts)
        usage[reactor, per] = (*usage.get((reactor, per), ()), use)
    spendable = {wallet: Points(points) for wallet, points in stored["spendable"].items()}
    codes = {reactor: GivenCode(*given) for reactor, given in stored.get("codes", {}).items()}
    return Facts(datetime.fromisoformat(stored["now"]), member, usage, spendable, codes, stored.get("test", False))


def is_returnable(program: Program, event_type: str) -> bool:
    """Return whether the results of events of a type may be taken back."""
    return event_type == "transaction" and program.returns == "automatic"
