"""Which items of an old list correspond to which of a new one."""

from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

T = TypeVar("T")


def changed_pairs(
    old: Iterable[T], new: Iterable[T], *, identity: Callable[[T], str], pair_by: Callable[[T], str]
) -> Iterator[tuple[T | None, T | None]]:
    """Pairs of old and new items, without items that both sides have; None if an item has no counterpart.

    Items are the same if `identity` is; the others are paired, in their order, if `pair_by` is the same.
    """
    old_items, new_items = _without_common(list(old), list(new), identity)
    waiting: defaultdict[str, deque[T]] = defaultdict(deque)
    for item in new_items:
        waiting[pair_by(item)].append(item)
    for item in old_items:
        others = waiting[pair_by(item)]
        yield item, others.popleft() if others else None
    unpaired = {id(item) for others in waiting.values() for item in others}
    yield from ((None, item) for item in new_items if id(item) in unpaired)


def _without_common(old: Sequence[T], new: Sequence[T], identity: Callable[[T], str]) -> tuple[list[T], list[T]]:
    """Both sides without the items that are on both, each counted as often as it comes."""
    return _without(old, map(identity, new), identity), _without(new, map(identity, old), identity)


def _without(items: Sequence[T], taken: Iterable[str], identity: Callable[[T], str]) -> list[T]:
    counts: defaultdict[str, int] = defaultdict(int)
    for each in taken:
        counts[each] += 1
    left: list[T] = []
    for item in items:
        counts[identity(item)] -= 1
        if counts[identity(item)] < 0:
            left.append(item)
    return left
