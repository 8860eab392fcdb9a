"""Rules of spend: what counts of a transaction for tiers."""

from loyalty.program.logic import Logic
from program_files.readers.declarations import Declarations
from program_files.readers.logic import read_logic
from program_files.readers.tier_sets import ReadTierSet
from program_files.text.problems import Problems
from rules.types import NUMBER, Type, record, step_into


def read_spend(read: ReadTierSet, problems: Problems, declared: Declarations) -> Logic | None:
    """Return the rule of what counts of a transaction for a tier set; None: all of it.

    It only reads the event, so that a sale counts the same whenever it is counted.
    """
    if read.spend is None:
        return None
    return read_logic(read.spend, problems, spend_scope(declared), NUMBER, declared.settings.zone)


def spend_scope(declared: Declarations) -> Type:
    """Return the type of what a rule of spend reads."""
    event = step_into(declared.scope_of("transaction"), "event")
    assert event is not None, "every rule reads the event"
    return record({"event": event})
