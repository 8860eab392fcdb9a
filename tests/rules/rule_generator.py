"""Writes well-typed rules as a person would, over every operator, with guards and defaults where they are needed."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from random import Random
from typing import Any, TypeAlias

from tests.rules.schema_generator import Field, FieldPath, field_paths

Rule: TypeAlias = Any
Scope: TypeAlias = list[FieldPath]
Way: TypeAlias = Callable[[], Rule]

NUMBER, TEXT, BOOLEAN, DATE = Field("number"), Field("text"), Field("boolean"), Field("date")
_TEXTS = ("web", "a", "", "store", "12")
_NUMBERS = (0, 1, 2, 4, Decimal("0.5"), Decimal("-1.25"))
_INSTANTS = ("2026-01-01", "2024-02-29T12:00:00Z", "1999-12-31T23:59:59+01:00")


class RuleGenerator:
    """Writes expressions of a wanted type; `plain` leaves out what is Laurel's own."""

    def __init__(self, random: Random, *, plain: bool = False) -> None:
        self._pick = random.choice
        self._chance = random.random
        self._plain = plain

    # -- true or false

    def boolean(self, scope: Scope, depth: int) -> Rule:
        """True or false, and nothing else."""
        if depth < 1:
            return self._one(
                lambda: self._comparison(scope, 0),
                lambda: self._comparison(scope, 0),
                lambda: self._flag(scope),
                lambda: {self._pick(["!", "!!"]): [self._var(scope)]},
            )
        more = depth - 1
        return self._one(
            lambda: self._comparison(scope, more),
            lambda: self._comparison(scope, more),
            lambda: self._junction(scope, more),
            lambda: {self._pick(["!", "!!"]): [self._any(scope, more)]},
            lambda: {self._choice(): [self._truth(scope, more), self.boolean(scope, more), self.boolean(scope, more)]},
            lambda: self._else_if(scope, more),
            lambda: self._guarded(scope, more, self.boolean),
            lambda: self._guarded(scope, more, self.boolean),
            lambda: self._search(scope, more),
            lambda: self._missing(scope) if self._chance() < 0.5 else self._text_test(scope, more),
            lambda: self._text_test(scope, more),
        )

    def _truth(self, scope: Scope, depth: int) -> Rule:
        """What is only asked whether it is true."""
        return self.boolean(scope, depth) if self._chance() < 0.8 else self._any(scope, depth)

    def _junction(self, scope: Scope, depth: int) -> Rule:
        several = [self.boolean(scope, depth) for _ in range(self._pick([1, 2, 2, 3]))]
        return {self._pick(["and", "or"]): several}

    def _else_if(self, scope: Scope, depth: int) -> Rule:
        pairs = [part for _ in range(2) for part in (self._truth(scope, 0), self.boolean(scope, depth))]
        return {"if": [*pairs, self.boolean(scope, 0)]}

    def _flag(self, scope: Scope) -> Rule:
        return self._sure(scope, "boolean", self._pick([True, False])) or {"!": [self._var(scope)]}

    def _comparison(self, scope: Scope, depth: int) -> Rule:
        ways = (
            [self._ordered] * 4
            + [self._equal] * 4
            + [self._enum, self._enum, self._among, self._among, self._with_null]
        )
        return self._pick(ways)(scope, depth)

    def _sorted(self) -> Callable[[Scope, int], Rule]:
        return self._pick([self.number, self.text] if self._plain else [self.number, self.text, self.date])

    def _ordered(self, scope: Scope, depth: int) -> Rule:
        sort = self._sorted()
        if self._chance() < 0.2:
            return {self._pick(["<", "<="]): [sort(scope, depth), sort(scope, 0), sort(scope, 0)]}
        return {self._pick(["<", "<=", ">", ">="]): [sort(scope, depth), sort(scope, depth)]}

    def _equal(self, scope: Scope, depth: int) -> Rule:
        sort = self._sorted()
        one, other = sort(scope, depth), sort(scope, depth)
        if not isinstance(one, dict) and not isinstance(other, dict):  # two literals: true or false for ever
            one = {"cat": [one, "x"]} if isinstance(one, str) else {"+": [one, 1]}
        return {self._pick(["==", "!=", "===", "!=="]): [one, other]}

    def _enum(self, scope: Scope, depth: int) -> Rule:
        """A field, there or not, with one of its own values."""
        found = [place for place in scope if place.field.values]
        if not found:
            return self._equal(scope, depth)
        place = self._pick(found)
        sides = [{"var": place.path}, self._pick(place.field.values)]
        return {self._pick(["==", "!=", "===", "!=="]): sides if self._chance() < 0.8 else sides[::-1]}

    def _with_null(self, scope: Scope, _depth: int) -> Rule:
        return {self._pick(["==", "!=", "===", "!=="]): [self._var(scope), None]}

    def _among(self, scope: Scope, depth: int) -> Rule:
        """A value in a list, an element in a field, or a text in a text."""
        lists = [place for place in scope if place.field.element and place.field.element.sort in ("text", "number")]
        if lists and self._chance() < 0.3:
            place = self._pick(lists)
            assert place.field.element is not None
            sought = self._leaf(scope, place.field.element)
            return {"in": [sought, {"var": place.path}]}
        enums = [place for place in scope if place.field.values]
        if enums and self._chance() < 0.5:
            place = self._pick(enums)
            return {"in": [{"var": place.path}, [self._pick(place.field.values) for _ in range(2)]]}
        return self._one(
            lambda: {"in": [self.text(scope, depth), ["web", "a", self.text(scope, 0)]]},
            lambda: {"in": [self.number(scope, depth), [0, 2, Decimal("0.5")]]},
            lambda: {"in": [self.text(scope, 0), self.text(scope, depth)]},
        )

    def _missing(self, scope: Scope) -> Rule:
        paths = [place.path for place in scope if place.path]
        if not paths:
            return self._comparison(scope, 0)
        paths = [self._pick(paths) for _ in range(self._pick([1, 2, 3]))]
        return self._one(
            lambda: {"!": [{"missing": paths}]},
            lambda: {"!!": [{"missing_some": [self._pick([1, 2, len(paths)]), paths]}]},
        )

    def _search(self, scope: Scope, depth: int) -> Rule:
        array, element = self._array(scope, depth)
        return {self._pick(["some", "all", "none"]): [array, self._truth(field_paths(element), depth)]}

    def _text_test(self, scope: Scope, depth: int) -> Rule:
        if self._plain:
            return self._comparison(scope, depth)
        return {self._pick(["starts_with", "ends_with"]): [self.text(scope, depth), self.text(scope, 0)]}

    # -- guards

    def _guarded(self, scope: Scope, depth: int, write: Callable[[Scope, int], Rule]) -> Rule:
        """What relies on a field that may be missing, behind a test that it is there."""
        unsure = [place for place in scope if not place.sure and _is_tellable(place)]
        if not unsure:
            return write(scope, depth)
        place = self._pick(unsure)
        there, absent = self._guard(place)
        use, otherwise = write(_assured(scope, place), depth), write(scope, 0)
        ways: list[Rule] = [{"if": [there, use, otherwise]}, {"if": [absent, otherwise, use]}]
        if write == self.boolean:
            ways += [{"and": [there, use]}, {"or": [{"!!": [absent]}, use]}, {"and": [{"!!": [there]}, True, use]}]
        return self._pick(ways)

    def _guard(self, place: FieldPath) -> tuple[Rule, Rule]:
        """A test that a field is there, and one that it is not."""
        var = {"var": place.path}
        guards = [
            (var, {"!": [var]}),
            ({"!!": [var]}, {"!": [{"!!": [var]}]}),
            ({"!=": [var, None]}, {"==": [var, None]}),
            ({"!==": [None, var]}, {"===": [None, var]}),
            ({"!": [{"missing": [place.path]}]}, {"missing": [place.path]}),
            ({"!": [{"missing_some": [1, [place.path]]}]}, {"missing_some": [1, [place.path]]}),
        ]
        if place.field.values:
            guards.append(({"in": [var, list(place.field.values)]}, {"!": [{"in": [var, list(place.field.values)]}]}))
            guards.append(({"==": [var, place.field.values[0]]}, {"!=": [var, place.field.values[0]]}))
        return self._pick(guards)

    # -- numbers

    def number(self, scope: Scope, depth: int) -> Rule:
        """A number, never null."""
        if depth < 1 or self._chance() < 0.2:
            return self._leaf(scope, NUMBER)
        more = depth - 1
        ways: list[Way] = [
            lambda: {self._pick(["+", "-", "*", "min", "max"]): [self.number(scope, more), self.number(scope, more)]},
            lambda: {self._pick(["+", "*", "min", "max"]): [self.number(scope, 0) for _ in range(3)]},
            lambda: {self._pick(["-", "+", "*"]): [self.number(scope, more)]},
            lambda: {self._pick(["/", "%"]): [self.number(scope, more), self._divisor(scope)]},
            lambda: {"if": [self.boolean(scope, more), self.number(scope, more), self.number(scope, 0)]},
            lambda: self._guarded(scope, more, self.number),
            lambda: self._sum(scope, more),
        ]
        if not self._plain:
            ways += [
                lambda: {"length": [self._one(lambda: self.text(scope, more), lambda: self._array(scope, more)[0])]},
                lambda: {self._pick(["year", "month", "day", "hour"]): [self.date(scope, more)]},
                lambda: {"days_between": [self.date(scope, more), self.date(scope, 0)]},
                lambda: {"log": [self.number(scope, more)]},
            ]
        return self._pick(ways)()

    def _divisor(self, scope: Scope) -> Rule:
        """A number that is never 0; a plain one divides without a rest in a double, too."""
        if self._plain:
            return self._pick([2, 4, Decimal("0.5")])
        found = [place for place in scope if place.field.sort == "number"]
        if not found or self._chance() < 0.3:
            return self._pick([2, 3, Decimal("0.1")])
        place = self._pick(found)
        var = {"var": place.path}
        if place.sure and not place.field.zero:
            return var
        return self._pick([{"if": [var, var, 7]}, {"or": [var, 3]}])

    def _sum(self, scope: Scope, depth: int) -> Rule:
        array, element = self._array(scope, depth)
        inner = [*field_paths(element, "current"), FieldPath("accumulator", NUMBER, True)]
        body = {"+": [{"var": "accumulator"}, self.number(inner, depth)]}
        return {"reduce": [array, body if self._chance() < 0.8 else self.number(inner, depth), 0]}

    # -- texts and dates

    def text(self, scope: Scope, depth: int) -> Rule:
        """A text, never null."""
        if depth < 1 or self._chance() < 0.2:
            return self._leaf(scope, TEXT)
        more = depth - 1
        ways: list[Way] = [
            lambda: {"cat": [self.text(scope, more), self._one(lambda: self.number(scope, 0), lambda: "x")]},
            lambda: {"substr": [self.text(scope, more), self._pick([0, 1, -2])]},
            lambda: {"substr": [self.text(scope, more), self._pick([0, 1, -2]), self._pick([1, -1, 3])]},
            lambda: {"if": [self._truth(scope, more), self.text(scope, more), self.text(scope, 0)]},
            lambda: {"or": [self.text(scope, more), "web"]},
            lambda: self._guarded(scope, more, self.text),
        ]
        if not self._plain:
            ways += [
                lambda: {self._pick(["lower", "upper"]): [self.text(scope, more)]},
                lambda: {"weekday": [self.date(scope, more)]},
            ]
        return self._pick(ways)()

    def date(self, scope: Scope, depth: int) -> Rule:
        """An instant, never null."""
        if depth > 0 and self._chance() < 0.4:
            return self._one(
                lambda: {"if": [self._truth(scope, 0), self.date(scope, depth - 1), self.date(scope, 0)]},
                lambda: self._guarded(scope, depth - 1, self.date),
            )
        literal = {"date": self._pick(_INSTANTS)}
        instants = [place for place in scope if place.field.sort == "instant" and place.sure]
        if instants and self._chance() < 0.6:
            return {"var": self._pick(instants).path}
        dated = [place for place in scope if place.field.sort == "date"]
        if not dated or self._chance() < 0.2:
            return literal
        place = self._pick(dated)
        var = {"date": [{"var": place.path}]}
        if place.sure or not _is_tellable(place):
            return var if place.sure else literal
        there, absent = self._guard(place)
        return self._pick([{"if": [there, var, literal]}, {"if": [absent, literal, var]}])

    # -- arrays

    def _array(self, scope: Scope, depth: int) -> tuple[Rule, Field]:
        """An array, and what its elements are."""
        found = [place for place in scope if place.field.sort == "array"]
        if found and self._chance() < 0.8:
            place = self._pick(found)
            assert place.field.element is not None
            array, element = self._array_at(place), place.field.element
        else:
            array, element = self._pick([([1, 2, Decimal("0.5")], NUMBER), (["web", "a", ""], TEXT)])
        if depth < 1 or self._chance() < 0.5:
            return array, element
        body = field_paths(element)
        return self._one(
            lambda: ({"filter": [array, self._truth(body, depth - 1)]}, element),
            lambda: ({"map": [array, self.number(body, depth - 1)]}, NUMBER),
            lambda: ({"map": [array, self.text(body, depth - 1)]}, TEXT),
            lambda: ({"merge": [{"map": [array, self.number(body, 0)]}, [self.number(scope, 0)]]}, NUMBER),
        )

    def _array_at(self, place: FieldPath) -> Rule:
        """A loop over what is missing has no turns, so nothing needs to be made sure of."""
        var = {"var": place.path}
        return {"var": [place.path, []]} if not place.sure and self._chance() < 0.3 else var

    # -- anything

    def _any(self, scope: Scope, depth: int) -> Rule:
        return self._one(
            lambda: self._var(scope),
            lambda: self.number(scope, depth),
            lambda: self.text(scope, depth),
            lambda: self._array(scope, depth)[0],
            lambda: self.boolean(scope, depth),
        )

    def value(self, scope: Scope, depth: int) -> Rule:
        """Anything at all."""
        return self._any(scope, depth)

    def _var(self, scope: Scope) -> Rule:
        return {"var": self._pick(scope).path}

    def _leaf(self, scope: Scope, wanted: Field) -> Rule:
        """A field of a sort, or a literal."""
        literal = self._pick(_NUMBERS if wanted.sort == "number" else wanted.values or _TEXTS)
        if self._chance() < 0.3:
            return literal
        found = self._sure(scope, wanted.sort, literal)
        return literal if found is None else found

    def _sure(self, scope: Scope, sort: str, otherwise: Rule) -> Rule | None:
        """A field of a sort, made sure of where it may be missing; None where there is none."""
        found = [place for place in scope if place.field.sort == sort]
        if not found:
            return None
        place = self._pick(found)
        var = {"var": place.path}
        if place.sure:
            return var if self._chance() < 0.9 else {"var": [place.path, otherwise]}
        ways: list[Rule] = [] if place.field.nullable else [{"var": [place.path, otherwise]}] * 3
        if _is_tellable(place):
            there, absent = self._guard(place)
            ways += [{"if": [there, var, otherwise]}, {"if": [absent, otherwise, var]}]
        return self._pick(ways) if ways else otherwise

    def _one(self, *ways: Callable[[], Any]) -> Any:
        return self._pick(ways)()

    def _choice(self) -> str:
        return self._pick(["if", "if", "?:"])


def _is_tellable(place: FieldPath) -> bool:
    """Whether a test that it is there is understood: elements at an index are not told apart."""
    return bool(place.path) and not place.path.endswith(".0") and ".0." not in place.path


def _assured(scope: Scope, there: FieldPath) -> Scope:
    """The scope where one field is known to be there."""
    outer = {".".join(there.path.split(".")[:end]) for end in range(1, there.path.count(".") + 2)}
    known = [
        replace(place, sure=True) if place.path in outer and place.field.sort != "anything" else place
        for place in scope
    ]
    if there.field.sort != "object":
        return known
    inner = {place.path: place for place in field_paths(there.field, there.path)}
    return [inner.get(place.path, place) if place.path != there.path else place for place in known]
