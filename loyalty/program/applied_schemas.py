"""The subschemas that a JSON Schema applies to one value, through `$ref` and combinations, and to its parts."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple, TypeAlias
from urllib.parse import unquote

from loyalty.program.pattern_size import pattern_size
from rules.json_pointer import json_part, resolve

UNBOUNDED: Final = 10**12
"""Work is not counted beyond this."""

MOST_STEPS: Final = 500_000
"""The most steps of the analysis of one schema: one that needs more counts as unbounded."""

MOST_REFERENCES: Final = 100
"""The most `$ref` followed to one schema: more than a program may have."""

Path: TypeAlias = tuple[str | int, ...]


class Work(NamedTuple):
    """The most work for one value: schemas applied to it, sizes of patterns for each character, possible errors."""

    visits: int = 0
    patterns: int = 0
    errors: int = 0

    def plus(self, other: "Work", times: int = 1) -> "Work":
        """Return this work plus another one, a number of times."""
        return Work(*(min(UNBOUNDED, mine + theirs * times) for mine, theirs in zip(self, other, strict=True)))

    def at_least(self, other: "Work") -> "Work":
        """Return the maximum of both, for each kind of work."""
        return Work(*map(max, self, other))


@dataclass(slots=True)
class Children:
    """The schemas that apply to each field or item, with how often; `rest`: to those without a schema of their own."""

    named: dict[str | int, Counter[int]] = field(default_factory=dict)
    rest: Counter[int] = field(default_factory=Counter)

    def of(self, key: str | int) -> Counter[int]:
        """Return the schemas that apply to the child of a name or at an index."""
        return self.named.get(key, self.rest)

    def choices(self) -> list[Counter[int]]:
        """Return the sets of schemas that may apply to one child, without duplicates."""
        sets = {frozenset(each.items()): each for each in (*self.named.values(), self.rest) if each}
        return list(sets.values())


@dataclass(slots=True)
class Applied:
    """All schemas that apply to one value, through `$ref` and combinations: to itself, its fields and its items."""

    work: Work
    fields: Children = field(default_factory=Children)
    items: Children = field(default_factory=Children)


class TooLargeToAnalyse(Exception):
    """The analysis of a schema needs too many steps."""


class AppliedSchemas:
    """The schemas inside one schema, by number; the root has number 0."""

    def __init__(self, root: Any) -> None:
        self._root = root
        self._paths: list[Path] = []
        self.schemas: list[Any] = []
        self._indexes: dict[int | Path, int] = {}
        self._applied: dict[tuple[int, bool], Applied] = {}
        self._open: set[tuple[int, bool]] = set()
        self.alternatives: dict[int, list[Counter[int]]] = {}
        """The sets of schemas of which one applies, by the number that represents the choice."""
        self._steps = 0
        self._index(root, ())

    def of(self, index: int) -> Applied:
        """Return all that a schema applies; raise TooLargeToAnalyse."""
        return self._of(index, marks=False)

    def step(self, steps: int = 1) -> None:
        """Count steps of the analysis; raise TooLargeToAnalyse after too many."""
        self._steps += steps
        if self._steps > MOST_STEPS:
            raise TooLargeToAnalyse

    def combining_keyword(self, index: int) -> Path:
        """Return the path of the keyword by which a schema applies others to one value, or the schema's own path."""
        schema, path = self.schemas[index], self._paths[index]
        found = next((keyword for keyword in _COMBINING if isinstance(schema, dict) and keyword in schema), None)
        return path if found is None else (*path, found)

    def _index(self, schema: Any, path: Path) -> int:
        """Return the number of a schema; of one that is only a `$ref`, the number of its target."""
        for _ in range(MOST_REFERENCES):
            if not isinstance(schema, dict) or len(schema) != 1 or not isinstance(schema.get("$ref"), str):
                break
            schema, path = resolve(self._root, schema["$ref"], json_part), _path_of(self._root, schema["$ref"])
        key = id(schema) if isinstance(schema, dict) else path
        if key not in self._indexes:
            self._indexes[key] = self._number(schema, path)
        return self._indexes[key]

    def _number(self, schema: Any, path: Path) -> int:
        self.step()
        self.schemas.append(schema)
        self._paths.append(path)
        return len(self.schemas) - 1

    def _of(self, index: int, *, marks: bool) -> Applied:
        """Return all that a schema applies; `marks`: note for `unevaluated...` which fields and items it describes."""
        key = index, marks
        known = self._applied.get(key)
        if known is not None:
            return known
        if key in self._open:
            raise TooLargeToAnalyse  # infinite recursion: it applies to the same value again
        self._open.add(key)
        applied = self._mark(index) if marks else self._validate(index)
        self._open.discard(key)
        self._applied[key] = applied
        return applied

    def _validate(self, index: int) -> Applied:
        schema, path = self.schemas[index], self._paths[index]
        if not isinstance(schema, dict):
            return Applied(Work(1, 0, 1))
        applied = Applied(_own_work(schema))
        self._add_fields(applied, schema, path)
        self._add_items(applied, schema, path)
        for inner in self._in_place(schema, path):
            self._add(applied, self._of(inner, marks=False))
        branches = [self._of(self._index(schema[word], (*path, word)), marks=False) for word in _branches(schema)]
        self._add(applied, self._either(branches))
        if not _UNEVALUATED.isdisjoint(schema):
            self._add(applied, self._of(index, marks=True))
        return applied

    def _mark(self, index: int) -> Applied:
        schema, path = self.schemas[index], self._paths[index]
        applied = Applied(Work(1))
        if not isinstance(schema, dict):
            return applied
        for word in _UNEVALUATED & schema.keys():
            self._add_everywhere(applied, self._index(schema[word], (*path, word)))
        if "contains" in schema:
            self._add_everywhere(applied, self._index(schema["contains"], (*path, "contains")))
        for inner in self._in_place(schema, path):
            self._add(applied, self._of(inner, marks=False))
            self._add(applied, self._of(inner, marks=True))
        branches = [self._of(self._index(schema[word], (*path, word)), marks=True) for word in _branches(schema)]
        self._add(applied, self._either(branches))
        return applied

    def _in_place(self, schema: dict[str, Any], path: Path) -> Iterator[int]:
        """Return the schemas that apply to the same value, except `then` and `else`."""
        reference = schema.get("$ref")
        if isinstance(reference, str):
            target = resolve(self._root, reference, json_part)
            yield self._index(target, _path_of(self._root, reference))
        for keyword in ("allOf", "anyOf", "oneOf"):
            for number, inner in enumerate(schema.get(keyword, ())):
                yield self._index(inner, (*path, keyword, number))
        for name, inner in schema.get("dependentSchemas", {}).items():
            yield self._index(inner, (*path, "dependentSchemas", name))
        for keyword in ("not", "if"):
            if keyword in schema:
                yield self._index(schema[keyword], (*path, keyword))

    def _add_fields(self, applied: Applied, schema: dict[str, Any], path: Path) -> None:
        fields = applied.fields
        if "additionalProperties" in schema:
            fields.rest[self._index(schema["additionalProperties"], (*path, "additionalProperties"))] += 1
        for name, inner in schema.get("properties", {}).items():
            fields.named[name] = Counter([self._index(inner, (*path, "properties", name))])
        for name, inner in schema.get("patternProperties", {}).items():
            self._apply_to_all(fields, self._index(inner, (*path, "patternProperties", name)))
        if "unevaluatedProperties" in schema:
            self._apply_to_all(fields, self._index(schema["unevaluatedProperties"], (*path, "unevaluatedProperties")))

    def _add_items(self, applied: Applied, schema: dict[str, Any], path: Path) -> None:
        items = applied.items
        if "items" in schema:
            items.rest[self._index(schema["items"], (*path, "items"))] += 1
        for number, inner in enumerate(schema.get("prefixItems", ())):
            items.named[number] = Counter([self._index(inner, (*path, "prefixItems", number))])
        for word in ("contains", "unevaluatedItems"):
            if word in schema:
                self._apply_to_all(items, self._index(schema[word], (*path, word)))

    def _apply_to_all(self, children: Children, index: int) -> None:
        self.step(1 + len(children.named))
        for schemas in (*children.named.values(), children.rest):
            schemas[index] += 1

    def _add_everywhere(self, applied: Applied, index: int) -> None:
        self._apply_to_all(applied.fields, index)
        self._apply_to_all(applied.items, index)

    def _add(self, applied: Applied, other: Applied) -> None:
        """Add all that another schema applies to the same value."""
        applied.work = applied.work.plus(other.work)
        for mine, theirs in ((applied.fields, other.fields), (applied.items, other.items)):
            added = theirs.named if not theirs.rest else {*mine.named, *theirs.named}
            self.step(1 + len(added) * (1 + len(theirs.rest)))
            mine.named |= {name: _sum_of(mine.of(name), theirs.of(name)) for name in added}
            mine.rest = _sum_of(mine.rest, theirs.rest)

    def _either(self, branches: list[Applied]) -> Applied:
        """Return what one of several branches applies."""
        if len(branches) < 2:
            return branches[0] if branches else Applied(Work())
        applied = Applied(Work())
        for branch in branches:
            applied.work = applied.work.at_least(branch.work)
        applied.fields = self._one_of([branch.fields for branch in branches])
        applied.items = self._one_of([branch.items for branch in branches])
        return applied

    def _one_of(self, branches: list[Children]) -> Children:
        names = {name for branch in branches for name in branch.named}
        self.step(1 + len(names))
        named = {name: self._choice([branch.of(name) for branch in branches]) for name in names}
        return Children(named, self._choice([branch.rest for branch in branches]))

    def _choice(self, sets: list[Counter[int]]) -> Counter[int]:
        """Return the number of a choice between several sets of schemas."""
        distinct = list({frozenset(each.items()): each for each in sets if each}.values())
        if len(distinct) < 2:
            return distinct[0] if distinct else Counter()
        number = self._number(None, ())
        self.alternatives[number] = distinct
        return Counter([number])


