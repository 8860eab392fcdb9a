"""Files of rewards/: rewards, their price and how their coupons are made."""

from typing import Final, Literal

from loyalty.program.rewards import CouponCodes, Progress, ValueType
from program_files.grammar.common import COST, PERIOD
from program_files.grammar.values import (
    AMOUNT,
    CONDITION,
    DURATION,
    DURATION_OR_ZERO,
    MOST_TIMES,
    NAME,
    TEXT,
    ChoiceValue,
    DateValue,
    IntegerValue,
    Key,
    ListValue,
    MapGrammar,
    PatternValue,
    ReferenceValue,
    RuleValue,
    UnionValue,
)

PREFIX: Final = PatternValue("[A-Za-z0-9_-]{1,16}", "1 to 16 letters, digits, _ or -")
CODE: Final = PatternValue("[A-Za-z0-9_.-]{1,64}", "1 to 64 letters, digits, _ . or -")
USUAL_LENGTH: Final = 10
VALUE_TYPE: Final[ChoiceValue[ValueType]] = ChoiceValue(
    {"money": "An amount of money.", "percentage": "A part of the price, 100 for all of it."}
)
CODES: Final[ChoiceValue[CouponCodes]] = ChoiceValue(
    {
        "generated": "Made when a coupon is issued.",
        "uploaded": "Taken from a list that is uploaded; when it is used up, none is issued.",
    }
)
STATUS: Final[ChoiceValue[Progress]] = ChoiceValue(
    {
        "pending": "It waits for approval.",
        "approved": "It was approved.",
        "packing": "It is being packed.",
        "awaiting_shipping": "It is packed.",
        "shipped": "It is on its way.",
        "completed": "The member has it.",
        "returned": "It came back.",
        "rejected": "It is not handed over.",
    }
)
PER: Final[ChoiceValue[Literal["member", "program"]]] = ChoiceValue(
    {"member": "Each member has a count.", "program": "All members together."}
)

SHARED: Final = MapGrammar(
    "shared",
    (
        Key("code", CODE, "The code.", required=True, examples=("SUMMER26",)),
        Key("uses", IntegerValue(1, MOST_TIMES), "At most so many are issued in all.", required=True),
        Key("each", IntegerValue(1, MOST_TIMES), "At most so many are issued to one member.", default=1),
    ),
)
MOST_DECIMALS: Final = 6
USUAL_DECIMALS: Final = 2
"""Cents of most currencies."""

COUPON: Final = MapGrammar(
    "coupon",
    (
        Key("codes", CODES, "Where its codes come from.", default="generated"),
        Key("prefix", PREFIX, "What every generated code begins with.", otherwise="nothing", examples=("COFFEE-",)),
        Key("length", IntegerValue(6, 32), "The characters that follow.", default=USUAL_LENGTH),
        Key("shared", SHARED, "One code for many members.", otherwise="each has a code of its own"),
        Key(
            "value",
            RuleValue("a number"),
            "What a code is worth: a number, or a rule that reads `member`, `points` (what was paid), `now`, and of a "
            "reward without a price the `event` of the reactors that issue it.",
            required=True,
        ),
        Key("type", VALUE_TYPE, "What `value` is.", required=True),
        Key(
            "decimals",
            IntegerValue(0, MOST_DECIMALS),
            "The decimals to which a value that a rule gives is rounded down.",
            default=USUAL_DECIMALS,
        ),
        Key("begins", DURATION_OR_ZERO, "How long after its issue it can be used.", otherwise="it can be used at once"),
        Key("valid", DURATION, "How long it can be used.", otherwise="for ever"),
        Key("from", DateValue(), "The first day, or instant, on which any of them can be used."),
        Key("until", DateValue(), "The last day, or the end."),
    ),
)
PRICE_MAP: Final = MapGrammar(
    "price",
    (
        Key("points", AMOUNT, "How many points."),
        Key("min", AMOUNT, "The least that the member pays, who chooses how much."),
        Key("step", AMOUNT, "With `min`: the amount grows in such steps.", default=1),
        Key("wallet", ReferenceValue("wallet"), "The wallet that pays.", otherwise="the default wallet"),
    ),
    combinations=(
        ("points",),
        ("points", "wallet"),
        ("min",),
        ("min", "step"),
        ("min", "wallet"),
        ("min", "step", "wallet"),
    ),
)
PRICE: Final = UnionValue((AMOUNT, PRICE_MAP))
PURCHASE_LIMIT: Final = MapGrammar(
    "a limit of purchases",
    (
        Key("per", PER, "Whose purchases are counted.", default="member"),
        Key("every", PERIOD, "The period that is counted, by the local day of the purchase.", required=True),
        Key("times", IntegerValue(1, MOST_TIMES), "At most so many.", required=True),
    ),
)


def _span(title: str) -> MapGrammar:
    return MapGrammar(
        title,
        (
            Key("from", DateValue(), "The first day, or instant."),
            Key("until", DateValue(), "The last day, or the end."),
        ),
    )


SHOWN: Final = _span("shown")
SOLD: Final = _span("sold")

REWARD: Final = MapGrammar(
    "a reward",
    (
        Key("reward", NAME, "Its name in `issue_reward`.", required=True),
        Key("title", TEXT, "Its name, for people.", otherwise="its name"),
        Key("description", TEXT, "What it is, for members."),
        Key("categories", ListValue(NAME, is_unique=True), "The categories that it is listed under."),
        Key(
            "price",
            PRICE,
            "What a member pays for it: points, or a map.",
            otherwise="it is not sold, and only issued by reactors or by hand",
        ),
        Key("for", CONDITION, "Who may buy it: a rule that reads `member` and `now`.", otherwise="every member"),
        Key("shown", SHOWN, "The dates between which members see it.", otherwise="always"),
        Key("sold", SOLD, "The dates between which it is sold.", otherwise="while it is shown"),
        Key("limits", ListValue(PURCHASE_LIMIT), "How often it may be bought."),
        Key("coupon", COUPON, "How its codes are made.", otherwise="it has no code, as a thing handed over"),
        Key(
            "statuses",
            ListValue(STATUS, least=1, is_unique=True),
            "What its status can be after `issued`.",
            otherwise="any of them",
        ),
        COST,
    ),
)
