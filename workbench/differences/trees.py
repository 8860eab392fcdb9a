"""Where two JSON trees differ: schemas, and what rules fill in."""

from collections.abc import Callable, Iterator
from typing import Any

from loyalty.program.logic import Logic, Template
from rules import exact
from rules.values import Json
from workbench.differences.expressions import apart, cut, json_of
from workbench.differences.model import Part


def plain(template: Template) -> Json:
    """A template as the JSON of its file."""
    match template:
        case Logic():
            return json_of(template.expression)
        case dict():
            return {key: plain(value) for key, value in template.items()}
        case list():
            return [plain(value) for value in template]
        case literal:
            return literal


def shown(tree: Json) -> str:
    """A tree on one line that is not long."""
    return cut(exact.dumps(tree))


def tree_parts(about: str, old: Json, new: Json) -> Iterator[Part]:
    """The parts in which two trees differ, by their paths."""
    match old, new:
        case dict(), dict():
            for key, before, since in _by_key(old, new):
                yield from _either(f"{about}.{key}", before, since, tree_parts)
        case list(), list() if len(old) == len(new):
            for position, (before, since) in enumerate(zip(old, new, strict=True)):
                yield from tree_parts(f"{about}[{position}]", before, since)
        case _ if (was := exact.dumps(old)) != (now := exact.dumps(new)):
            yield Part(about, *apart(was, now))


def schema_parts(about: str, old: Json, new: Json) -> Iterator[Part]:
    """The parts in which two JSON Schemas differ: the path of the value each is about, and the keyword."""
    if not isinstance(old, dict) or not isinstance(new, dict):
        yield from tree_parts(about, old, new)
        return
    for keyword, before, since in _by_key(old, new):
        match keyword:
            case "properties" if isinstance(before, dict) and isinstance(since, dict):
                for name, was, now in _by_key(before, since):
                    yield from _either(f"{about}.{name}", was, now, schema_parts)
            case "items":
                yield from _either(f"{about}[]", before, since, schema_parts)
            case "required" | "enum" | "type":
                yield from _set_parts(f"{about} {keyword}", before, since)
            case _:
                yield from _either(f"{about} {keyword}", before, since, tree_parts)


class _Absent:
    """There is nothing under a key: not even null."""


_ABSENT = _Absent()


def _by_key(old: dict[str, Any], new: dict[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    for key in dict.fromkeys((*old, *new)):
        yield key, old.get(key, _ABSENT), new.get(key, _ABSENT)


def _either(about: str, old: Any, new: Any, compare: Callable[[str, Json, Json], Iterator[Part]]) -> Iterator[Part]:
    if isinstance(old, _Absent) or isinstance(new, _Absent):
        yield Part(about, _shown(old), _shown(new))
    else:
        yield from compare(about, old, new)


def _set_parts(about: str, old: Any, new: Any) -> Iterator[Part]:
    """What came and went in a list whose order says nothing; a value alone is a list of one."""
    before, since = ({exact.dumps(value): None for value in _listed(values)} for values in (old, new))
    gone, come = [value for value in before if value not in since], [value for value in since if value not in before]
    if gone or come:
        was, now = ", ".join(gone) or None, ", ".join(come) or None
        yield Part(about, was and cut(was), now and cut(now))


def _listed(values: Any) -> list[Any]:
    if isinstance(values, _Absent):
        return []
    return values if isinstance(values, list) else [values]


def _shown(value: Any) -> str | None:
    return None if isinstance(value, _Absent) else shown(value)
