"""Keys that several kinds of files have."""

from typing import Final, Literal

from program_files.grammar.values import (
    AMOUNT_OR_ZERO,
    DURATION,
    TEXT,
    ChoiceValue,
    ConstantValue,
    DayOfYearValue,
    Key,
    MapGrammar,
    ReferenceValue,
    UnionValue,
)

TITLE: Final = Key("title", TEXT, "Its name, for people.", otherwise="its name in rules")
ON: Final = Key(
    "on",
    ReferenceValue("event type"),
    "The event type that it answers: one of events/, or one that Laurel reports itself.",
    required=True,
)
COST: Final = Key("cost", AMOUNT_OR_ZERO, "What one costs, in money: for the sums of `laurel plan`.")

CALENDAR_PERIOD: Final[ChoiceValue[Literal["month", "year"]]] = ChoiceValue(
    {"month": "When the month ends.", "year": "When the year ends."}
)
_NEVER: Final = ConstantValue("never")


def expiry(key: str, since: str) -> UnionValue:
    """When points expire, or a tier is reviewed: the value of a key, counted from what `since` names."""
    return UnionValue((_NEVER, _expiry_map(key, since)))


def _expiry_map(key: str, since: str) -> MapGrammar:
    return MapGrammar(
        key,
        (
            Key("after", DURATION, f"So long after {since}."),
            Key("end_of", CALENDAR_PERIOD, f"When the month or the year of {since} ends."),
            Key("on", DayOfYearValue(), "When the next such day begins.", examples=("12-31",)),
        ),
        is_single=True,
    )


EXPIRY_MAP: Final = _expiry_map("expires", "the award")
EXPIRES: Final = UnionValue((_NEVER, EXPIRY_MAP))
