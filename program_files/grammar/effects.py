"""The items of `then`: the effects of reactors and achievements."""

from collections.abc import Mapping
from typing import Final

from loyalty.program.effects import EFFECTS, EffectName
from loyalty.program.wallets import Rounding
from program_files.grammar.common import EXPIRES
from program_files.grammar.values import (
    DURATION_OR_ZERO,
    FLAG,
    NAME,
    ChoiceValue,
    DefinedValue,
    HeadersValue,
    Key,
    ListValue,
    MapGrammar,
    ReferenceValue,
    RuleValue,
    TemplateValue,
    UnionValue,
    UrlValue,
    ValueGrammar,
)

ROUNDING: Final[ChoiceValue[Rounding]] = ChoiceValue(
    {
        "down": "To the whole unit below.",
        "up": "To the whole unit above.",
        "half_up": "To the nearest; a half goes up.",
        "half_even": "To the nearest; a half goes to the even one, so that many halves even out.",
    }
)
HEADERS: Final = HeadersValue()

_AMOUNT: Final = (
    Key("points", RuleValue("a number"), "How many: a number, or a rule that comes to one.", required=True),
    Key("wallet", ReferenceValue("wallet"), "The wallet.", otherwise="the default wallet"),
    Key("round", ROUNDING, "How the amount becomes one of the wallet's units.", default="down"),
)
AWARD_POINTS: Final = MapGrammar(
    "award_points",
    (
        *_AMOUNT,
        Key(
            "pending", DURATION_OR_ZERO, "How long they wait before they can be spent.", otherwise="as the wallet says"
        ),
        Key("expires", EXPIRES, "When they expire.", otherwise="as the wallet says"),
        Key("qualifies", FLAG, "Whether they count for tiers.", otherwise="true"),
    ),
)
DEDUCT_POINTS: Final = MapGrammar(
    "deduct_points",
    (
        *_AMOUNT,
        Key("up_to", FLAG, "Whether it takes what there is, if there is less.", otherwise="the reactor does nothing"),
    ),
)
SET_TIER: Final = MapGrammar(
    "set_tier",
    (
        Key("set", ReferenceValue("tier set"), "The tier set.", required=True),
        Key("tier", ReferenceValue("tier"), "One of its tiers.", required=True),
    ),
)
SET_ATTRIBUTE: Final = MapGrammar(
    "set_attribute",
    (
        Key("name", NAME, "What it is called: `member.attributes.NAME` in rules.", required=True),
        Key("value", TemplateValue(), "What it becomes: a value, or a rule.", required=True),
    ),
)
CALL_WEBHOOK: Final = MapGrammar(
    "call_webhook",
    (
        Key("url", UrlValue(), "Where it is sent.", required=True, examples=("https://example.com/hook",)),
        Key("body", TemplateValue(), "Its body: JSON, any part of which may be a rule.", otherwise="an empty object"),
        Key("headers", HEADERS, "Headers beside Laurel's own."),
    ),
)

_VALUES: Final[Mapping[EffectName, ValueGrammar]] = {
    "award_points": AWARD_POINTS,
    "deduct_points": DEDUCT_POINTS,
    "grant_badge": ReferenceValue("badge"),
    "issue_reward": ReferenceValue("reward"),
    "set_tier": UnionValue((ReferenceValue("tier"), SET_TIER)),
    "set_attribute": SET_ATTRIBUTE,
    "call_webhook": CALL_WEBHOOK,
}
_SYNONYMS: Final[Mapping[EffectName, tuple[str, ...]]] = {
    "award_points": ("add_points", "earn_points", "give_points", "grant_points"),
    "deduct_points": ("burn_points", "remove_points", "spend_points", "subtract_points"),
    "grant_badge": ("add_badge", "award_badge", "give_badge"),
    "issue_reward": ("award_reward", "give_reward", "grant_reward"),
    "call_webhook": ("send_webhook", "webhook"),
}

EFFECT_MAP: Final = MapGrammar(
    "an effect",
    tuple(
        Key(name, _VALUES[name], effect.summary, synonyms=_SYNONYMS.get(name, ())) for name, effect in EFFECTS.items()
    ),
    is_single=True,
)
EFFECT: Final = DefinedValue("effect", EFFECT_MAP)


def then(*, least: int) -> Key:
    """Return the list of effects."""
    description = "What it causes, in this order: one effect an item."
    return Key("then", ListValue(EFFECT, least=least), description, required=bool(least))
