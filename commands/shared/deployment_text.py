"""The output of commands about a deployment: before it, the changes; after it, the result."""

import json
from typing import TYPE_CHECKING

from commands.shared.exits import print_warnings
from commands.shared.options import Format

if TYPE_CHECKING:
    from commands.shared.deployment import PendingDeployment
    from commands.shared.registry import Deployed
    from loyalty.refusals import UnnamedLosses


def print_pending(pending: "PendingDeployment", format: Format) -> None:  # noqa: A002 - as the option
    """Print warnings and changes before a deployment: nothing as JSON, and no changes of a first program."""
    from workbench.differences import text

    if format is Format.json:
        return
    print_warnings(pending.warnings)
    for name, days in pending.overruled.items():
        print(
            f"the settings of the store override notify_before.{name}: {days} {'day' if days == 1 else 'days'} before"
        )
    if not pending.in_force:
        return
    if pending.changes is None:
        print(f"revision {pending.in_force} cannot be compared: this Laurel does not read it")
    elif pending.changes:
        print(text(pending.changes))


def print_refused(losses: "UnnamedLosses", format: Format) -> None:  # noqa: A002 - as the option
    """Print what a refused deployment would lose, as JSON; as text it is part of the error."""
    from loyalty.losses import losses_as_json

    if format is Format.json:
        print(json.dumps(losses_as_json(losses.unnamed)))


def print_deployed(
    pending: "PendingDeployment",
    done: "Deployed",
    format: Format,  # noqa: A002 - as the option
    *,
    rolled_back_to: int | None = None,
) -> None:
    """Print the result of a deployment; as JSON, with its changes and warnings."""
    from commands.shared.problem_text import problem_as_json
    from workbench.differences import as_json

    if format is Format.json:
        result = {
            "store": pending.store,
            "revision": done.number,
            "isNew": done.is_new,
            "was": pending.in_force or None,
            "changes": None if pending.changes is None else as_json(pending.changes),
            "overruled": {f"notify_before.{name}": days for name, days in pending.overruled.items()},
            "problems": [problem_as_json(problem) for problem in pending.warnings],
        }
        print(json.dumps(result if rolled_back_to is None else result | {"rolledBackTo": rolled_back_to}))
        return
    state = "is in force" if done.is_new else "was in force already"
    if rolled_back_to is not None and done.is_new:
        state += f", a rollback to {rolled_back_to}"
    elif done.is_new and pending.in_force and pending.changes == ():
        state += f"; it says what revision {pending.in_force} said"
    print(f"store {pending.store}: revision {done.number} {state}")
