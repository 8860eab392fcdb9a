"""Run all steps of one event in sequence: for in-memory engines, and for batches of events."""

from collections.abc import Callable, Mapping
from itertools import chain
from typing import Protocol

from loyalty.achievements.updates import update_achievements
from loyalty.engine.deciding import decide_event, with_returns
from loyalty.events.context import EventContext, run_once
from loyalty.events.turns import Runner, refusal
from loyalty.members.effects import change_member
from loyalty.points.effects import post_points
from loyalty.references import StepResult
from loyalty.rewards.effects import issue_rewards
from loyalty.transactions.taking_back import take_back

STEPS: Mapping[str, Callable[[EventContext], None]] = {
    "award_points": post_points,
    "change_member": change_member,
    "issue_rewards": issue_rewards,
    "update_achievements": update_achievements,
    "take_back": take_back,
}
"""The steps that apply a decision, by the names of their activities."""


def process_event(context: EventContext) -> None:
    """Decide an event and apply the decision; every step reads what the one before it wrote."""
    decide_event(context)
    context.store_contributions()
    for name in context.next_steps:
        context.reload_member()
        STEPS[name](context)
        context.store_contributions()
    context.next_steps = []


class OpenContext(Protocol):
    """Open the context of the step with a name; `after`: see EventContext."""

    def __call__(self, step: str, /, after: EventContext | None = None) -> EventContext: ...


def process_once(open_context: OpenContext, runner: Runner, *, root: str) -> StepResult:
    """Run `decide` and the steps that it asks for, each at most once; return the results of all of them, as one.

    The steps have the names that they have in the event's own workflow, so that each runs once, wherever it runs.
    `root`: see `run_once`.
    """
    context = open_context("decide")
    if (refused := refusal(context, runner)) is not None:
        return refused
    decided = with_returns(context, run_once(context, decide_event, last=True, root=root))
    results = [decided]
    before = context if context.state.status == "received" else None  # else earlier steps may have run before
    for name in decided.steps:
        end = "" if any(result.caused for result in results) else root
        last = name == decided.steps[-1]
        context = open_context(name, after=before)
        results.append(run_once(context, STEPS[name], last=last, root=end))
        before = context if before is not None else None
    return _as_one(results)


def _as_one(results: list[StepResult]) -> StepResult:
    return StepResult(
        did=list(chain.from_iterable(each.did for each in results)),
        caused=list(chain.from_iterable(each.caused for each in results)),
        deliveries=list(chain.from_iterable(each.deliveries for each in results)),
        wakes_clock=any(each.wakes_clock for each in results),
        error=next((each.error for each in results if each.error), ""),
        fired=results[0].fired,
    )
