"""Two programs compared: by the names of their definitions, then by all attributes of each."""

from collections.abc import Iterator
from typing import get_args

from loyalty.program.program import Program
from workbench.differences.alignment import changed_pairs
from workbench.differences.attributes import Attribute, attribute_changes, identity, pairing_key
from workbench.differences.inventory import Definition, definitions
from workbench.differences.model import AttributeChange, Change, DefinitionKind

_KINDS: tuple[DefinitionKind, ...] = get_args(DefinitionKind)


def differences(old: Program | None, new: Program) -> tuple[Change, ...]:
    """Return what was added, changed and removed; empty if both programs mean the same.

    Without an old one, all is added.
    """
    before = {} if old is None else {(each.kind, each.name): each for each in definitions(old)}
    since = {(each.kind, each.name): each for each in definitions(new)}
    found = [_change(before.get(which), since.get(which)) for which in dict.fromkeys((*before, *since))]
    changes = (change for change in found if change is not None)
    return tuple(sorted(changes, key=lambda change: (_KINDS.index(change.kind), change.name)))


def _change(old: Definition | None, new: Definition | None) -> Change | None:
    parts = tuple(_changes(old, new))
    if new is None:
        return None if old is None else Change(old.kind, old.name, "removed", parts)
    if old is None:
        return Change(new.kind, new.name, "added", parts)
    return Change(new.kind, new.name, "changed", parts) if parts else None


def _changes(old: Definition | None, new: Definition | None) -> Iterator[AttributeChange]:
    yield from _attribute_changes(old.attributes if old else (), new.attributes if new else ())
    before, since = old.effects if old else (), new.effects if new else ()
    for was, now in changed_pairs(before, since, identity=_effect_identity, pair_by=_effect_name):
        yield from _attribute_changes(was or (), now or ())
    yield from _order_changes([*map(_effect_name, before)], [*map(_effect_name, since)])


def _order_changes(old: list[str], new: list[str]) -> Iterator[AttributeChange]:
    """Effects happen in their order, so that another order is a difference."""
    if old != new and sorted(old) == sorted(new):
        yield AttributeChange("then, in another order", ", ".join(old), ", ".join(new))


def _attribute_changes(old: tuple[Attribute, ...], new: tuple[Attribute, ...]) -> Iterator[AttributeChange]:
    for was, now in changed_pairs(old, new, identity=identity, pair_by=pairing_key):
        yield from attribute_changes(was, now)


def _effect_name(effect: tuple[Attribute, ...]) -> str:
    return effect[0].label


def _effect_identity(effect: tuple[Attribute, ...]) -> str:
    return "\n".join(map(identity, effect))
