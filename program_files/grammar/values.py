"""The types of the values in program files: a closed set, matched by the reader, editors' schemas and documentation."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, Generic, Literal, TypeAlias, TypeVar, dataclass_transform

Word = TypeVar("Word", bound=str)
T = TypeVar("T")


@dataclass_transform(frozen_default=True)
def _value(cls: type[T]) -> type[T]:
    """Return a dataclass that is quick to define, as every command waits for it: frozen only for the type checker."""
    return dataclass(eq=False, repr=False)(cls)


LONGEST_TEXT: Final = 2000
LARGEST_AMOUNT: Final = 10**12
DECIMALS: Final = 6
MOST_TIMES: Final = 10**9

ReferenceKind: TypeAlias = Literal[
    "achievement",
    "badge",
    "built-in event",
    "custom event type",
    "event type",
    "member",
    "reactor",
    "reported event type",
    "reward",
    "tier",
    "tier set",
    "wallet",
    "webhook",
]
"""What a name in a file can refer to."""


@_value
class NameValue:
    """A name that the file gives to what it declares."""

    is_event_type: bool = False
    """Whether names of built-in events are excluded."""

    pattern = r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}"


@_value
class ReferenceValue:
    """A name of something that the program has."""

    kind: ReferenceKind


@_value
class TextValue:
    """A text that is not blank; None: of any length."""

    longest: int | None = LONGEST_TEXT


@_value
class PatternValue:
    """A text that matches a pattern; `rule` describes it in words."""

    pattern: str
    rule: str


@_value
class FlagValue:
    """True or false."""


@_value
class AmountValue:
    """An exact number of at most six decimals, above 0, or from 0; or also negative, as a balance with debt is."""

    zero: bool = False
    below: bool = False


@_value
class IntegerValue:
    """A whole number in a range."""

    least: int
    most: int


@_value
class ChoiceValue(Generic[Word]):
    """One of some words, each with its meaning."""

    words: Mapping[Word, str]


@_value
class ConstantValue:
    """One word, and no other."""

    word: str
    description: str = ""


@_value
class DurationValue:
    """A duration such as `90d`."""

    zero: bool = False


@_value
class DaysValue:
    """A duration of whole days."""

    most: int


@_value
class DateValue:
    """A local date, or a date and time."""

    date = r"\d{4}-\d\d-\d\d"
    date_and_time = r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d.*"


@_value
class InstantValue:
    """A date, or a date and time, of a test."""


@_value
class LocalDayValue:
    """A local date of a test."""


@_value
class DayOfYearValue:
    """A month and a day, such as `"12-31"`."""


@_value
class TimeZoneValue:
    """The name of a time zone."""


@_value
class RegionValue:
    """The code of a country, in two capital letters."""


@_value
class UrlValue:
    """The address of a webhook."""


@_value
class HeadersValue:
    """Names and values of HTTP headers; those in `reserved`, and all that begin with `webhook-`, are Laurel's own."""

    name = r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}"
    value = r"[\x21-\x7e]([\x20-\x7e]{0,1998}[\x21-\x7e])?"
    reserved = frozenset({"connection", "content-length", "content-type", "host", "transfer-encoding"})


@_value
class RuleValue:
    """A JSON Logic rule, by the required type of its result."""

    result: Literal["true or false", "a number", "a text", "anything"]


@_value
class TemplateValue:
    """JSON, any part of which may be a JSON Logic rule."""


@_value
class BodySchemaValue:
    """A JSON Schema of the body of an event."""


@_value
class ValueSchemaValue:
    """A JSON Schema of any value."""


@_value
class ObjectValue:
    """A map with any keys."""


@_value
class NullValue:
    """null."""


@_value
class ListValue:
    """A list with a minimum number of items."""

    item: "ValueGrammar"
    least: int = 0
    is_unique: bool = False


@_value
class MappingValue:
    """A map from names to values of one type, with a minimum number of entries."""

    name: NameValue | ReferenceValue
    value: "ValueGrammar"
    least: int = 0


@_value
class UnionValue:
    """A value of one of several types."""

    options: tuple["ValueGrammar", ...]


@_value
class DefinedValue:
    """A type that occurs in several places, so that schemas define it once, under this name."""

    name: str
    value: "ValueGrammar"


@dataclass(frozen=True, eq=False)
class MapGrammar:
    """A map of known keys."""

    title: str
    """What messages call it: `a reactor`."""
    keys: tuple["Key", ...]
    is_single: bool = False
    """Whether it has exactly one of its keys."""
    is_filled: bool = False
    """Whether it has at least one of its keys."""
    any_of: tuple[str, ...] = ()
    """It has at least one of these keys."""
    combinations: tuple[tuple[str, ...], ...] = ()
    """Sets of keys: it has exactly those of one set; empty: any keys."""

    @cached_property
    def by_name(self) -> Mapping[str, "Key"]:
        """Its keys by their names."""
        return {key.name: key for key in self.keys}

    @property
    def required(self) -> tuple[str, ...]:
        """The names of the keys that it always has."""
        return tuple(key.name for key in self.keys if key.required)


@dataclass(frozen=True, eq=False)
class VariantValue:
    """A map whose keys depend on which of some keys it has: one grammar for each of these."""

    title: str
    variants: Mapping[str, MapGrammar]

    @property
    def keys(self) -> tuple["Key", ...]:
        """The keys of all variants, each once."""
        return tuple({key.name: key for variant in self.variants.values() for key in variant.keys}.values())


ScalarValue: TypeAlias = (
    TextValue
    | PatternValue
    | FlagValue
    | AmountValue
    | IntegerValue
    | ChoiceValue[Any]
    | ConstantValue
    | DurationValue
    | DaysValue
    | DateValue
    | InstantValue
    | LocalDayValue
    | DayOfYearValue
    | TimeZoneValue
    | RegionValue
    | UrlValue
    | HeadersValue
    | ObjectValue
    | NullValue
)
"""Values that refer to nothing else in a program."""

ValueGrammar: TypeAlias = (
    ScalarValue
    | NameValue
    | ReferenceValue
    | RuleValue
    | TemplateValue
    | BodySchemaValue
    | ValueSchemaValue
    | ListValue
    | MappingValue
    | UnionValue
    | DefinedValue
    | MapGrammar
    | VariantValue
)


@_value
class Key:
    """One key of a map: the only place that states its name, type, default and documentation."""

    name: str
    value: ValueGrammar
    description: str
    required: bool = False
    default: str | int | None = None
    """The value that holds without the key."""
    otherwise: str = ""
    """What applies without the key, in words, if it is not a single value."""
    examples: tuple[str, ...] = ()
    synonyms: tuple[str, ...] = ()
    """The names of the key in other systems, although another key's name may be more similar."""


NAME: Final = NameValue()
TEXT: Final = TextValue()
FLAG: Final = FlagValue()
AMOUNT: Final = AmountValue()
AMOUNT_OR_ZERO: Final = AmountValue(zero=True)
ANY_AMOUNT: Final = AmountValue(zero=True, below=True)
COUNT: Final = IntegerValue(0, MOST_TIMES)
DURATION: Final = DurationValue()
DURATION_OR_ZERO: Final = DurationValue(zero=True)
INSTANT: Final = InstantValue()
CONDITION: Final = RuleValue("true or false")
OBJECT: Final = ObjectValue()
