"""program.yaml: the store, its zone, wallets, tiers and badges."""

from typing import Final, Literal

from loyalty.program.program import Returns, TierOnReturn
from loyalty.program.tiers import TierBy, TierFall
from loyalty.program.wallets import Dating
from program_files.grammar.common import EXPIRES, PERIOD, TITLE, tier_review
from program_files.grammar.values import (
    AMOUNT,
    AMOUNT_OR_ZERO,
    DURATION,
    DURATION_OR_ZERO,
    FLAG,
    MOST_TIMES,
    NAME,
    ChoiceValue,
    ConstantValue,
    IntegerValue,
    Key,
    ListValue,
    MapGrammar,
    MappingValue,
    ReferenceValue,
    RegionValue,
    RuleValue,
    TimeZoneValue,
    UnionValue,
    ValueSchemaValue,
)

UNKNOWN_MEMBERS: Final[ChoiceValue[Literal["register", "refuse"]]] = ChoiceValue(
    {"register": "It registers the member.", "refuse": "The event is refused."}
)
TIER_BY: Final[ChoiceValue[TierBy]] = ChoiceValue(
    {
        "earned_points": "All points ever earned.",
        "active_points": "The points that can be spent now.",
        "spent_points": "All points ever spent.",
        "spend": "Money: what the member paid in transactions, less what came back.",
        "membership_months": "Whole months since the member registered.",
    }
)
TIER_FALL: Final[ChoiceValue[TierFall]] = ChoiceValue(
    {
        "to_reached": "To the tier that they do reach.",
        "one_step": "To the tier below theirs.",
    }
)

RETURNS: Final[ChoiceValue[Returns]] = ChoiceValue(
    {
        "automatic": "Laurel does: the sale is decided again without them.",
        "by_rules": "Reactors on `transaction_returned` do.",
    }
)
TIER_ON_RETURN: Final[ChoiceValue[TierOnReturn]] = ChoiceValue(
    {"now": "At once.", "review": "At the next review of the tier."}
)
DATED: Final[ChoiceValue[Dating]] = ChoiceValue(
    {
        "award": "From the moment they are booked.",
        "event": "From the time of the event that gave them, however late it is reported.",
    }
)
DATED_KEY: Final = Key("dated", DATED, "What the dates of points count from.", default="award")
NO_DEBT: Final = ConstantValue("none", "Nothing is owed: what is missing is forgiven.")
DEBT: Final = MapGrammar("debt", (Key("up_to", AMOUNT, "The most that a member may owe.", required=True),))
TRANSFER_LIMIT: Final = MapGrammar(
    "a limit of transfers",
    (
        Key("every", PERIOD, "The period that is counted, by the local day.", required=True),
        Key("times", IntegerValue(1, MOST_TIMES), "At most so many transfers."),
        Key("points", AMOUNT, "At most so many points."),
    ),
    any_of=("times", "points"),
)
TRANSFERS: Final = MapGrammar(
    "transfers",
    (Key("limits", ListValue(TRANSFER_LIMIT, least=1), "How often, and how much, a member may send.", required=True),),
)

