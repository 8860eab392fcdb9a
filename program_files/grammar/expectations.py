"""The keys of `expect` in tests."""

from typing import Final

from program_files.grammar.values import (
    AMOUNT_OR_ZERO,
    ANY_AMOUNT,
    COUNT,
    OBJECT,
    Key,
    ListValue,
    MapGrammar,
    MappingValue,
    NullValue,
    ReferenceKind,
    ReferenceValue,
    TextValue,
    UnionValue,
    ValueGrammar,
)

AMOUNTS: Final = UnionValue((AMOUNT_OR_ZERO, MappingValue(ReferenceValue("wallet"), AMOUNT_OR_ZERO)))
"""An amount of the default wallet, or amounts by wallet."""

BALANCE: Final = UnionValue((ANY_AMOUNT, MappingValue(ReferenceValue("wallet"), ANY_AMOUNT)))
"""May be negative: open debt is subtracted from the balance."""

_BADGES: Final = ListValue(ReferenceValue("badge"))
SOME_BADGES: Final = MapGrammar(
    "badges",
    (Key("has", _BADGES, "These are there."), Key("lacks", _BADGES, "These are not.")),
)
ACHIEVEMENT_STATE: Final = MapGrammar(
    "the state of an achievement",
    (
        Key("completed", COUNT, "How often it was completed, ever."),
        Key("progress", ANY_AMOUNT, "Its progress, as of now: a broken streak shows 0."),
    ),
)
REWARD_COUNTS: Final = MapGrammar(
    "the counts of a reward",
    (Key("issued", COUNT, "Of those, issued."), Key("expired", COUNT, "Of those, expired.")),
)

_TIMES_AND_BODY: Final = (
    Key("times", COUNT, "How often.", otherwise="at least once"),
    Key("body", OBJECT, "What it has in it, among other things."),
)
WEBHOOK_ITEM: Final = MapGrammar(
    "an item of webhooks",
    (
        Key("name", ReferenceValue("webhook"), "Its name.", otherwise="`call_webhook`"),
        *_TIMES_AND_BODY,
        Key("url", TextValue(longest=None), "Where it was sent."),
    ),
    any_of=("name", "url"),
)
EVENT_ITEM: Final = MapGrammar(
    "an item of events",
    (Key("event", ReferenceValue("built-in event"), "Its name.", required=True), *_TIMES_AND_BODY),
)


def _occurred(kind: ReferenceKind, *more: ValueGrammar) -> UnionValue:
    """Return a list of what occurred at least once (nothing of it, when empty), or a map of how often."""
    name = ReferenceValue(kind)
    item = UnionValue((name, *more)) if more else name
    return UnionValue((ListValue(item), MappingValue(name, COUNT)))


_TIER: Final = UnionValue((ReferenceValue("tier"), NullValue()))
EXPECT: Final = MapGrammar(
    "expect",
    (
        Key("points", BALANCE, "Points that can be spent; below 0 is what the member owes."),
        Key("pending", AMOUNTS, "Points that wait until they can be spent."),
        Key("earned", AMOUNTS, "Points ever earned."),
        Key("spent", AMOUNTS, "Points ever spent."),
        Key("expired", AMOUNTS, "Points that ever expired."),
        Key("awarded", AMOUNTS, "Points awarded since the expectations before."),
        Key("deducted", AMOUNTS, "Points deducted since the expectations before."),
        Key("tier", _TIER, "The tier; null: none."),
        Key("tiers", MappingValue(ReferenceValue("tier set"), _TIER), "The tiers of several sets; null: none."),
        Key(
            "badges",
            UnionValue((_BADGES, SOME_BADGES)),
            "The badges, all of them; or those that are there and those that are not.",
        ),
        Key("attributes", OBJECT, "Attributes of the member; null: there is none."),
        Key(
            "achievements",
            MappingValue(ReferenceValue("achievement"), ACHIEVEMENT_STATE),
            "Progress, and how often it was completed.",
        ),
        Key(
            "rewards",
            UnionValue(
                (
                    ListValue(ReferenceValue("reward")),
                    MappingValue(ReferenceValue("reward"), UnionValue((COUNT, REWARD_COUNTS))),
                )
            ),
            "The rewards issued, all of them; or how many of each.",
        ),
        Key("webhooks", _occurred("webhook", WEBHOOK_ITEM), "Webhooks sent since the expectations before."),
        Key("events", _occurred("built-in event", EVENT_ITEM), "Events that Laurel reported since then."),
        Key("fired", _occurred("reactor"), "Reactors that fired since then."),
        Key("not_fired", ListValue(ReferenceValue("reactor")), "Reactors that did not fire since then."),
        Key("limited", _occurred("reactor"), "Reactors that a limit stopped since then."),
    ),
    is_filled=True,
)
