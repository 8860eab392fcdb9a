"""Mask the values of one member and one event: harmless values stay, everything else is replaced.

The same value is replaced in the same way everywhere, so that equal fields stay equal.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import reduce
from typing import Any, Final, TypeAlias

import rules
from loyalty.program.attributes import fits
from loyalty.program.program import Program
from workbench.masking.harmless import ATTRIBUTES, HarmlessValues, is_date, normalized
from workbench.masking.replacements import Replacement, ReplacementKind
from workbench.masking.rule_usage import FieldPath
from workbench.masking.schema_view import SchemaView

HIDDEN: Final = "•••"
"""The placeholder of hidden values."""


class CannotMask(ValueError):
    """No replacement of a value satisfies the schema; the message is the path of the value."""


class Masker:
    """Masks for one event and its member, under the program that decides it."""

    def __init__(self, program: Program, event_type: str, *, now: datetime) -> None:
        self._program = program
        self._event_type = program.event_types[event_type]
        self._harmless = HarmlessValues(program, today=now.date())
        self._replacements: dict[tuple[str, bool], Replacement] = {}
        """By the value, and whether it is a number."""
        self._taken: set[str] = set()
        """Replacements in use and all texts that were visited, which no other replacement may equal."""

    def add_identifier(self, value: str | None, label: str = "Text") -> None:
        """Add an identifier of the member: it is replaced everywhere, whatever rules do with it."""
        if value:
            self._harmless.add_identifier(value)
            self._replacement(value, ("member",), label=label)

    def mask_body(self, body: Mapping[str, Any], *, event_type: str | None = None) -> Any:
        """Return the event's body, masked so that it satisfies its schema; raise CannotMask if it cannot be.

        `event_type` is the type of the body of another event, which is masked alike.
        """
        of_event = self._event_type if event_type is None else self._program.event_types[event_type]
        path = ("body", of_event.name)

        def masked(write: _Write) -> Any:
            return self._visit(body, path, self._schema_at(path), write)

        masked(_unchanged)  # notes what is to be replaced
        self._choose(
            [each for each in self._replacements.values() if each.text is None],
            lambda: of_event.body.is_valid(masked(_replaced)),
        )
        return masked(_replaced)

    def hide_body(self, body: Mapping[str, Any]) -> Any:
        """Return the event's body with everything hidden that is not known to be harmless; its schema may refuse it."""
        path = ("body", self._event_type.name)
        return self._visit(body, path, self._schema_at(path), _hidden)

    def hide_read(self, name: str, value: Any) -> Any:
        """Return a value that a rule read as `name`, such as `event.body.total`, hidden unless known to be harmless."""
        steps = tuple(step for step in name.split(".") if not step.isdigit())
        path = ("body", self._event_type.name, *steps[2:]) if steps[:2] == ("event", "body") else steps
        return self._visit(value, path, self._schema_at(path), _hidden)

    @property
    def personal_texts(self) -> list[str]:
        """The texts that were masked or hidden so far."""
        return [each.original for each in self._replacements.values() if each.kind != "number"]

    def mask_attributes(self, attributes: Mapping[str, Any]) -> Any:
        """Return the member's attributes, masked."""
        declared = self._program.attributes

        def fit(masked: Mapping[str, Any]) -> bool:
            return all(fits(schema, masked[name]) for name, schema in declared.items() if name in masked)

        return self._mask(attributes, ATTRIBUTES, fit if fit(attributes) else None)

    def mask_profile(self, key: str, value: str | None) -> str | None:
        """Return a text of the member's profile, masked; rules read it as `member.KEY`."""
        return self._mask(value, ("member", key)) if value else None

    def mask_counted(self, achievement: str, value: str) -> str:
        """Return a value that an achievement has counted, masked as in the field that it came from."""
        counted = self._harmless.usage.counted_by(achievement)
        if self._harmless.is_harmless_result(counted, value):
            return value
        if not counted.value.fields:
            return str(self._mask(value, ATTRIBUTES))
        parsed, masked = _parsed(value), value
        for path in sorted(counted.value.fields):
            forms = [(each, self._mask(each, path)) for each in (value, parsed)]
            if any(form == original for original, form in forms):
                return value
            masked = forms[-1][1]
        return masked if isinstance(masked, str) else rules.exact.dumps(masked)

    def _schema_at(self, path: FieldPath) -> SchemaView:
        """Return the schema of a field; of a member's fields, only declared attributes have one."""
        if path[: len(ATTRIBUTES)] == ATTRIBUTES:
            schemas = {name: schema.schema for name, schema in self._program.attributes.items()}
            return reduce(SchemaView.property, path[len(ATTRIBUTES) :], SchemaView({"properties": schemas}))
        if path[0] != "body" or path[1] not in self._program.event_types:
            return SchemaView(True)
        found = SchemaView(self._program.event_types[path[1]].body.schema)
        for step in path[2:]:
            found = found.items().property(step) if not found.declares(step) else found.property(step)
        return found

    # -- values

    def _visit(self, value: Any, path: FieldPath, schema: SchemaView, write: "_Write") -> Any:
        """Return a value, with `write` applied to every text, number and key that is not harmless."""
        if schema.lists(value):
            return value
        match value:
            case Mapping():
                return {
                    self._visit_key(name, path, schema, write): self._visit(
                        each, _inside(path, name), schema.property(name), write
                    )
                    for name, each in value.items()
                }
            case list():
                return [self._visit(each, path, schema.items(), write) for each in value]
            case str():
                is_harmless = self._harmless.is_harmless_text(value, path)
                return value if is_harmless else write(self._text_replacement(value, path), value)
            case bool() | None:
                return value
            case _:
                if self._harmless.is_harmless_number(value, path, schema):
                    return value
                return write(self._replacement(str(value), path, is_number=True), value)

    def _visit_key(self, name: str, path: FieldPath, schema: SchemaView, write: "_Write") -> str:
        if self._harmless.is_harmless_key(name, _inside(path, name), schema):
            return name
        return str(write(self._replacement(name, path), name))

    # -- replacements

    def _mask(self, value: Any, path: FieldPath, fit: Callable[[Any], bool] | None = None) -> Any:
        """Return a value masked, with replacements by which it fits; `fit` None: no schema needs to accept it."""
        schema = self._schema_at(path)
        self._visit(value, path, schema, _unchanged)
        self._choose(
            [each for each in self._replacements.values() if each.text is None],
            lambda: fit is None or fit(self._visit(value, path, schema, _replaced)),
        )
        return self._visit(value, path, schema, _replaced)

    def _text_replacement(self, text: str, path: FieldPath) -> Replacement:
        """Return the replacement of a text, with what rules need of it."""
        replacement, usage = self._replacement(text, path), self._harmless.usage
        if not self._harmless.is_identifier(text):
            replacement.literal = replacement.literal or usage.literal_in(path, text)
        replacement.keeps_year |= usage.calculates(path)
        return replacement

    def _replacement(
        self, original: str, path: FieldPath, *, label: str = "Text", is_number: bool = False
    ) -> Replacement:
        """Return the replacement of a value, the same for the same value."""
        key = normalized(original), is_number
        self._taken.add(original.casefold())
        if key not in self._replacements:
            same = self._replacements.get((key[0], not is_number))
            number = len(self._replacements) + 1 if same is None else same.number
            kind: ReplacementKind = "number" if is_number else "date" if is_date(original) else "text"
            where = ".".join(path[2:]) if path[0] == "body" else ".".join(path)
            self._replacements[key] = Replacement(original, number, kind, label, where)
        return self._replacements[key]

    def _choose(self, pending: Sequence[Replacement], fits: Callable[[], bool]) -> None:
        """Choose the texts of replacements so that all fit: all at once if possible, else half by half."""
        if not pending:
            return
        for each in pending:
            each.text = next(self._free(each, each.candidates(lambda _: True)))
            self._taken.add(each.text.casefold())
        if fits():
            return
        for each in pending:
            self._taken.discard(str(each.text).casefold())
            each.text = None
        if len(pending) > 1:
            middle = len(pending) // 2
            self._choose(pending[:middle], fits)
            self._choose(pending[middle:], fits)
        else:
            self._choose_one(pending[0], fits)

    def _choose_one(self, replacement: Replacement, fits: Callable[[], bool]) -> None:
        def fits_with(text: str) -> bool:
            replacement.text = text
            return fits()

        for text in self._free(replacement, replacement.candidates(fits_with)):
            if fits_with(text):
                self._taken.add(text.casefold())
                return
        raise CannotMask(replacement.path)

    def _free(self, replacement: Replacement, candidates: Iterable[str]) -> Iterator[str]:
        """Yield the candidates that no other value has or is replaced by, then the others."""
        others = []
        for each in candidates:
            if each.casefold() not in self._taken or (replacement.kind == "date" and each != replacement.original):
                yield each
            elif each.casefold() != replacement.original.casefold():
                others.append(each)
        yield from others


_Write: TypeAlias = Callable[[Replacement, Any], Any]


def _unchanged(_: Replacement, value: Any) -> Any:
    return value


def _replaced(replacement: Replacement, value: Any) -> Any:
    return value if replacement.text is None else type(value)(replacement.text)


def _hidden(_: Replacement, _value: Any) -> Any:
    return HIDDEN


def _inside(path: FieldPath, name: str) -> FieldPath:
    return path if name.isdigit() else (*path, name)


def _parsed(value: str) -> Any:
    """Return a counted value as it was in the field: a text, or what is kept as JSON."""
    try:
        return rules.exact.loads(value.encode())
    except rules.MalformedJson:
        return value
