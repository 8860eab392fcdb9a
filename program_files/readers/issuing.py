"""The event types on which the files of a program issue a reward, before reactors and achievements are read."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TypeAlias

from loyalty.program.scope import coupon_value_scope
from program_files.readers.declarations import Declarations
from program_files.text.nodes import Node
from rules.types import Type

Nodes: TypeAlias = Mapping[str, Mapping[str, Node | None]]
COMPLETED = "achievement_completed"


def scopes_of_coupons(
    declared: Declarations, nodes: Nodes, faulty: Collection[str]
) -> Callable[[str], Sequence[Type] | None]:
    """Return a function from a reward to what the value of its coupons can read: one scope for each event type.

    Event types with errors are left out; None if there are only such, so that it is unknown what the value can read. A
    reward that only administrators give has no scope.
    """

    def scopes(reward: str) -> Sequence[Type] | None:
        issued_on = _issued_on(nodes, reward)
        known = [each for each in issued_on if each in declared.event_types and each not in faulty]
        if issued_on and not known:
            return None
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
