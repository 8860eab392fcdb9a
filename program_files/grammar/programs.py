"""program.yaml: the store, its zone, wallets, tiers and badges."""

from typing import Final, Literal

from loyalty.program.tiers import TierBy
from program_files.grammar.common import EXPIRES, TITLE, expiry
from program_files.grammar.values import (
    AMOUNT_OR_ZERO,
    DURATION,
    DURATION_OR_ZERO,
    FLAG,
    NAME,
    ChoiceValue,
    IntegerValue,
    Key,
    ListValue,
    MapGrammar,
    MappingValue,
    TimeZoneValue,
    UnionValue,
)

UNKNOWN_MEMBERS: Final[ChoiceValue[Literal["register", "refuse"]]] = ChoiceValue(
    {"register": "It registers the member.", "refuse": "The event is refused."}
)
TIER_BY: Final[ChoiceValue[TierBy]] = ChoiceValue(
    {
        "earned_points": "All points ever earned.",
        "active_points": "The points that can be spent now.",
    }
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
        Key("expires", EXPIRES, "When points expire: counted from their award.", default="never"),
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
BADGE: Final = MapGrammar("a badge", (TITLE,))

PROGRAM: Final = MapGrammar(
    "program.yaml",
    (
        Key("store", NAME, "The store: the `storeCode` of the API.", required=True, examples=("DEFAULT",)),
        Key("title", TITLE.value, TITLE.description, otherwise="the name of the store"),
        Key("timezone", TimeZoneValue(), "Where days, weeks and months begin at midnight.", required=True),
        Key("unknown_members", UNKNOWN_MEMBERS, "What happens with an event of an unknown member.", default="register"),
        Key(
            "wallets",
            MappingValue(NAME, WALLET, least=1),
            "The units of points, by name.",
            otherwise="one wallet, `points`",
        ),
        Key(
            "notify_before",
            NOTIFY_BEFORE,
            "How long before something expires the member is warned.",
            otherwise="no warnings",
        ),
        Key("tiers", ListValue(TIER), "Tiers, from the lowest to the highest."),
        Key("tier_by", TIER_BY, "The amount that decides the tier.", default="earned_points"),
        Key(
            "tier_review",
            expiry("tier_review", "the beginning of the tier's period"),
            "How long a tier above the lowest is kept before it is reviewed, and perhaps lost.",
            default="never",
        ),
        Key(
            "badges",
            UnionValue((ListValue(NAME, is_unique=True), MappingValue(NAME, BADGE))),
            "Every badge there is: a list of names, or a map from names to titles.",
            otherwise="any name is a badge",
        ),
    ),
)
