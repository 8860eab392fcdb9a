"""Hypothesis strategies: any rule on any JSON, and rules that mean something with schemas and data they fit."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from random import Random
from typing import Any, TypeAlias

from hypothesis import strategies as st

from rules.operators import OPERATORS

numbers = st.one_of(
    st.integers(-5, 5),
    st.integers(-(10**40), 10**40),
    st.decimals(allow_nan=False, allow_infinity=False, min_value=-1000, max_value=1000, places=2),
    st.sampled_from([Decimal("0.1"), Decimal("1E+6000"), Decimal("1E-6000"), 0.1, 1e300]),
)
texts = st.one_of(
    st.sampled_from(["", "a", "b.c", "1", "2.5", "web", "1x", "0x1F", "2026-01-02T03:04:05Z"]), st.text(max_size=3)
)
json_values = st.recursive(
    st.one_of(st.none(), st.booleans(), numbers, texts),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from("abcd"), inner, max_size=3)),
    max_leaves=8,
)
paths = st.sampled_from(["", "a", "b", "c", "a.b", "a.0", "b.length", "current", "accumulator", "current.a", None, 0])


def _call(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    def of(operator: Any) -> st.SearchStrategy[Any]:
        most = operator.least + 2 if operator.most is None else operator.most
        return st.lists(inner, min_size=operator.least, max_size=most).map(lambda operands: {operator.name: operands})

    return st.sampled_from(OPERATORS).flatmap(of)


any_rules = st.recursive(
    st.one_of(st.none(), st.booleans(), numbers, texts, paths.map(lambda path: {"var": path})),
    lambda inner: st.one_of(_call(inner), _call(inner), _call(inner), st.lists(inner, max_size=3)),
    max_leaves=14,
)


@dataclass(frozen=True)
class World:
    """A schema, values it accepts, and a rule over them that may or may not be well typed."""

    schema: dict[str, Any]
    rule: Any
    values: list[Any]


_LEAVES: dict[str, tuple[dict[str, Any], list[Any]]] = {
    "number": ({"type": "number"}, [-4, -1, 0, 1, 2, 7, Decimal("0.5"), Decimal("-2.5")]),
    "positive": ({"type": "integer", "minimum": 1}, [1, 2, 5]),
    "text": ({"type": "string"}, ["", "a", "web", "abc", "12"]),
    "channel": ({"enum": ["web", "store", "app"]}, ["web", "store", "app"]),
    "flag": ({"type": "boolean"}, [True, False]),
    "dated": (
        {"type": "string", "format": "date-time"},
        ["2026-01-02T03:04:05Z", "2024-02-29T23:59:60+02:00", "1999-12-31T00:00:00.5-11:00"],
    ),
    "nullable": ({"type": ["string", "null"]}, [None, "", "a"]),
    "nullable number": ({"type": ["null", "number"]}, [None, 0, 3, Decimal("1.5")]),
    "texts": ({"type": "array", "items": {"type": "string"}}, [[], ["a"], ["web", "x", "a"]]),
}
Places: TypeAlias = list[tuple[str, dict[str, Any]]]


def _object(random: Random, depth: int) -> tuple[dict[str, Any], Callable[[], Any]]:
    """A schema of an object, and a maker of values it accepts."""
    properties: dict[str, Any] = {}
    makers: dict[str, Callable[[], Any]] = {}
    for name in random.sample("pqrst", random.randint(2, 5)):
        kind = random.choice([*_LEAVES, *(["object", "items", "items"] if depth else [])])
        if kind in _LEAVES:
            properties[name], values = _LEAVES[kind]
            makers[name] = partial(random.choice, values)
            continue
        properties[name], makers[name] = inner, make = _object(random, depth - 1)
        if kind == "items":
            properties[name] = {"type": "array", "items": inner}
            makers[name] = partial(_several, random, make)
    required = [name for name in properties if random.random() < 0.6]
    schema = {"type": "object", "properties": properties, "required": required}
    return schema, lambda: {name: make() for name, make in makers.items() if name in required or random.random() < 0.5}


def _several(random: Random, make: Callable[[], Any]) -> list[Any]:
    return [make() for _ in range(random.randint(0, 3))]


class _Author:
    """Writes rules as a person would: mostly of the right type, sometimes not, with and without guards."""

    def __init__(self, random: Random) -> None:
        self.pick = random.choice
        self.chance = random.random

    def one(self, *ways: Callable[[], Any]) -> Any:
        return self.pick(ways)()

    def var(self, scope: Places, default: Any, *kinds: str) -> Any:
        found = [path for path, schema in scope if _kind(schema) in kinds or self.chance() < 0.02]
        if not found:
            return default
        path = self.pick(found)
        return {"var": [path, default]} if self.chance() < 0.4 else {"var": path}

    def boolean(self, scope: Places, depth: int) -> Any:
        def again() -> Any:
            return self.boolean(scope, depth - 1)

        if not depth:
            return self.one(lambda: self.comparison(scope, 0), lambda: self.var(scope, False, "boolean"))
        return self.one(
            lambda: self.comparison(scope, depth - 1),
            lambda: {"and": [again(), again()]},
            lambda: {"or": [again(), again()]},
            lambda: {"!": [again()]},
            lambda: {"if": [again(), again(), again()]},
            lambda: self.guarded(scope, depth),
            lambda: self.guarded(scope, depth),
            lambda: self.loop(scope, depth),
        )

    def guarded(self, scope: Places, depth: int) -> Any:
        path, schema = self.pick(scope)
        var = {"var": path}
        uses = {
            "number": lambda: {">": [var, self.number(scope, 0)]},
            "null": lambda: {self.pick(["==", "<"]): [{"cat": [var]}, "a"]},
            "string": lambda: {"<": [var, self.text(scope, depth - 1)]},
            "date-time": lambda: {"<": [{"date": [var]}, {"date": ["2026-01-01"]}]},
        }
        use = uses.get(_kind(schema), lambda: self.boolean(scope, depth - 1))()
        if self.chance() < 0.3:
            return {"if": [self.pick([{"!": [var]}, {"==": [var, None]}, {"missing": [path]}]), False, use]}
        guard = self.pick(
            [var, {"!=": [var, None]}, {"!!": [var]}, {"!": [{"missing": [path]}]}, {"in": [var, ["a", "web"]]}]
        )
        return self.pick([{"and": [guard, use]}, {"if": [guard, use, True]}, {"or": [{"!": [guard]}, use]}])

    def loop(self, scope: Places, depth: int) -> Any:
        arrays = [(path, schema) for path, schema in scope if schema.get("type") == "array"]
        if not arrays:
            return self.comparison(scope, depth - 1)
        path, schema = self.pick(arrays)
        inner, elements = places(schema["items"]), {"var": path}
        if self.chance() < 0.3:
            elements = {"filter": [elements, self.boolean(inner, 0)]}
        return {self.pick(["some", "all", "none"]): [elements, self.boolean(inner, depth - 1)]}

    def comparison(self, scope: Places, depth: int) -> Any:
        sort = self.pick([self.number, self.text, self.text, self.number, self.date])
        if sort != self.date and self.chance() < 0.5:
            return {self.pick(["==", "!=", "===", "!=="]): [sort(scope, depth), sort(scope, depth)]}
        if self.chance() < 0.2:
            return {"in": [self.text(scope, depth), self.pick([["web", "a", "store"], "web"])]}
        return {self.pick(["<", "<=", ">", ">="]): [sort(scope, depth), sort(scope, depth)]}

    def number(self, scope: Places, depth: int) -> Any:
        def again() -> Any:
            return self.number(scope, depth - 1)

        if not depth or self.chance() < 0.4:
            leaf = self.var(scope, 1, "number", "integer", "null")
            return leaf if self.chance() < 0.7 else self.pick([0, 1, 2, Decimal("0.5")])
        return self.one(
            lambda: {self.pick(["+", "-", "*", "min", "max"]): [again(), again()]},
            lambda: {self.pick(["/", "%"]): [again(), self.one(lambda: 2, lambda: 4, again)]},
            lambda: {"if": [self.comparison(scope, depth - 1), again(), again()]},
            lambda: self.reduce(scope, depth),
        )

    def reduce(self, scope: Places, depth: int) -> Any:
        arrays = [(path, schema) for path, schema in scope if schema.get("type") == "array"]
        if not arrays:
            return 1
        path, schema = self.pick(arrays)
        inner = [(f"current.{name}" if name else "current", field) for name, field in places(schema["items"])]
        return {"reduce": [{"var": path}, {"+": [{"var": "accumulator"}, self.number(inner, depth - 1)]}, 0]}

    def text(self, scope: Places, depth: int) -> Any:
        leaf = self.var(scope, "a", "string", "enum", "null") if self.chance() < 0.7 else self.pick(["web", "a", ""])
        if not depth:
            return leaf
        return self.one(
            lambda: leaf,
            lambda: {"cat": [self.text(scope, depth - 1), self.one(lambda: self.number(scope, 0), lambda: "x")]},
            lambda: {"substr": [self.text(scope, depth - 1), self.pick([0, 1, -1])]},
            lambda: {"or": [leaf, "web"]},
        )

    def date(self, scope: Places, _depth: int) -> Any:
        return {"date": self.var(scope, "2026-01-01", "date-time")}


def places(schema: dict[str, Any]) -> Places:
    """Every path into values of a schema, with the schema there."""
    if schema.get("type") != "object":
        return [("", schema)]
    found = []
    for name, field in schema["properties"].items():
        found.append((name, field))
        if field.get("type") == "object":
            found += [(f"{name}.{inner}", deeper) for inner, deeper in places(field)]
    return found


def _kind(schema: dict[str, Any]) -> str:
    if "enum" in schema:
        return "enum"
    names = schema["type"]
    return schema.get("format") or (names if isinstance(names, str) else "null")


def _world(seed: int) -> World:
    random = Random(seed)
    schema, make = _object(random, 2)
    return World(schema, _Author(random).boolean(places(schema), 3), [make() for _ in range(6)])


worlds = st.integers(0, 2**63).map(_world)
"""By a seed: drawing each choice would cost more than all that is tested."""
