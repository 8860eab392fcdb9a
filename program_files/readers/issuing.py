"""The event types on which the files of a program issue a reward, before reactors and achievements are read."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TypeAlias

from loyalty.program.scope import coupon_value_scope
from program_files.readers.declarations import Declarations
from program_files.text.nodes import Node
from rules.types import Type

Nodes: TypeAlias = Mapping[str, Mapping[str, Node | None]]
COMPLETED = "achievement_completed"


def scopes_of_coupons(declared: Declarations, nodes: Nodes, faulty: Collection[str]) -> Callable[[str], Sequence[Type]]:
    """Return a function from a reward to what the value of its coupons can read: one scope for each event type.

    Event types with errors are left out: what a rule reads of them is unknown. None is left for a reward that only
    administrators give.
    """

    def scopes(reward: str) -> Sequence[Type]:
        known = [each for each in _issued_on(nodes, reward) if each in declared.event_types and each not in faulty]
        return [coupon_value_scope(declared.scope_of(each), with_event=True) for each in known]

    return scopes


def _issued_on(nodes: Nodes, reward: str) -> Sequence[str]:
    """Return the event types of the reactors, and of the completions, that issue a reward."""
    found: dict[str, None] = {}
    for folder in ("reactors", "achievements"):
        for node in nodes[folder].values():
            effects = None if node is None else node.entries.get("then")
            if node is None or effects is None or not _issues(effects, reward):
                continue
            on = node.entries.get("on")
            found[COMPLETED if folder == "achievements" else str(on and on.value)] = None
    return list(found)


def _issues(effects: Node, reward: str) -> bool:
    listed = effects.value if isinstance(effects.value, list) else []
    named = (each.entries.get("issue_reward") for each in listed)
    return any(each is not None and each.value == reward for each in named)
