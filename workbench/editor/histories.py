"""What a member of a test has behind them."""

from typing import Any, Final

from workbench.editor import parts
from workbench.editor.expectations import AMOUNT, COUNT, by_name
from workbench.editor.parts import Schema, choice, listed, one_of_names, record, told, words
from workbench.editor.vocabulary import Vocabulary
from workbench.scenarios.files.histories import PERS

_DAY: Final[Schema] = {"type": "string", "pattern": "^[0-9]{4}-?[0-9W]", "examples": ["2024-05-01"]}


def histories(vocabulary: Vocabulary, instant: Schema) -> dict[str, Any]:
    """The keys of a member that tell of lots, of progress, and of what limits have given."""
    return {
        "lots": told("In place of `points`: what was awarded, and what is left of it.", _lots(vocabulary, instant)),
        "achievements": told("How far they are with achievements.", _standings(vocabulary)),
        "used": told("What firings took from limits, day by day.", _used(vocabulary)),
    }


def _lots(vocabulary: Vocabulary, instant: Schema) -> Schema:
    keys = {
        "wallet": told("The wallet; the default one if not said.", one_of_names(vocabulary.wallets, "wallet")),
        "points": told("What was awarded.", AMOUNT),
        "remaining": told("What is left; all of it if not said.", AMOUNT),
        "active_from": told("When pending points become active; they are if not said.", instant),
        "expires_at": told("When they expire; never if not said.", instant),
    }
    return listed(record(keys, required=["points"]))


def _standings(vocabulary: Vocabulary) -> Schema:
    mark = {
        "day": told("The local day.", _DAY),
        "value": told("The value that is told apart, where values are counted.", parts.TEXT),
        "amount": told("What the day added; 1 if not said.", AMOUNT),
        "used": told("How much of it a completion used up.", AMOUNT),
    }
    keys = {
        "completed": told("How often they completed it.", COUNT),
        "marks": told("What each day added.", listed(record(mark, required=["day"]))),
    }
    return {"type": "object", **by_name(vocabulary.achievements, "achievement", record(keys))}


def _used(vocabulary: Vocabulary) -> Schema:
    pers = choice(words(PERS, member="What the member took.", program="What all members took together."))
    keys = {
        "reactor": told("Whose limits.", one_of_names(vocabulary.reactors, "reactor")),
        "per": told("Of which limits; the member's if not said.", pers),
        "day": told("The local day.", _DAY),
        "times": told("How often it fired; once if not said.", COUNT),
        "points": told("What it awarded.", AMOUNT),
    }
    return listed(record(keys, required=["reactor", "day"]))
