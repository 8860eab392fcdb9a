"""Suggestions for misspelt names: the closest of the known ones, but never one that means the opposite."""

import re
from collections.abc import Iterable
from difflib import get_close_matches
from typing import Final

MOST_COMPARED = 300
"""Up to this many names are compared by similarity; among more, only a name one edit apart is found, cheaply."""


_LEAST_SIMILAR: Final = 0.62
"""The least similarity, from 0 to 1, of a name to one that is suggested for it."""

_SHORT: Final = 3
"""Names of at most this length are parts of many others, such as `age` in `badges`."""

_OPPOSITES: Final[tuple[tuple[frozenset[str], frozenset[str]], ...]] = tuple(
    (frozenset(one.split()), frozenset(other.split()))
    for one, other in (
        ("add award give grant issue set put plus", "remove take revoke delete deduct spend unset minus subtract"),
        ("min minimum least", "max maximum most"),
        ("from start starts since after", "until to end ends before"),
        ("lower floor", "upper ceil ceiling"),
        ("enable enabled", "disable disabled"),
        ("first", "last"),
        ("all every", "none no"),
    )
)
"""Words of names whose other side is the opposite."""


def closest_match(name: str, known: Iterable[str], *, most_compared: int = MOST_COMPARED) -> str | None:
    """Return the known name that `name` probably misspells, or None if none is similar enough.

    A name that says the opposite in one of its words is never suggested. The same name in another case comes first,
    then the only name one edit apart, then the most similar one, if there are at most `most_compared` names, and unless
    the name is a word of several.
    """
    names = [each for each in known if not _is_opposite(name, each)]
    same_but_case = next((each for each in names if each.lower() == name.lower()), None)
    if same_but_case is not None:
        return same_but_case
    near = [each for each in names if is_one_edit_apart(name, each)]
    if len(near) == 1 or len(names) > most_compared:
        return near[0] if near else None
    if sum(name in _words(each) for each in names) > 1:  # ambiguous
        return None
    names = [each for each in names if len(name) > _SHORT or each.startswith(name) or each.endswith(name)]
    similar = get_close_matches(name, names, n=1, cutoff=_LEAST_SIMILAR)
    return similar[0] if similar else None


def _words(name: str) -> list[str]:
    return re.split("[_.-]", name.lower())


def _is_opposite(name: str, other: str) -> bool:
    words, others = set(_words(name)), set(_words(other))
    words, others = words - others, others - words
    return any((words & one and others & two) or (words & two and others & one) for one, two in _OPPOSITES)


def is_one_edit_apart(name: str, other: str) -> bool:
    """Return whether a letter was replaced, added or removed, or two neighbours swapped (Damerau-Levenshtein 1)."""
    if abs(len(name) - len(other)) > 1 or name == other:
        return False
    start = 0
    while name[start : start + 1] == other[start : start + 1]:
        start += 1
    left, right = name[start:], other[start:]
    is_swap = left[:2] == right[1::-1] and left[2:] == right[2:]
    return is_swap or left[1:] == right or left == right[1:] or left[1:] == right[1:]
