"""Files of tests/: designers' tests."""

from dataclasses import replace
from typing import Final, Literal

from loyalty.program.rewards import PurchaseRefusal
from program_files.grammar.expectations import AMOUNTS, EXPECT
from program_files.grammar.values import (
    AMOUNT,
    AMOUNT_OR_ZERO,
    COUNT,
    DURATION,
    FLAG,
    INSTANT,
    NAME,
    OBJECT,
    TEXT,
    ChoiceValue,
    ConstantValue,
    DefinedValue,
    IntegerValue,
    Key,
    ListValue,
    LocalDayValue,
    MapGrammar,
    MappingValue,
    NullValue,
    ReferenceValue,
    TextValue,
    UnionValue,
    VariantValue,
)

UNKNOWN_MEMBER: Final = ConstantValue("unknown", "They are not registered yet.")
"""A member who is not registered."""

PER: Final[ChoiceValue[Literal["member", "program"]]] = ChoiceValue(
    {"member": "What the member took.", "program": "What all members took together."}
)
_DAY: Final = Key("day", LocalDayValue(), "The local day.", required=True)

LOT: Final = MapGrammar(
    "a lot",
    (
        Key("wallet", ReferenceValue("wallet"), "The wallet.", otherwise="the default wallet"),
        Key("points", AMOUNT_OR_ZERO, "What was awarded.", required=True),
        Key("remaining", AMOUNT_OR_ZERO, "What is left.", otherwise="all of it"),
        Key("active_from", INSTANT, "When pending points become active.", otherwise="they are active"),
        Key("expires_at", INSTANT, "When they expire.", otherwise="never"),
    ),
)
DAILY_SUM: Final = MapGrammar(
    "a mark",
    (
        _DAY,
        Key("value", TEXT, "The value, where different values are counted."),
        Key("amount", AMOUNT_OR_ZERO, "What the day added.", otherwise="1"),
        Key("used", AMOUNT_OR_ZERO, "How much of it a completion used up.", otherwise="0"),
    ),
)
PROGRESS: Final = MapGrammar(
    "the progress of an achievement",
    (
        Key("completed", COUNT, "How often they completed it."),
        Key("marks", ListValue(DAILY_SUM), "What each day added."),
    ),
)
LIMIT_USE: Final = MapGrammar(
    "an item of used",
    (
        Key("reactor", ReferenceValue("reactor"), "Whose limits.", required=True),
        Key("per", PER, "Of which limits.", otherwise="the member's"),
        _DAY,
        Key("times", COUNT, "How often it fired.", otherwise="once"),
        Key(
            "points",
            AMOUNTS,
            "What it awarded: of the only wallet that it awards, or by wallet.",
            otherwise="nothing",
        ),
    ),
)

HISTORY: Final = (
    Key("tier", ReferenceValue("tier"), "Their tier.", otherwise="what the points are enough for"),
    Key(
        "tiers",
        MappingValue(ReferenceValue("tier set"), ReferenceValue("tier")),
        "Their tiers of other sets, whose periods begin with the test.",
        otherwise="the lowest",
    ),
    Key("tier_base", AMOUNT_OR_ZERO, "What they had earned when their tier was last reviewed.", otherwise="0"),
    Key("tier_until", INSTANT, "When their tier is reviewed.", otherwise="a period from the test's beginning"),
    Key("reviewed_at", INSTANT, "When the last review of their tier was due, for late events."),
    Key("reviewed_since", INSTANT, "When the review before the last one was due."),
    Key("reviewed_base", AMOUNT_OR_ZERO, "What they had earned at the review before the last one.", otherwise="0"),
    Key("points", AMOUNTS, "Points that they can spend, by wallet or of the default one."),
    Key("earned", AMOUNTS, "Points that they ever earned.", otherwise="as many as `points`"),
    Key("lots", ListValue(LOT), "In place of `points`: what was awarded, and what is left of it."),
    Key("badges", ListValue(ReferenceValue("badge")), "Badges that they have."),
    Key(
        "achievements",
        MappingValue(ReferenceValue("achievement"), PROGRESS),
        "How far they are with achievements.",
    ),
    Key("used", ListValue(LIMIT_USE), "What firings took from limits, day by day."),
    Key("registered_at", INSTANT, "When they registered.", otherwise="as the test begins"),
)
"""What only a registered member has."""

MEMBER_MAP: Final = MapGrammar(
    "a member",
    (
        *HISTORY,
        Key("registered", FLAG, "False: they are not registered yet.", otherwise="they are registered"),
        Key("attributes", OBJECT, "What rules see as `member.attributes`."),
        Key("email", TEXT, "Their e-mail address."),
        Key("phone", TEXT, "Their phone number."),
        Key("card", TEXT, "The number of their loyalty card."),
        Key("first_name", TEXT, "Their first name."),
        Key("last_name", TEXT, "Their last name."),
        Key("gender", TEXT, "Their gender."),
        Key("birth_date", TEXT, "The day of their birth."),
        Key("city", TEXT, "The city of their address."),
        Key("country", TEXT, "The country of their address."),
    ),
)
MEMBER: Final = DefinedValue("member", UnionValue((MEMBER_MAP, UNKNOWN_MEMBER)))