_UNEVALUATED: Final = frozenset({"unevaluatedItems", "unevaluatedProperties"})
_COMBINING: Final = (
    *("oneOf", "anyOf", "allOf", "not", "if", "dependentSchemas", "unevaluatedProperties", "unevaluatedItems"),
    *("contains", "patternProperties", "pattern", "$ref"),
)
"""Keywords by which several schemas apply to one value."""


def _branches(schema: dict[str, Any]) -> list[str]:
    return [word for word in ("then", "else") if word in schema] if "if" in schema else []


def _own_work(schema: dict[str, Any]) -> Work:
    patterns = [schema.get("pattern"), *schema.get("patternProperties", ())]
    names = schema.get("propertyNames")
    if isinstance(names, dict):
        patterns.append(names.get("pattern"))
    sizes = sum(pattern_size(pattern) for pattern in patterns if isinstance(pattern, str))
    needed = len(schema.get("required", ())) + sum(map(len, schema.get("dependentRequired", {}).values()))
    return Work(1, sizes, len(schema) + needed)


def _sum_of(one: Counter[int], other: Counter[int]) -> Counter[int]:
    total = one + other
    for each, times in total.items():
        total[each] = min(times, UNBOUNDED)
    return total


def _path_of(root: Any, reference: str) -> Path:
    """Return the path of the target of a `$ref`."""
    path: list[str | int] = []
    value = root
    for step in unquote(reference).split("/")[1:]:
        name = step.replace("~1", "/").replace("~0", "~")
        path.append(int(name) if isinstance(value, list) else name)
        value = json_part(value, name)
    return tuple(path)
