"""How commands that put a program in force say what that changes."""

import json
from typing import TYPE_CHECKING

from commands.shared.exits import print_warnings
from commands.shared.options import Format

if TYPE_CHECKING:
    from commands.deploy.deployment import Intent
    from commands.shared.registry import Deployed


def say_intent(intent: "Intent", format: Format) -> None:  # noqa: A002
    """Say, before it is done, what it will change; of a first program that is everything, so nothing is said.

    What `laurel check` warns of is told before, as it tells it.
    """
    from workbench.differences import text

    if format is Format.json:
        return
    print_warnings(intent.warnings)
    if not intent.in_force:
        return
    if intent.changes is None:
        print(f"revision {intent.in_force} cannot be compared: this Laurel does not read it")
    elif intent.changes:
        print(text(intent.changes))


def say_result(intent: "Intent", done: "Deployed", format: Format, *, rolled_back_to: int | None = None) -> None:  # noqa: A002
    """Say what came of it; as JSON, with what it changed and what `laurel check` warns of."""
    from commands.check.text import problem_as_json
    from workbench.differences import as_json

    if format is Format.json:
        result = {
            "store": intent.store,
            "revision": done.number,
            "isNew": done.is_new,
            "was": intent.in_force or None,
            "changes": None if intent.changes is None else as_json(intent.changes),
            "problems": [problem_as_json(problem) for problem in intent.warnings],
        }
        print(json.dumps(result if rolled_back_to is None else result | {"rolledBackTo": rolled_back_to}))
        return
    said = "is in force" if done.is_new else "was in force already"
    if rolled_back_to is not None and done.is_new:
        said += f", a rollback to {rolled_back_to}"
    elif done.is_new and intent.in_force and intent.changes == ():
        said += f"; it says what revision {intent.in_force} said"
    print(f"store {intent.store}: revision {done.number} {said}")
