"""The types of values in words, for documentation."""

from typing import assert_never

from program_files.grammar.values import (
    MOST_TIMES,
    AmountValue,
    BodySchemaValue,
    ChoiceValue,
    ConstantValue,
    DateValue,
    DayOfYearValue,
    DaysValue,
    DefinedValue,
    DurationValue,
    FlagValue,
    HeadersValue,
    InstantValue,
    IntegerValue,
    ListValue,
    LocalDayValue,
    MapGrammar,
    MappingValue,
    NameValue,
    NullValue,
    ObjectValue,
    PatternValue,
    ReferenceValue,
    RegionValue,
    RuleValue,
    ScalarValue,
    TemplateValue,
    TextValue,
    TimeZoneValue,
    UnionValue,
    UrlValue,
    ValueGrammar,
    ValueSchemaValue,
    VariantValue,
)


def in_words(value: ValueGrammar) -> str:
    """Return a type of value as a noun: `a list, each item a limit`."""
    match value:
        case NameValue():
            return "a name"
        case ReferenceValue(kind):
            return f"the name of {with_article(kind)}"
        case RuleValue(result):
            return "JSON Logic" if result == "anything" else f"JSON Logic that comes to {result}"
        case TemplateValue():
            return "JSON, with JSON Logic in it"
        case BodySchemaValue() | ValueSchemaValue():
            return "a JSON Schema"
        case ListValue(item):
            return f"a list, each item {in_words(item)}"
        case MappingValue(name, inner):
            by = name.kind if isinstance(name, ReferenceValue) else "name"
            return f"a map by {by}, each value {in_words(inner)}"
        case UnionValue(options):
            return ", or ".join(in_words(option) for option in options)
        case DefinedValue(_, inner):
            return in_words(inner)
        case MapGrammar() | VariantValue():
            return value.title if " " in value.title else f"the map `{value.title}`"
        case _:
            return _scalar_in_words(value)  # of no other type: mypy holds it to ScalarValue


def _scalar_in_words(value: ScalarValue) -> str:  # noqa: C901 - one case for each type of value
    match value:
        case TextValue():
            return "a text"
        case PatternValue(rule=rule):
            return rule
        case FlagValue():
            return "true or false"
        case AmountValue(below=True):
            return "a number"
        case AmountValue(zero):
            return "a number from 0" if zero else "a number above 0"
        case IntegerValue(least, most):
            return f"a whole number from {least}" + ("" if most == MOST_TIMES else f" to {most:,}")
        case ChoiceValue(words):
            return _either([f"`{word}`" for word in words])
        case ConstantValue(word):
            return f"`{word}`"
        case DurationValue():
            return "a duration"
        case DaysValue():
            return "a duration of whole days"
        case DateValue() | InstantValue() | LocalDayValue() | DayOfYearValue():
            return _date_in_words(value)
        case TimeZoneValue():
            return "the name of a time zone"
        case RegionValue():
            return "the code of a country"
        case UrlValue():
            return "a URL"
        case HeadersValue():
            return "a map from the names of headers to texts"
        case ObjectValue():
            return "a map with any keys"
        case NullValue():
            return "null"
        case _:
            assert_never(value)


def _date_in_words(value: DateValue | InstantValue | LocalDayValue | DayOfYearValue) -> str:
    match value:
        case DateValue() | InstantValue():
            return "a date, or a date and time"
        case LocalDayValue():
            return "a date"
        case DayOfYearValue():
            return "a month and a day"
        case _:
            assert_never(value)


def with_article(noun: str) -> str:
    """`a wallet`, `an event type`."""
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"


def _either(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"
