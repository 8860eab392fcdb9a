"""The decision, stored once, with what it takes from limits."""

from datetime import date
from itertools import chain

from loyalty.calendar import local_day, window
from loyalty.decide import Usage, decide
from loyalty.effects import AwardPoints, DeductPoints, GrantBadge, IssueReward, SetAttribute, SetTier
from loyalty.steps.effects_told import tell_of_effects
from loyalty.steps.step import Step
from loyalty.steps.telling import tell_of_built_in


def decide_event(step: Step) -> None:
    """Answer the step's event, claim what firing reactors take from their limits, and keep the decision.

    The claim is made in the decision's own transaction, so that no two events are ever promised the same allowance.
    What is to be told of the event is told here, too: deliveries begin when everything is applied.
    """
    step.decision = decide(step.program, step.member, step.event, _usage(step), now=step.now)
    for claim in step.decision.claims:
        step.tx.usage.claim(claim, step.event.member)
    step.tx.events.set_decided(step.event.id, step.decision, now=step.now)
    step.fired = [answer.source for answer in step.decision.answers if answer.fired]
    step.steps = _steps(step)
    tell_of_built_in(step)
    tell_of_effects(step)


def _steps(step: Step) -> list[str]:
    """The activities that apply the decision."""
    effects = [effect for _, _, effect in step.decision.effects()]
    needed = {
        "award_points": any(isinstance(e, AwardPoints | DeductPoints) for e in effects),
        "change_member": any(isinstance(e, GrantBadge | SetTier | SetAttribute) for e in effects),
        "issue_rewards": any(isinstance(e, IssueReward) for e in effects),
        "update_achievements": step.event.type in step.program.achievements_on,
    }
    return [name for name, is_needed in needed.items() if is_needed]


def _usage(step: Step) -> Usage:
    """What the limits of this event type's reactors have given so far."""
    limited = [r for r in step.program.reactors_on.get(step.event.type, ()) if r.limits]
    if not limited:
        return {}
    day = local_day(step.event.time, step.program.zone)
    spans = [window(day, limit.every) for limit in chain.from_iterable(r.limits for r in limited)]
    since: date = min(first for first, _ in spans)
    until: date = max(last for _, last in spans)
    return step.tx.usage.of([r.name for r in limited], step.event.member, since=since, until=until)
