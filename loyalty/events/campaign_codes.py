"""Check the redemption code that an event gives to a reactor: it must be one of the reactor's, and not used up."""

from collections.abc import Mapping
from typing import Final, NamedTuple, TypeAlias

from loyalty.decisions.reasons import CodeRefused
from loyalty.program.reactors import Reactor
from rules import TooMuchWork


class GivenCode(NamedTuple):
    """The code that an event gives to a reactor, and how often it was used; `used` None: it is not the reactor's.

    `takes_too_long`: the rule that gives the code does, so there is no code.
    """

    code: str
    used: int | None
    takes_too_long: bool = False


GivenCodes: TypeAlias = Mapping[str, GivenCode]
"""The given codes, by the name of the reactor."""

NO_CODES: Final[GivenCodes] = {}


def refused_code(reactor: Reactor, codes: GivenCodes) -> CodeRefused | None:
    """Return why a reactor refuses its given code; None: it accepts it. Raise TooMuchWork if the rule does."""
    assert reactor.code is not None, "it needs a code"
    given = codes.get(reactor.name, GivenCode("", None))
    if given.takes_too_long:
        raise TooMuchWork("the rule of its redemption code needs more work than one evaluation may take")
    if given.used is not None and given.used < reactor.code.uses:
        return None
    return CodeRefused(given.code, given.used, reactor.code.uses)
