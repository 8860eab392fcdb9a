"""Files of reactors/: reactors and their limits."""

from typing import Final, Literal

from program_files.grammar.common import ON, PERIOD
from program_files.grammar.effects import then
from program_files.grammar.values import (
    AMOUNT,
    CONDITION,
    MOST_TIMES,
    NAME,
    TEXT,
    ChoiceValue,
    DateValue,
    IntegerValue,
    Key,
    ListValue,
    MapGrammar,
    RuleValue,
)

PER: Final[ChoiceValue[Literal["member", "program"]]] = ChoiceValue(
    {"member": "Each member has a count.", "program": "All members together."}
)
LIMIT: Final = MapGrammar(
    "a limit",
    (
        Key("per", PER, "Whose firings are counted.", default="member"),
        Key("every", PERIOD, "The period that is counted, by the local day of the event.", required=True),
        Key("times", IntegerValue(1, MOST_TIMES), "At most so many firings."),
        Key("points", AMOUNT, "At most so many points; an award that would exceed it is reduced to what is left."),
    ),
    any_of=("times", "points"),
)
ACTIVE: Final = MapGrammar(
    "active",
    (
        Key("from", DateValue(), "The first day, or instant."),
        Key("until", DateValue(), "The last day, or the end."),
    ),
)
CODE: Final = MapGrammar(
    "a code",
    (
        Key("is", RuleValue("a text"), "The code that the event has, as {var: event.body.code}.", required=True),
        Key("uses", IntegerValue(1, MOST_TIMES), "How often each code can be used, by all members.", default=1),
    ),
)

REACTOR: Final = MapGrammar(
    "a reactor",
    (
        Key("reactor", NAME, "Its name. It stays: renaming a reactor begins its counters anew.", required=True),
        Key("title", TEXT, "What it is, for people.", otherwise="its name"),
        ON,
        Key("when", CONDITION, "The condition, in JSON Logic.", otherwise="it always holds"),
        Key("code", CODE, "A redemption code of its own that it needs: generated or uploaded for it."),
        then(least=1),
        Key("limits", ListValue(LIMIT), "How often it may fire, and how much it may award in all."),
        Key("active", ACTIVE, "The dates between which it answers, by the time of the event."),
    ),
)
