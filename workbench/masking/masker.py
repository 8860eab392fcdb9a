"""Masks the values of one member and one event: what is known to be harmless stays, everything else is replaced.

The same value is replaced in the same way everywhere, so that fields that are equal stay equal.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final, TypeAlias

import rules
from loyalty.program.program import Program
from workbench.masking.replacements import Replacement, ReplacementKind
from workbench.masking.rule_usage import Counted, FieldPath, RuleUsage, program_names
from workbench.masking.schema_view import SchemaView, listed_texts

_DATE: Final = re.compile(r"\d{4}-\d\d-\d\d(?!\d)")
_OLD_DAYS: Final = 366
"""A date this long before the event may be of a birth."""

_MAX_AMOUNT: Final = 1_000_000
"""A number from here on may be one of a phone, a card or a customer, also where its schema has bounds."""

_SHORTEST_CARD: Final = 4
"""Digits of a member's card or phone from which on the same number is that of the card or phone."""

_SHORTEST_PHONE: Final = 7
"""Digits from which on a number may be the member's own phone without its country."""

_ATTRIBUTES: Final = ("member", "attributes")
_HARMLESS_OF_MEMBER: Final = frozenset({"tier", "points", "earned_points", "wallets", "badges", "registered_at"})

Choice: TypeAlias = Replacement | None
"""How a value is replaced; None: it stays."""


class CannotMask(ValueError):
    """No replacement of a value satisfies the schema; the message is the path of the value."""


