"""The work of validating bodies by a JSON Schema: how often one value is visited, at most, by the depth of the body.

It grows with the depth if a schema contains itself in two alternatives: both are tried at every level.
"""

from collections import Counter
from collections.abc import Iterable
from typing import Any, Final

from loyalty.program.applied_schemas import UNBOUNDED, AppliedSchemas, Path, TooLargeToAnalyse, Work

DEEPEST: Final = 64
"""The most levels of a body that the API accepts."""


class ValidationCost:
    """The cost of one schema."""

    def __init__(self, schema: Any) -> None:
        self._schemas = AppliedSchemas(schema)
        self._by_depth: dict[tuple[int, int], Work] = {}
        self._children_of: dict[int, list[Counter[int]]] = {}
        self._most: list[Work] = []
        self.fields_with_patterns: frozenset[str] | None = None
        """The fields whose texts, or texts in arrays, are matched with a pattern; None: any field, and names."""
        self._analyse()

    def work(self, depth: int = DEEPEST) -> Work:
        """Return the most work for one value of a body of a depth; beyond `DEEPEST`, that of `DEEPEST`."""
        return self._most[min(depth, len(self._most) - 1)]

    def culprit(self, most: Work) -> Path:
        """Return the path of the keyword, or else of the schema, whose work is more than `most`."""
        index, depth = 0, next(depth for depth, work in enumerate(self._most) if exceeds(work, most))
        try:
            while depth and not exceeds(self._at_depth(index, 0), most):
                if index in self._schemas.alternatives:
                    schemas = self._most_expensive(self._schemas.alternatives[index], depth, most)
                else:
                    depth -= 1
                    schemas = self._most_expensive(self._children(index), depth, most)
                if sum(schemas.values()) > 1:
                    break
                (index,) = schemas
        except TooLargeToAnalyse:
            index = 0
        return self._schemas.combining_keyword(index)

    def _analyse(self) -> None:
        try:
            worst = Work()
            for depth in range(DEEPEST + 1):
                work = self._at_depth(0, depth)
                worst = worst.at_least(work)
                self._most.append(worst)
                if not work.visits:
                    break  # no value is that deep
            if worst.patterns:
                self.fields_with_patterns = self._fields_with_patterns()
        except TooLargeToAnalyse:
            self._most.append(Work(UNBOUNDED, UNBOUNDED, UNBOUNDED))

    def _at_depth(self, index: int, depth: int) -> Work:
        """Return the most work for one value at a number of levels below the value that the schema applies to."""
        known = self._by_depth.get((index, depth))
        if known is not None:
            return known
        worst = Work()
        if index in self._schemas.alternatives:
            for schemas in self._schemas.alternatives[index]:
                worst = worst.at_least(self._sum(schemas, depth))
        elif depth:
            for schemas in self._children(index):
                worst = worst.at_least(self._sum(schemas, depth - 1))
        else:
            worst = self._schemas.of(index).work
        self._by_depth[index, depth] = worst
        return worst

    def _children(self, index: int) -> list[Counter[int]]:
        """Return what may apply to one field or item."""
        if index not in self._children_of:
            applied = self._schemas.of(index)
            self._children_of[index] = [*applied.fields.choices(), *applied.items.choices()]
        return self._children_of[index]

    def _sum(self, schemas: Counter[int], depth: int) -> Work:
        total = Work()
        self._schemas.step(1 + len(schemas))
        for each, times in schemas.items():
            total = total.plus(self._at_depth(each, depth), times)
        return total

    def _most_expensive(self, sets: list[Counter[int]], depth: int, most: Work) -> Counter[int]:
        """Return the first set of schemas whose work is more than `most`."""
        return next(each for each in sets if exceeds(self._sum(each, depth), most))

    def _fields_with_patterns(self) -> frozenset[str] | None:
        names: set[str] = set()
        for index, schema in enumerate(self._schemas.schemas):
            if not isinstance(schema, dict):
                continue
            fields = self._schemas.of(index).fields
            if not _PATTERNS_OF_NAMES.isdisjoint(schema) or self._has_pattern(fields.rest):
                return None
            names |= {str(name) for name, schemas in fields.named.items() if self._has_pattern(schemas)}
        return frozenset(names)

    def _has_pattern(self, schemas: Iterable[int]) -> bool:
        """Return whether a pattern applies to a text, or to a text in arrays."""
        pending, seen = list(schemas), set[int]()
        while pending:
            index = pending.pop()
            if index in seen:
                continue
            seen.add(index)
            self._schemas.step()
            if self._at_depth(index, 0).patterns:
                return True
            sets = self._schemas.alternatives.get(index) or self._schemas.of(index).items.choices()
            pending += (each for schemas in sets for each in schemas)
        return False


_PATTERNS_OF_NAMES: Final = frozenset({"patternProperties", "propertyNames"})


def exceeds(work: Work, most: Work) -> bool:
    """Return whether a work has more visits or larger patterns than another."""
    return work.visits > most.visits or work.patterns > most.patterns
