"""Files of rewards/: rewards and how their coupons are made."""

from typing import Final, Literal

from program_files.grammar.common import COST
from program_files.grammar.values import (
    AMOUNT,
    DURATION,
    NAME,
    TEXT,
    ChoiceValue,
    IntegerValue,
    Key,
    MapGrammar,
    PatternValue,
)

PREFIX: Final = PatternValue("[A-Za-z0-9_-]{1,16}", "1 to 16 letters, digits, _ or -")
USUAL_LENGTH: Final = 10
VALUE_TYPE: Final[ChoiceValue[Literal["money", "percentage"]]] = ChoiceValue(
    {"money": "An amount of money.", "percentage": "A part of the price, 100 for all of it."}
)

COUPON: Final = MapGrammar(
    "coupon",
    (
        Key("prefix", PREFIX, "What every code begins with.", otherwise="nothing", examples=("COFFEE-",)),
        Key("length", IntegerValue(6, 32), "The characters that follow.", default=USUAL_LENGTH),
        Key("value", AMOUNT, "What a code is worth.", required=True),
        Key("type", VALUE_TYPE, "What `value` is.", required=True),
        Key("valid", DURATION, "How long from its issue.", otherwise="for ever"),
    ),
)

REWARD: Final = MapGrammar(
    "a reward",
    (
        Key("reward", NAME, "Its name in `issue_reward`.", required=True),
        Key("title", TEXT, "Its name, for people.", otherwise="its name"),
        Key("coupon", COUPON, "How its codes are made.", otherwise="it has no code, as a thing handed over"),
        COST,
    ),
)
