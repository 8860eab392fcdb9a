"""A plan as JSON. Its keys are stable."""

from commands.plan.plan import Plan
from commands.shared.plan_files import VERSION
from loyalty.losses import losses_as_json
from program_files import revision_hash
from rules.values import Json
from workbench.backtest import rendering
from workbench.differences import as_json


def plan_as_json(plan: Plan) -> dict[str, Json]:
    """Return what `--format json` prints, and a plan file holds."""
    return {
        "laurelPlan": VERSION,
        "store": plan.program.store,
        "madeAt": plan.made_at.isoformat(timespec="seconds"),
        "basedOn": plan.based_on,
        "hash": revision_hash(plan.files),
        "changes": as_json(plan.changes),
        **_losses(plan),
        "risers": dict(plan.risers),
        "notices": dict(plan.notices),
        "backtest": None if plan.comparison is None else {"days": plan.days, **rendering.as_json(plan.comparison)},
        "notReplayed": plan.not_replayed,
    }


def _losses(plan: Plan) -> dict[str, Json]:
    """Return what deploying the plan would lose; `losses` is null if it was compared with a folder."""
    if plan.losses is None:
        return {"losses": None, "title": None}
    return losses_as_json(plan.losses)
