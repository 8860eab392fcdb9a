"""What a designer's test expects."""

from typing import Final

from loyalty.webhooks.messages import EVENT_NAMES
from loyalty.webhooks.outbox import CALL
from program_files.fields import LARGEST_AMOUNT
from workbench.editor.parts import Schema, listed, one_of_names, record, told, whole
from workbench.editor.vocabulary import Names, Vocabulary
from workbench.scenarios.files.expectations import MOST

COUNT: Final = whole(0, MOST)
AMOUNT: Final[Schema] = {"type": "number", "minimum": 0, "maximum": LARGEST_AMOUNT}
_WEBHOOKS: Final = {name: name for name in (CALL, *EVENT_NAMES)}


def amounts(vocabulary: Vocabulary) -> Schema:
    """An amount of the default wallet, or amounts by wallet."""
    return {"type": ["number", "object"], **_AMOUNT_PARTS, **by_name(vocabulary.wallets, "wallet", AMOUNT)}


def expectations(vocabulary: Vocabulary) -> Schema:
    """What `expect` can ask for."""
    points = amounts(vocabulary)
    reactors = one_of_names(vocabulary.reactors, "reactor")
    own = {name: title for name, title in (vocabulary.event_types or {}).items() if name in vocabulary.built_in}
    keys = {
        "points": told("Points that can be spent.", points),
        "pending": told("Points that wait until they can be spent.", points),
        "earned": told("Points ever earned.", points),
        "spent": told("Points ever spent.", points),
        "expired": told("Points that ever expired.", points),
        "awarded": told("Points awarded since the expectations before.", points),
        "deducted": told("Points deducted since the expectations before.", points),
        "tier": told("The tier; null: none.", {"anyOf": [one_of_names(vocabulary.tiers, "tier"), {"type": "null"}]}),
        "badges": told("The badges, all of them; or those that are there and those that are not.", _badges(vocabulary)),
        "attributes": told("Attributes of the member; null: there is none.", {"type": "object"}),
        "achievements": told("Progress, and how often it was completed.", _achievements(vocabulary)),
        "rewards": told("The rewards issued, all of them; or how many of each.", _rewards(vocabulary)),
        "webhooks": told("Webhooks sent since the expectations before.", _occurred(_WEBHOOKS, "webhook", "name")),
        "events": told("Events that Laurel reported since then.", _occurred(own or None, "event", "event")),
        "fired": told("Reactors that fired since then.", _occurred(vocabulary.reactors, "reactor", None)),
        "not_fired": told("Reactors that did not fire since then.", listed(reactors)),
        "limited": told("Reactors that a limit stopped since then.", _occurred(vocabulary.reactors, "reactor", None)),
    }
    return {**record(keys), "minProperties": 1}


_AMOUNT_PARTS: Final[Schema] = {key: value for key, value in AMOUNT.items() if key != "type"}


def by_name(names: Names | None, kind: str, value: Schema) -> Schema:
    """A map whose keys are names."""
    if names is None:
        return {"propertyNames": one_of_names(names, kind), "additionalProperties": value}
    return {"properties": {name: told(title, value) for name, title in names.items()}, "additionalProperties": False}


def _badges(vocabulary: Vocabulary) -> Schema:
    badges = listed(one_of_names(vocabulary.badges, "badge"))
    some = {"has": told("These are there.", badges), "lacks": told("These are not.", badges)}
    return {**record(some), "type": ["array", "object"], "items": badges["items"]}


def _achievements(vocabulary: Vocabulary) -> Schema:
    keys = {
        "completed": told("How often it was completed, ever.", COUNT),
        "progress": told("How far it is, as the last webhook told.", AMOUNT),
    }
    return {"type": "object", **by_name(vocabulary.achievements, "achievement", record(keys))}


def _rewards(vocabulary: Vocabulary) -> Schema:
    states = {"issued": told("Of those, issued.", COUNT), "expired": told("Of those, expired.", COUNT)}
    count = {**record(states), **COUNT, "type": ["integer", "object"]}
    reward = one_of_names(vocabulary.rewards, "reward")
    return {"type": ["array", "object"], "items": reward, **by_name(vocabulary.rewards, "reward", count)}


def _occurred(names: Names | None, kind: str, word: str | None) -> Schema:
    """A list of what occurred at least once (none of it, when empty), or a map of how often."""
    name = one_of_names(names, kind)
    item = name if word is None else {"anyOf": [name, _asked(name, word)]}
    return {"type": ["array", "object"], "items": item, **by_name(names, kind, COUNT)}


def _asked(name: Schema, word: str) -> Schema:
    keys = {
        word: told("Its name.", name),
        "times": told("How often.", COUNT),
        "body": told("What it has in it, among other things.", {"type": "object"}),
    }
    if word == "event":
        return record(keys, required=[word])
    asked = record({**keys, "url": told("Where it was sent.", {"type": "string", "pattern": r"\S"})})
    return {**asked, "anyOf": [{"required": [word]}, {"required": ["url"]}]}
