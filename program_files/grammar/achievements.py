"""Files of achievements/: achievements, what they measure and within which window."""

from typing import Final, Literal

from program_files.grammar.common import ON
from program_files.grammar.effects import then
from program_files.grammar.values import (
    AMOUNT,
    CONDITION,
    MOST_TIMES,
    NAME,
    TEXT,
    ChoiceValue,
    DaysValue,
    IntegerValue,
    Key,
    MapGrammar,
    RuleValue,
    UnionValue,
)

MOST_DAYS: Final = 3660

MEASURE: Final[ChoiceValue[Literal["events", "days"]]] = ChoiceValue(
    {"events": "Events.", "days": "Local days with an event."}
)
MEASURED_RULE: Final = MapGrammar(
    "measure",
    (
        Key("sum", RuleValue("a number"), "The sum of a number of each event, exact to six decimals."),
        Key(
            "distinct", RuleValue("anything"), "The number of different values; an event without a value adds nothing."
        ),
    ),
    is_single=True,
)
WINDOW: Final[ChoiceValue[Literal["all", "streak", "day", "week", "month", "year"]]] = ChoiceValue(
    {
        "all": "All events, for ever.",
        "streak": "Consecutive days.",
        "day": "A day, from midnight.",
        "week": "A week, from Monday.",
        "month": "A calendar month.",
        "year": "A calendar year.",
    }
)
LAST_DAYS: Final = MapGrammar(
    "window",
    (
        Key(
            "last",
            DaysValue(MOST_DAYS),
            "The last days, the event's own day included: `{last: 30d}` is thirty days.",
            required=True,
        ),
    ),
)
REPEAT: Final[ChoiceValue[Literal["once", "unlimited"]]] = ChoiceValue(
    {"once": "Once.", "unlimited": "Any number of times."}
)
REPEATS: Final = IntegerValue(1, MOST_TIMES)

ACHIEVEMENT: Final = MapGrammar(
    "an achievement",
    (
        Key("achievement", NAME, "Its name. It stays: renaming it begins all progress anew.", required=True),
        Key("title", TEXT, "Its name, for people.", otherwise="its name"),
        Key("description", TEXT, "What to do for it, for people."),
        ON,
        Key("when", CONDITION, "Which of these events count, in JSON Logic.", otherwise="all do"),
        Key("measure", UnionValue((MEASURE, MEASURED_RULE)), "What is counted.", default="events"),
        Key("window", UnionValue((WINDOW, LAST_DAYS)), "What counts together.", default="all"),
        Key("goal", AMOUNT, "How much completes it.", required=True),
        Key("repeat", UnionValue((REPEAT, REPEATS)), "How often it can be completed.", default="once"),
        then(least=0),
    ),
)
