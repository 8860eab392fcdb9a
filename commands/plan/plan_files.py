"""Plans as files: what was planned, whole, so that exactly that can be deployed."""

from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from commands.plan.planning import Plan, PlanError
from program_files import revision_hash
from rules import MalformedJson, exact
from rules.values import Json
from workbench.backtest import rendering
from workbench.differences import as_json

VERSION = 1
"""Of the form of plan files."""


def plan_as_json(plan: Plan) -> dict[str, Json]:
    """A plan for programs: also what its file holds."""
    return {
        "laurelPlan": VERSION,
        "store": plan.program.store,
        "madeAt": plan.made_at.isoformat(timespec="seconds"),
        "basedOn": plan.based_on,
        "hash": revision_hash(plan.files),
        "changes": as_json(plan.changes),
        "backtest": None if plan.comparison is None else {"days": plan.days, **rendering.as_json(plan.comparison)},
        "notReplayed": plan.not_replayed,
    }


def save(plan: Plan, file: Path) -> None:
    """Write a plan; raise OSError."""
    texts: dict[str, Json] = {name: content.decode() for name, content in plan.files.items()}
    said = plan_as_json(plan) | {"files": texts}
    file.write_text(exact.dumps(said | {"checksum": _checksum(said)}) + "\n", encoding="utf-8")


def to_deploy(file: Path) -> tuple[Mapping[str, bytes], int]:
    """The program of a plan, and the revision that it may replace (0: none).

    Raise PlanError for a file that is no plan, that was changed since, or that was compared with a folder.
    """
    try:
        said: Any = exact.loads(file.read_bytes())
        version, based_on, checksum = said["laurelPlan"], said["basedOn"], said.pop("checksum")
        files = {str(name): str(text).encode() for name, text in said["files"].items()}
    except (ValueError, LookupError, TypeError, AttributeError, MalformedJson):
        raise PlanError(f"{file} is no plan: make one with `laurel plan DIR --save FILE`") from None
    if version != VERSION:
        raise PlanError(f"{file} is a plan of another version of Laurel ({version}): plan again")
    if based_on is None:
        raise PlanError(f"{file} was compared with a folder, not with the program in force: plan without --against")
    if _checksum(said) != checksum or not isinstance(based_on, int):
        raise PlanError(f"{file} was changed since it was made: plan again")
    return files, based_on


def _checksum(said: Mapping[str, Json]) -> str:
    """Of all that a plan says: whoever looked at it saw its numbers, too. The layout of the file does not matter."""
    return sha256(exact.dumps(said).encode()).hexdigest()
