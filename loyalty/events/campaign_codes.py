"""Redemption codes: whether the code that an event gives to a reactor is one of its codes, with something left."""

from collections.abc import Mapping
from typing import Final, NamedTuple, TypeAlias

from loyalty.decisions.reasons import CodeRefused
from loyalty.program.reactors import Reactor


class GivenCode(NamedTuple):
    """The code that an event gives to a reactor, and how often it was used; `used` None: it is no code of it."""

    code: str
    used: int | None


GivenCodes: TypeAlias = Mapping[str, GivenCode]
"""What was given to reactors, by their names."""

NO_CODES: Final[GivenCodes] = {}


def refused_code(reactor: Reactor, codes: GivenCodes) -> CodeRefused | None:
    """Return why the code that was given to a reactor is not taken; None: it is."""
    assert reactor.code is not None, "it needs a code"
    given = codes.get(reactor.name, GivenCode("", None))
    if given.used is not None and given.used < reactor.code.uses:
        return None
    return CodeRefused(given.code, given.used, reactor.code.uses)
