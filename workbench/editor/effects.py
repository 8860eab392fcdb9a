"""What reactors and achievements cause, and the rules in it."""

from collections.abc import Mapping
from typing import Final

from program_files.effects import HEADER, HEADER_VALUE, OWN_HEADERS, ROUNDINGS
from program_files.settings import PERIODS
from rules.types import Type
from workbench.editor import parts
from workbench.editor.parts import (
    Schema,
    choice,
    instant,
    listed,
    one_key,
    one_of_names,
    record,
    referred,
    told,
    unspoken,
)
from workbench.editor.rules import NUMBER_RULE, TEMPLATE
from workbench.editor.scopes import Scopes
from workbench.editor.vocabulary import Vocabulary

EFFECT = referred("effect")
_ROUND: Final = parts.words(
    ROUNDINGS,
    down="To the whole unit below; the default.",
    up="To the whole unit above.",
    half_up="To the nearest; a half goes up.",
    half_even="To the nearest; a half goes to the even one, so that many halves even out.",
)
_DAYS_OF_THE_YEAR: Final = "(0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-[0-2][0-9]"
_RULE_KEYS: Final[Mapping[str, str]] = {
    "award_points": "points",
    "deduct_points": "points",
    "set_attribute": "value",
    "call_webhook": "body",
}
"""Where in an effect rules are that see the event."""


def expires(since: str = "the award") -> Schema:
    """When points expire, or a tier is reviewed: counted from what `since` names."""
    day = {**instant(_DAYS_OF_THE_YEAR), "patternErrorMessage": 'Write a month and a day, as in "12-31".'}
    ends = choice(parts.words(PERIODS, month="When the month ends.", year="When the year ends."))
    rules = {
        "after": told(f"So long after {since}.", parts.DURATION),
        "end_of": told(f"When the month or the year of {since} ends.", ends),
        "on": told("When the next such day begins.", {**day, "examples": ["12-31"]}),
    }
    return {"anyOf": [{"const": "never"}, one_key(rules)]}


def effect(vocabulary: Vocabulary) -> Schema:
    """One item of a `then`."""
    wallet = one_of_names(vocabulary.wallets, "wallet")
    amount = {
        "points": told("How many: a number, or a rule that comes to one.", NUMBER_RULE),
        "wallet": told("The wallet; the default one if not said.", wallet),
        "round": told("How the amount becomes one of the wallet's units.", choice(_ROUND), default="down"),
    }
    award = {
        **amount,
        "pending": told("How long they wait before they can be spent; as the wallet says.", parts.DURATION_OR_ZERO),
        "expires": told("When they expire; as the wallet says if not said.", expires()),
    }
    attribute = {
        "name": told("What it is called: `member.attributes.NAME` in rules.", parts.NAMED),
        "value": told("What it becomes: a value, or a rule.", TEMPLATE),
    }
    badge, reward, tier = (
        one_of_names(names, kind)
        for names, kind in ((vocabulary.badges, "badge"), (vocabulary.rewards, "reward"), (vocabulary.tiers, "tier"))
    )
    return one_key(
        {
            "award_points": told("Adds points to a wallet.", record(award, required=["points"])),
            "deduct_points": told("Spends points, the soonest to expire first.", record(amount, required=["points"])),
            "grant_badge": told("Grants a badge, or one more of it.", badge),
            "issue_reward": told("Issues a reward, with a coupon if it has one.", reward),
            "set_tier": told("Puts the member into a tier.", tier),
            "set_attribute": told("Remembers something on the member.", record(attribute, required=["name", "value"])),
            "call_webhook": told("Sends a webhook of its own.", _webhook()),
        }
    )


def then(*, least: int) -> Schema:
    """The list of effects."""
    return told("What it causes, in this order: one effect an item.", listed(EFFECT, least=least))


def effects_seeing(scopes: Scopes, seen: Type, name: str) -> Schema:
    """What the rules in a `then` may look into; it stands beside `then`."""
    inside = scopes.of(seen, name)
    effects = {key: unspoken({"properties": {inner: unspoken(inside)}}) for key, inner in _RULE_KEYS.items()}
    return {"items": {"properties": effects}}


def _webhook() -> Schema:
    own = [f"^{_in_any_case(name)}$" for name in sorted(OWN_HEADERS)] + [f"^{_in_any_case('webhook-')}"]
    headers = {
        "type": "object",
        "propertyNames": {"pattern": f"^{HEADER.pattern}$", "not": {"pattern": "|".join(own)}},
        "additionalProperties": {"type": "string", "pattern": f"^{HEADER_VALUE.pattern}$"},
    }
    url = {
        "type": "string",
        "pattern": r"^[hH][tT][tT][pP][sS]?://[^\s@\\]+",
        "patternErrorMessage": "A URL begins with https:// or http://.",
        "examples": ["https://example.com/hook"],
    }
    keys = {
        "url": told("Where it is sent.", url),
        "body": told("What it says: JSON, any part of which may be a rule.", TEMPLATE),
        "headers": told("Headers beside Laurel's own.", headers),
    }
    return record(keys, required=["url"])


def _in_any_case(text: str) -> str:
    return "".join(f"[{letter}{letter.upper()}]" if letter.isalpha() else letter for letter in text)
