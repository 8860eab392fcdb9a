"""Which of some things before is which of some things since."""

from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

T = TypeVar("T")


def aligned(
    old: Iterable[T], new: Iterable[T], *, same: Callable[[T], str], alike: Callable[[T], str]
) -> Iterator[tuple[T | None, T | None]]:
    """Pairs of what was and what is, without those that are the same; None where there is no other side.

    What is alike makes a pair in the order it comes in.
    """
    olds, news = _without_common(list(old), list(new), same)
    waiting: defaultdict[str, deque[T]] = defaultdict(deque)
    for thing in news:
        waiting[alike(thing)].append(thing)
    for thing in olds:
        others = waiting[alike(thing)]
        yield thing, others.popleft() if others else None
    left = {id(thing) for others in waiting.values() for thing in others}
    yield from ((None, thing) for thing in news if id(thing) in left)


def _without_common(old: Sequence[T], new: Sequence[T], key: Callable[[T], str]) -> tuple[list[T], list[T]]:
    """Both sides without what is on both, each counted as often as it comes."""
    return _without(old, map(key, new), key), _without(new, map(key, old), key)


def _without(things: Sequence[T], taken: Iterable[str], key: Callable[[T], str]) -> list[T]:
    counts: defaultdict[str, int] = defaultdict(int)
    for each in taken:
        counts[each] += 1
    left: list[T] = []
    for thing in things:
        counts[key(thing)] -= 1
        if counts[key(thing)] < 0:
            left.append(thing)
    return left
