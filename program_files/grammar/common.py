"""Keys that several kinds of files have."""

from typing import Final

from loyalty.calendar import Period
from loyalty.program.expiry import AnniversaryOf, CalendarUnit
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

PERIOD: Final[ChoiceValue[Period]] = ChoiceValue(
    {
        "day": "A day, from midnight.",
        "week": "A week, from Monday.",
        "month": "A calendar month.",
        "year": "A calendar year.",
        "ever": "The count never starts again.",
    }
)
CALENDAR_PERIOD: Final[ChoiceValue[CalendarUnit]] = ChoiceValue(
    {
        "day": "When the day ends.",
        "month": "When the month ends.",
        "quarter": "When the quarter ends: in March, June, September or December.",
        "half_year": "When the half of the year ends: in June or December.",
        "year": "When the year ends.",
    }
)
ANNIVERSARY: Final[ChoiceValue[AnniversaryOf]] = ChoiceValue(
    {
        "registration": "Since the member registered; who did on 29 February has it on the 28th of other years.",
        "tier": "Since the member reached the tier, or kept it at a review.",
    }
)
_NEVER: Final = ConstantValue("never")


def tier_review(key: str) -> tuple[MapGrammar, UnionValue]:
    """Return when a tier is reviewed: the value of a key, and its map."""
    anniversary = Key("anniversary", ANNIVERSARY, "When a year since then is full: as that day begins.")
    as_map = _expiry_map(key, "the beginning of the tier's period", anniversary)
    return as_map, UnionValue((_NEVER, as_map))


def _expiry_map(key: str, since: str, *more: Key) -> MapGrammar:
    return MapGrammar(
        key,
        (
            Key("after", DURATION, f"So long after {since}, to the second."),
            Key(
                "through",
                CALENDAR_PERIOD,
                "With `after`: until the day, month or year around that moment ends.",
            ),
            Key(
                "end_of",
                CALENDAR_PERIOD,
                f"When the day, month, quarter, half year or year of {since} ends; beside `after`, as `through`.",
            ),
            Key("plus", DURATION, "With `end_of`: so many days, months or years after that end.", examples=("1y",)),
            Key("on", DayOfYearValue(), "When the next such day ends: today, if it is one.", examples=("12-31",)),
            *more,
        ),
        combinations=(
            *(each for key in more for each in ((key.name,), (key.name, "plus"))),
            ("after",),
            ("after", "through"),
            ("after", "end_of"),
            ("end_of",),
            ("end_of", "plus"),
            ("on",),
        ),
    )


EXPIRY_MAP: Final = _expiry_map("expires", "their activation")
EXPIRES: Final = UnionValue((_NEVER, EXPIRY_MAP))
