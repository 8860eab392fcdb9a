"""The decision, stored once, with what it takes from limits."""

from datetime import date
from itertools import chain

from loyalty.calendar import local_day, window
from loyalty.decisions.decision import Answer, Decision
from loyalty.engine.builtin_event_messages import tell_of_built_in
from loyalty.engine.effect_messages import tell_of_effects
from loyalty.events.context import Step
from loyalty.events.decide import Usage, decide
from loyalty.members.operations import begin_period
from loyalty.program.effects import AwardPoints, DeductPoints, GrantBadge, IssueReward, SetAttribute, SetTier
from loyalty.program.program import Program
from loyalty.store.members import Event
from loyalty.store.repositories import Books

_APPLIES = (
    ("award_points", {AwardPoints, DeductPoints}),
    ("change_member", {GrantBadge, SetTier, SetAttribute}),
    ("issue_rewards", {IssueReward}),
)
"""The steps that apply a decision, in their order, and the effects that ask for them."""


def decide_event(step: Step) -> None:
    """Answer the step's event, claim what firing reactors take from their limits, and keep the decision.

    The claim is made in the decision's own transaction, so that no two events are ever promised the same allowance.
    What is to be told of the event is told here, too: deliveries begin when everything is applied.
    """
    decision = step.decided = step.outbox.decided = _decision(step)
    for claim in decision.claims:
        step.tx.usage.claim(claim, step.event.member)
    step.tx.events.set_decided(step.event.id, decision, now=step.now)
    fired = [answer for answer in decision.answers if answer.fired]
    step.fired = [answer.source for answer in fired]
    step.steps = _steps(step, fired)
    if step.event.type == "member_registered":
        begin_period(step)
    tell_of_built_in(step)
    for answer in fired:
        tell_of_effects(step, answer)


def _decision(step: Step) -> Decision:
    if step.event.type not in step.program.reactors_on and step.event.type != "achievement_completed":
        return Decision(())  # and nothing is read of the member
    usage = usage_on(step.tx, step.program, step.event)
    member = step.member if step.event.type in step.program.decides_by_member else None
    return decide(step.program, member, step.event, usage, now=step.now, explains=step.explains)


def _steps(step: Step, fired: list[Answer]) -> list[str]:
    """The activities that apply what fired."""
    kinds = {effect.__class__ for answer in fired for effect in answer.effects}
    steps = [name for name, applies in _APPLIES if not kinds.isdisjoint(applies)] if kinds else []
    if step.event.type in step.program.achievements_on:
        steps.append("update_achievements")
    return steps


def usage_on(tx: Books, program: Program, event: Event) -> Usage:
    """What the limits of the reactors on an event have given so far."""
    limited = program.limited_on.get(event.type)
    if limited is None:
        return {}
    day = local_day(event.time, program.zone)
    spans = [window(day, limit.every) for limit in chain.from_iterable(r.limits for r in limited)]
    since: date = min(first for first, _ in spans)
    until: date = max(last for _, last in spans)
    return tx.usage.of([r.name for r in limited], event.member, since=since, until=until)