_WHOSE: Final = Key("member", ReferenceValue("member"), "Whose step it is; needed where there are several members.")
_EVENT: Final = (
    Key("event", ReferenceValue("reported event type"), "An event is reported."),
    Key("body", OBJECT, "What it carries."),
    _WHOSE,
    Key("repeat", IntegerValue(1, 10_000), "How often it is reported.", otherwise="once"),
    Key("time", INSTANT, "When it happened, if it is reported late.", otherwise="when it is reported"),
)
REFUSED: Final[ChoiceValue[PurchaseRefusal]] = ChoiceValue(
    {
        "not_for_sale": "It has no price.",
        "not_on_sale_yet": "It is sold later.",
        "no_longer_on_sale": "It was sold earlier.",
        "not_eligible": "It is not `for` this member.",
        "limit_reached": "It was bought as often as a limit allows.",
        "sold_out": "Nothing is left of it.",
        "other_price": "It costs something else.",
        "not_enough_points": "The member cannot pay it.",
    }
)
_REPORTED_AT: Final = Key("at", INSTANT, "When it is reported; the clock moves there.", otherwise="now")
ITEM: Final = MapGrammar(
    "an item",
    (
        Key("sku", TEXT, "What was bought, or came back.", required=True),
        Key("gross_value", AMOUNT_OR_ZERO, "What was paid for all of it.", required=True),
        Key("quantity", AMOUNT, "How much of it.", otherwise="1"),
        Key("category", TEXT, "Its category.", otherwise="none"),
        Key("name", TEXT, "Its name.", otherwise="its sku"),
        Key("maker", TEXT, "Who makes it."),
        Key("labels", OBJECT, "Its labels, by key."),
    ),
)
_ITEMS: Final = Key("items", ListValue(DefinedValue("item", ITEM), least=1), "Its lines.", required=True)
_SAYS: Final = (
    Key("channel", TEXT, "Where it was reported."),
    Key("purchase_place", TEXT, "Where it was bought."),
    Key("labels", OBJECT, "Its labels, by key."),
)
TOGETHER_EVENT: Final = MapGrammar("an event of together", (replace(_EVENT[0], required=True), *_EVENT[1:]))
STEP_VARIANTS: Final = VariantValue(
    "a step",
    {
        "event": MapGrammar("a step", (*_EVENT, Key("every", DURATION, "How much time lies between."), _REPORTED_AT)),
        "transaction": MapGrammar(
            "a step",
            (Key("transaction", TEXT, "A sale is reported: its number."), _ITEMS, *_SAYS, _WHOSE, _REPORTED_AT),
        ),
        "return": MapGrammar(
            "a step",
            (
                Key("return", TEXT, "Goods come back: the number of the return."),
                Key("of", TEXT, "The number of the sale.", required=True),
                replace(_ITEMS, required=False, otherwise="all that is left of the sale"),
                *_SAYS,
                _REPORTED_AT,
            ),
        ),
        "together": MapGrammar(
            "a step",
            (
                Key(
                    "together",
                    ListValue(DefinedValue("together-event", TOGETHER_EVENT), least=1),
                    "Events are reported at one moment. They are decided one after the other, in this order.",
                ),
                _REPORTED_AT,
            ),
        ),
        "buy": MapGrammar(
            "a step",
            (
                Key("buy", ReferenceValue("reward"), "The member buys a reward."),
                _WHOSE,
                Key("points", AMOUNT, "What they pay, where the reward leaves it to them.", otherwise="its price"),
                Key("refused", REFUSED, "Why it is refused.", otherwise="it must succeed"),
                _REPORTED_AT,
            ),
        ),
        "set_tier": MapGrammar(
            "a step",
            (
                Key(
                    "set_tier",
                    UnionValue((ReferenceValue("tier"), NullValue())),
                    "An administrator puts the member into a tier by hand; null: takes that back.",
                ),
                Key("set", ReferenceValue("tier set"), "The tier set.", otherwise="that of `tiers`"),
                _WHOSE,
                Key(
                    "ends",
                    INSTANT,
                    "When it ends; a date is included.",
                    otherwise="when it is taken back, or downwards at the review",
                ),
                Key("pinned", FLAG, "Whether it holds both ways.", otherwise="a floor, or downwards a ceiling"),
                _REPORTED_AT,
            ),
        ),
        "wait": MapGrammar("a step", (Key("wait", DURATION, "Time passes: so long."),)),
        "until": MapGrammar("a step", (Key("until", INSTANT, "Time passes: until then."),)),
        "expect": MapGrammar(
            "a step",
            (Key("expect", DefinedValue("expect", EXPECT), "What must be true now."), _WHOSE),
        ),
    },
)
STEP: Final = DefinedValue("step", STEP_VARIANTS)

LONGEST_NAME: Final = 200
_CODES: Final = MappingValue(ReferenceValue("reactor"), ListValue(TEXT))
_STOCK: Final = MappingValue(ReferenceValue("reward"), COUNT)
SHARED: Final = (
    Key("at", INSTANT, "When it begins: the clock stands here until a step moves it.", required=True),
    Key("member", MEMBER, "The one member, as the test begins.", otherwise="a registered member with nothing"),
    Key("members", MappingValue(NAME, MEMBER, least=1), "Several members, by names that steps use."),
    Key("stock", _STOCK, "How many of a reward are left.", otherwise="any number"),
    Key("codes", _CODES, "The redemption codes of a reactor.", otherwise="every text is one"),
    Key("tags", ListValue(TEXT), "Words to choose tests by."),
)
"""What the tests of one file may have in common; a test's own value counts."""

TEST_MAP: Final = MapGrammar(
    "a test",
    (
        Key(
            "test",
            TextValue(longest=LONGEST_NAME),
            "What it shows, in one line; no two tests say the same.",
            required=True,
        ),
        *SHARED,
        Key("skip", TEXT, "Why it is not run.", otherwise="it is run"),
        Key("steps", ListValue(STEP, least=1), "What happens, and what is expected then.", required=True),
    ),
)
TEST: Final = DefinedValue("test", TEST_MAP)
TESTS: Final = Key("tests", ListValue(TEST, least=1), "Several tests in one file.", required=True)
SUITE: Final = MapGrammar("a file of tests", (TESTS, *SHARED))
