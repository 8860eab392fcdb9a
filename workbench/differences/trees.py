"""The differences of two JSON trees: schemas, and templates with rules."""

from collections.abc import Callable, Iterator
from typing import Any

from loyalty.program.logic import Logic, Template
from rules import exact
from rules.values import Json
from workbench.differences.expressions import around_difference, json_of, shorten
from workbench.differences.model import AttributeChange


def template_json(template: Template) -> Json:
    """Return a template as the JSON of its file."""
    match template:
        case Logic():
            return json_of(template.expression)
        case dict():
            return {key: template_json(value) for key, value in template.items()}
        case list():
            return [template_json(value) for value in template]
        case literal:
            return literal


def one_line(tree: Json) -> str:
    """Return a tree as JSON on one line, cut if it is long."""
    return shorten(exact.dumps(tree))


def tree_changes(about: str, old: Json, new: Json) -> Iterator[AttributeChange]:
    """Yield the changes between two trees, by their paths."""
    match old, new:
        case dict(), dict():
            for key, before, since in _by_key(old, new):
                yield from _either(f"{about}.{key}", before, since, tree_changes)
        case list(), list() if len(old) == len(new):
            for position, (before, since) in enumerate(zip(old, new, strict=True)):
                yield from tree_changes(f"{about}[{position}]", before, since)
        case _ if (was := exact.dumps(old)) != (now := exact.dumps(new)):
            yield AttributeChange(about, *around_difference(was, now))


def schema_changes(about: str, old: Json, new: Json) -> Iterator[AttributeChange]:
    """Yield the changes between two JSON Schemas, by the path of the described value and the keyword."""
    if not isinstance(old, dict) or not isinstance(new, dict):
        yield from tree_changes(about, old, new)
        return
    for keyword, before, since in _by_key(old, new):
        match keyword:
            case "properties" if isinstance(before, dict) and isinstance(since, dict):
                for name, was, now in _by_key(before, since):
                    yield from _either(f"{about}.{name}", was, now, schema_changes)
            case "items":
                yield from _either(f"{about}[]", before, since, schema_changes)
            case "required" | "enum" | "type":
                yield from _set_changes(f"{about} {keyword}", before, since)
            case _:
                yield from _either(f"{about} {keyword}", before, since, tree_changes)


class _Absent:
    """There is nothing under a key: not even null."""


_ABSENT = _Absent()


def _by_key(old: dict[str, Any], new: dict[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    for key in dict.fromkeys((*old, *new)):
        yield key, old.get(key, _ABSENT), new.get(key, _ABSENT)


def _either(
    about: str, old: Any, new: Any, compare: Callable[[str, Json, Json], Iterator[AttributeChange]]
) -> Iterator[AttributeChange]:
    if isinstance(old, _Absent) or isinstance(new, _Absent):
        yield AttributeChange(about, _shown(old), _shown(new))
    else:
        yield from compare(about, old, new)


def _set_changes(about: str, old: Any, new: Any) -> Iterator[AttributeChange]:
    """Yield what was added to and removed from a list whose order means nothing; a single value is a list of one."""
    before, since = ({exact.dumps(value): None for value in _listed(values)} for values in (old, new))
    removed, added = (
        [value for value in before if value not in since],
        [value for value in since if value not in before],
    )
    if removed or added:
        was, now = ", ".join(removed) or None, ", ".join(added) or None
        yield AttributeChange(about, was and shorten(was), now and shorten(now))


def _listed(values: Any) -> list[Any]:
    if isinstance(values, _Absent):
        return []
    return values if isinstance(values, list) else [values]


def _shown(value: Any) -> str | None:
    return None if isinstance(value, _Absent) else one_line(value)