class Masker:
    """Masks for one event and its member, under the program that decides it."""

    def __init__(self, program: Program, event_type: str, *, now: datetime) -> None:
        self._program = program
        self._event_type = program.event_types[event_type]
        self._today = now.date()
        self._usage = RuleUsage(program)
        self._names = program_names(program)
        self._listed = {text for each in program.event_types.values() for text in listed_texts(each.body.schema)}
        self._replacements: dict[tuple[str, bool], Replacement] = {}
        """By the value, and whether it is a number."""
        self._identifiers: set[str] = set()
        self._identifier_digits: set[str] = set()
        self._taken: set[str] = set()
        """Replacements in use and all texts that were visited: no other value becomes one of them."""

    def add_identifier(self, value: str | None, label: str = "Text") -> None:
        """Note a value that the member is known by: it is replaced wherever it stands, whatever rules do with it."""
        if value:
            self._identifiers.add(_key(value))
            if len(digits := _digits(value)) >= _SHORTEST_CARD:
                self._identifier_digits.add(digits)
            self._replacement(value, ("member",), label=label)

    def mask_body(self, body: Mapping[str, Any]) -> Any:
        """Return the event's body, masked so that it satisfies its schema; raise CannotMask if it cannot be."""
        path = ("body", self._event_type.name)

        def masked(write: _Write) -> Any:
            return self._visit(body, path, self._schema_at(path), write)

        masked(_unchanged)  # notes what is to be replaced
        self._choose(
            [each for each in self._replacements.values() if each.text is None],
            lambda: self._event_type.body.is_valid(masked(_replaced)),
        )
        return masked(_replaced)

    def mask_attributes(self, attributes: Mapping[str, Any]) -> Any:
        """Return the member's attributes, masked."""
        return self._mask(attributes, _ATTRIBUTES)

    def mask_profile(self, key: str, value: str | None) -> str | None:
        """Return a text of the member's profile, masked; rules read it as `member.KEY`."""
        return self._mask(value, ("member", key)) if value else None

    def mask_counted(self, achievement: str, value: str) -> str:
        """Return a value that an achievement has counted, masked as in the field that it came from."""
        counted = self._usage.counted_by(achievement)
        if not counted.value.fields:
            return value if self._is_harmless(counted, value) else str(self._mask(value, _ATTRIBUTES))
        parsed, masked = _parsed(value), value
        for path in sorted(counted.value.fields):
            forms = [(each, self._mask(each, path)) for each in (value, parsed)]
            if any(form == original for original, form in forms):
                return value
            masked = forms[-1][1]
        return masked if isinstance(masked, str) else rules.exact.dumps(masked)

    def _is_harmless(self, counted: Counted, value: str) -> bool:
        """Return whether a value calculated from fields is: from none that is personal, or a small number or a date."""
        personal = [path for path in counted.read if not _is_harmless_field(path)]
        is_plain = bool(_DATE.fullmatch(value)) or (value.isdigit() and int(value) < _MAX_AMOUNT)
        return not personal or (is_plain and all(map(self._usage.calculates, personal)))

    def _schema_at(self, path: FieldPath) -> SchemaView:
        """Return what the schema says of a field; nothing is said of a member's."""
        if path[0] != "body" or path[1] not in self._program.event_types:
            return SchemaView(True)
        found = SchemaView(self._program.event_types[path[1]].body.schema)
        for step in path[2:]:
            found = found.items().property(step) if not found.declares(step) else found.property(step)
        return found

    # -- what stays

    def _visit(self, value: Any, path: FieldPath, schema: SchemaView, write: "_Write") -> Any:
        """Return a value, with `write` applied to every text and number that does not stay."""
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
                choice = self._choice_for_text(value, path)
                return value if choice is None else write(choice, value)
            case bool() | None:
                return value
            case _:
                if self._number_stays(value, path, schema):
                    return value
                return type(value)(write(self._replacement(str(value), path, is_number=True), value))

    def _visit_key(self, name: str, path: FieldPath, schema: SchemaView, write: "_Write") -> str:
        """Return a key: one that a schema, a rule or the program names stays."""
        is_named = schema.declares(name) or self._usage.names(_inside(path, name)) or name in self._names
        if not name.strip() or (is_named and _key(name) not in self._identifiers):
            return name
        return str(write(self._replacement(name, path), name))

    def _choice_for_text(self, text: str, path: FieldPath) -> Choice:
        if not text.strip():
            return None
        is_identifier, literal = _key(text) in self._identifiers, self._usage.literal_in(path, text)
        if not is_identifier and self._text_stays(text, path, literal):
            return None
        replacement = self._replacement(text, path)
        if not is_identifier:
            replacement.literal = replacement.literal or literal
        replacement.keeps_year |= self._usage.calculates(path)
        return replacement

    def _text_stays(self, text: str, path: FieldPath, literal: str) -> bool:
        return (
            text in self._names
            or text == literal
            or self._usage.compares(path, text)
            or (path[: len(_ATTRIBUTES)] == _ATTRIBUTES and text in self._listed)
            or (self._usage.calculates(path) and self._is_recent(text))
        )

    def _is_recent(self, text: str) -> bool:
        try:
            return bool(_DATE.match(text)) and (self._today - date.fromisoformat(text[:10])).days < _OLD_DAYS
        except ValueError:
            return False

    def _number_stays(self, number: Decimal, path: FieldPath, schema: SchemaView) -> bool:
        is_small = abs(number) < _MAX_AMOUNT
        is_used = self._usage.calculates(path) or self._usage.compares(path, Decimal(str(number)))
        if self._is_identifier(str(abs(number))):
            return is_used and is_small
        return not number or is_used or (schema.is_amount() and is_small)

    def _is_identifier(self, digits: str) -> bool:
        """Return whether a number is that of the member's phone, perhaps without its country, or of their card."""
        return digits in self._identifier_digits or (
            len(digits) >= _SHORTEST_PHONE and any(own.endswith(digits) for own in self._identifier_digits)
        )

    # -- replacements

    def _mask(self, value: Any, path: FieldPath) -> Any:
        """Return a value masked, with replacements that no schema needs to accept."""
        schema = self._schema_at(path)
        self._visit(value, path, schema, _unchanged)
        self._choose([each for each in self._replacements.values() if each.text is None], lambda: True)
        return self._visit(value, path, schema, _replaced)

    def _replacement(
        self, original: str, path: FieldPath, *, label: str = "Text", is_number: bool = False
    ) -> Replacement:
        """Return the replacement of a value, the same for the same value."""
        key = _key(original), is_number
        self._taken.add(original.casefold())
        if key not in self._replacements:
            same = self._replacements.get((key[0], not is_number))
            number = len(self._replacements) + 1 if same is None else same.number
            kind: ReplacementKind = "number" if is_number else "date" if _DATE.match(original) else "text"
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
    return value if replacement.text is None else replacement.text


def _key(text: str) -> str:
    """Return what texts have in common that are replaced alike; achievements keep so much of a value."""
    return text[:255].casefold()


def _digits(text: str) -> str:
    return "".join(filter(str.isdecimal, text))


def _inside(path: FieldPath, name: str) -> FieldPath:
    return path if name.isdigit() else (*path, name)


def _parsed(value: str) -> Any:
    """Return a counted value as it was in the field: a text, or what is kept as JSON."""
    try:
        return rules.exact.loads(value.encode())
    except rules.MalformedJson:
        return value


def _is_harmless_field(path: FieldPath) -> bool:
    return path[0] in ("event", "now") or (path[0] == "member" and len(path) > 1 and path[1] in _HARMLESS_OF_MEMBER)
