"""Two programs compared: by the names of what they hold, then by all that is said of it."""

from collections.abc import Iterator
from typing import get_args

from loyalty.program.program import Program
from workbench.differences.alignment import aligned
from workbench.differences.attributes import Aspect, alike, aspect_parts, key
from workbench.differences.inventory import Thing, things
from workbench.differences.model import Change, Kind, Part

_KINDS: tuple[Kind, ...] = get_args(Kind)


def differences(old: Program | None, new: Program) -> tuple[Change, ...]:
    """What was added, changed and removed; nothing where both say the same. Without an old one, all is added."""
    before = {} if old is None else {(thing.kind, thing.name): thing for thing in things(old)}
    since = {(thing.kind, thing.name): thing for thing in things(new)}
    found = [_change(before.get(which), since.get(which)) for which in dict.fromkeys((*before, *since))]
    changes = (change for change in found if change is not None)
    return tuple(sorted(changes, key=lambda change: (_KINDS.index(change.kind), change.name)))


def _change(old: Thing | None, new: Thing | None) -> Change | None:
    match old, new:
        case None, Thing(kind, name):
            return Change(kind, name, "added", tuple(_parts(None, new)))
        case Thing(kind, name), None:
            return Change(kind, name, "removed", tuple(_parts(old, None)))
        case Thing(kind, name), Thing():
            parts = tuple(_parts(old, new))
            return Change(kind, name, "changed", parts) if parts else None
        case _:
            return None


def _parts(old: Thing | None, new: Thing | None) -> Iterator[Part]:
    yield from _aspect_parts(old.aspects if old else (), new.aspects if new else ())
    before, since = old.effects if old else (), new.effects if new else ()
    for was, now in aligned(before, since, same=_effect_key, alike=_kind):
        yield from _aspect_parts(was or (), now or ())
    yield from _order_parts([*map(_kind, before)], [*map(_kind, since)])


def _order_parts(old: list[str], new: list[str]) -> Iterator[Part]:
    """Effects happen in their order, so that is a difference too."""
    if old != new and sorted(old) == sorted(new):
        yield Part("then, in another order", ", ".join(old), ", ".join(new))


def _kind(effect: tuple[Aspect, ...]) -> str:
    return effect[0].about


def _aspect_parts(old: tuple[Aspect, ...], new: tuple[Aspect, ...]) -> Iterator[Part]:
    for was, now in aligned(old, new, same=key, alike=alike):
        yield from aspect_parts(was, now)


def _effect_key(effect: tuple[Aspect, ...]) -> str:
    return "\n".join(map(key, effect))
