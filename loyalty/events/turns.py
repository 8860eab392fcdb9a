"""The turn of an event: it waits for those before it in its member's queue, and one workflow runs it."""

from dataclasses import dataclass

from loyalty.events.context import EventContext
from loyalty.references import StepResult, is_held_by_merge
from loyalty.store.events import QueueHead

WAITS = StepResult(waits=True)


@dataclass(frozen=True, slots=True)
class Runner:
    """The workflow that wants to run a step of an event."""

    id: str
    gone: str = ""
    """The id of a former owner that is known to be closed: this runner may take its events over."""
    parks: bool = False
    """Whether to store this workflow as waiting if the event must wait: it gets a signal when its turn comes."""


def refusal(context: EventContext, runner: Runner) -> StepResult | None:
    """Return the result of a step that must not run now; None: it runs, and the runner owns the event.

    A result with `owner`: that workflow runs the event. With `waits`: an event before it is still in the queue.
    """
    state = context.state
    if state.owner not in (None, runner.id, runner.gone):
        return StepResult(owner=state.owner)
    is_undecided = state.status == "received"
    if is_undecided and not state.is_next:
        if runner.parks:
            context.tx.events.set_owner(state.id, runner.id, now=context.now, parked=True)
        return WAITS
    context.owner = runner.id
    if state.status == "decided" and state.owner != runner.id:
        context.tx.events.set_owner(state.id, runner.id, now=context.now)
    return None


def parked_workflow(head: QueueHead) -> str | None:
    """Return the id of the workflow that sleeps until the first event in a queue may continue; None: there is none."""
    if head.status != "received" or head.owner is None:
        return None
    if is_held_by_merge(head.owner):
        return head.owner
    return head.owner if head.owner.endswith(f"/{head.id}") and head.owner.startswith("event/") else None
