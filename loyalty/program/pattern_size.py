"""The size of a regular expression with every counted repetition expanded: the cost of matching one character."""

import re
from typing import Final

MOST_COUNTED: Final = 10**9
"""Sizes are not counted beyond this."""

_ATOM: Final = r"(?:\[(?:\\.|[^\]\\])*\]|\\[pP]\{[^}]*\}|\\.|[^\\()\[\]|*+?{}^$])"
_ONE_REPEATED_ATOM: Final = re.compile(rf"\^{_ATOM}(?:\{{\d*,?\d*\}}|[*+?])?\$?", re.DOTALL)
_TOKEN: Final = re.compile(
    rf"(?P<open>\((?:\?(?:P?<\w+>|[\w-]*:)?)?)|(?P<close>\))|\{{(?P<least>\d*)(?P<comma>,?)(?P<most>\d*)\}}|(?P<atom>{_ATOM})",
    re.DOTALL,
)


def pattern_size(pattern: str) -> int:
    """Return the number of characters and classes in a pattern, repeated ones as often as they may occur.

    A single class that is repeated from the start, as in `^[A-Z]{1,500}$`, counts as 1: it is matched without choices.
    """
    if _ONE_REPEATED_ATOM.fullmatch(pattern):
        return 1
    open_groups = [0]
    last = 0  # the size of the repeated part, which is counted in its group already
    for token in _TOKEN.finditer(pattern):
        match token.lastgroup:
            case "open":
                open_groups.append(0)
                last = 0
            case "close" if len(open_groups) > 1:
                last = open_groups.pop()
                open_groups[-1] += last
            case "atom":
                last = 1
                open_groups[-1] += 1
            case _ if token["comma"] is not None:
                repeated = last * _repetitions(token["least"], token["most"])
                open_groups[-1] = min(MOST_COUNTED, open_groups[-1] - last + repeated)
                last = repeated
            case _:
                pass
    return max(1, min(MOST_COUNTED, sum(open_groups)))


def _repetitions(least: str, most: str) -> int:
    return max(1, min(MOST_COUNTED, int((most or least or "1")[:10])))