WALLET: Final = MapGrammar(
    "a wallet",
    (
        TITLE,
        Key(
            "default",
            FLAG,
            "Whether effects that name no wallet mean this one. One wallet is the default.",
            otherwise="true for the only wallet, else false",
        ),
        Key("decimals", IntegerValue(0, 6), "The decimals of an amount.", default=0),
        Key(
            "pending",
            DURATION_OR_ZERO,
            "How long points wait before they can be spent.",
            otherwise="they can be spent at once",
        ),
        Key("expires", EXPIRES, "When points expire, counted from when they can be spent.", default="never"),
        Key("dated", DATED, DATED_KEY.description, otherwise="as the program says"),
        Key(
            "grace",
            DURATION_OR_ZERO,
            "How long points live at least that a cancelled spend gives back after their expiry, or that are booked "
            "later than the local day of their event.",
            default="30d",
        ),
        Key(
            "debt",
            UnionValue((FLAG, NO_DEBT, DEBT)),
            "Whether a member owes what a return, or the cancelling of an award, cannot take back any more; the next "
            "points pay it. False means none.",
            otherwise="true: any amount",
        ),
        Key("transfers", TRANSFERS, "What members may send to one another.", otherwise="as much as they have"),
        Key("cost", AMOUNT_OR_ZERO, "What one point costs, in money: for the sums of `laurel plan`."),
    ),
)
NOTIFY_BEFORE: Final = MapGrammar(
    "notify_before",
    (
        Key("points", DURATION, "Before points expire."),
        Key("coupons", DURATION, "Before a coupon expires."),
        Key("tier", DURATION, "Before a tier is reviewed."),
    ),
)
TIER: Final = MapGrammar(
    "a tier",
    (
        Key("tier", NAME, "Its name in rules.", required=True),
        Key(
            "from",
            AMOUNT_OR_ZERO,
            "The amount of `tier_by` at which it begins; each above the one before it.",
            required=True,
        ),
        TITLE,
    ),
)
TIERS: Final = Key("tiers", ListValue(TIER), "Tiers, from the lowest to the highest.")
SPEND: Final = RuleValue("a number")
_SPEND_RULE: Final = (
    "By `spend`: what counts of a transaction, as a rule on its event: one that leaves out delivery and gift cards."
)
TIER_REVIEW_MAP, TIER_REVIEW = tier_review("tier_review")
VALID_MAP, VALID = tier_review("valid")
TIER_SET: Final = MapGrammar(
    "a tier set",
    (
        TITLE,
        Key("tiers", ListValue(TIER, least=1), TIERS.description, required=True),
        Key("by", TIER_BY, "The amount that decides the tier, as `tier_by`.", default="earned_points"),
        Key("wallet", ReferenceValue("wallet"), "The wallet whose points decide it.", otherwise="the default wallet"),
        Key("spend", SPEND, _SPEND_RULE, otherwise="the whole value"),
        Key("fall", TIER_FALL, "How far a member falls whose tier is not kept at a review.", default="to_reached"),
        Key(
            "valid",
            VALID,
            "How long a period in a tier lasts before the tier is reviewed, as `tier_review`.",
            default="never",
        ),
    ),
)
BADGE: Final = MapGrammar("a badge", (TITLE,))

PROGRAM: Final = MapGrammar(
    "program.yaml",
    (
        Key("store", NAME, "The store: the `storeCode` of the API.", required=True, examples=("DEFAULT",)),
        Key("title", TITLE.value, TITLE.description, otherwise="the name of the store"),
        Key("timezone", TimeZoneValue(), "Where days, weeks and months begin at midnight.", required=True),
        Key(
            "region",
            RegionValue(),
            "The country whose phone numbers members write without its code.",
            otherwise="only numbers that begin with + are read; others are compared as text",
            examples=("PL",),
        ),
        Key("unknown_members", UNKNOWN_MEMBERS, "What happens with an event of an unknown member.", default="register"),
        Key(
            "wallets",
            MappingValue(NAME, WALLET, least=1),
            "The units of points, by name.",
            otherwise="one wallet, `points`",
        ),
        DATED_KEY,
        Key(
            "notify_before",
            NOTIFY_BEFORE,
            "How long before something expires the member is warned.",
            otherwise="no warnings",
        ),
        TIERS,
        Key("tier_by", TIER_BY, "The amount that decides the tier.", default="earned_points"),
        Key(
            "tier_wallet",
            ReferenceValue("wallet"),
            "The wallet whose points decide the tier.",
            otherwise="the default wallet",
        ),
        Key("tier_spend", SPEND, _SPEND_RULE, otherwise="the whole value"),
        Key("tier_fall", TIER_FALL, "How far a member falls whose tier is not kept at a review.", default="to_reached"),
        Key(
            "tier_review",
            TIER_REVIEW,
            "How long a period in a tier lasts before the tier is reviewed, and perhaps lost.",
            default="never",
        ),
        Key(
            "tier_sets",
            MappingValue(NAME, TIER_SET),
            "More tiers, of which each member has one beside: `member.tiers.NAME` in rules.",
            otherwise="only that of `tiers`, whose name is `default`",
        ),
        Key(
            "returns",
            RETURNS,
            "Who takes back what a sale gave, when goods of it come back.",
            default="automatic",
        ),
        Key(
            "tier_on_return",
            TIER_ON_RETURN,
            "When a member loses a tier that they reached by what they return.",
            default="now",
        ),
        Key(
            "badges",
            UnionValue((ListValue(NAME, is_unique=True), MappingValue(NAME, BADGE))),
            "Every badge there is: a list of names, or a map from names to titles.",
            otherwise="any name is a badge",
        ),
        Key(
            "attributes",
            MappingValue(NAME, ValueSchemaValue()),
            "Attributes of members by name, each with a JSON Schema of its value: rules read it with that type, and "
            "another value is refused. Any other attribute is free text.",
            otherwise="every attribute is free text",
        ),
    ),
)
