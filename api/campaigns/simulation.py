"""Run a simulation in the form of the reference, as `POST simulate` runs one."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from api.campaigns.schemas import CampaignSimulation, SimulatedCustomer
from api.http.errors import BadInput, InputFault
from api.simulations.running import DoneSimulation
from api.simulations.schemas import PostSimulation
from loyalty.decisions.decision import RuleOutcome
from loyalty.program.effects import BY_TYPE, AwardPoints, DeductPoints, Effect, IssueReward
from loyalty.program.program import Program
from loyalty.store.points import account_id

_IDENTITY = {"id": "customerId", "email": "email", "phone": "phone", "loyaltyCardNumber": "loyaltyCardNumber"}


def simulation_of(posted: CampaignSimulation, program: Program) -> PostSimulation:
    """Return the requested simulation; raise BadInput for what Laurel does not simulate."""
    if posted.trigger != "custom_event":
        message = f"{posted.trigger[:40]} is not simulated here: send custom_event, or the event type to POST simulate"
        raise BadInput.at("simulate.trigger", message, "notSupported")
    event = posted.custom_event
    if event is None:
        raise BadInput.at("simulate.custom_event", "this is required: send it", "missing")
    customer = posted.customer.model_dump(by_alias=True, exclude_none=True)
    identity = {_IDENTITY[name]: customer.pop(name) for name in _IDENTITY if name in customer}
    reported: dict[str, Any] = {"type": event.type, "eventDate": event.event_date, "body": event.body}
    if identity:
        _refuse(customer, "of a member of the store nothing else is simulated: leave it out")
        return PostSimulation.model_validate({"event": reported | {"customerData": identity}})
    return PostSimulation.model_validate({"event": reported, "member": _adhoc(posted.customer, customer, program)})


def simulated_campaigns(done: DoneSimulation, program: Program) -> dict[str, Any]:
    """Return what the reactors would do, and the wallets of the member after it."""
    outcomes = [outcome for event in done.result.events for outcome in event.decision.outcomes if outcome.fired]
    wallets = [
        {
            "walletId": None if done.member is None else account_id(done.member, code),
            "walletType": {
                "code": code,
                "name": wallet.title,
                "isDefault": wallet.default,
                "active": True,
                "unitSingularName": "Point",
                "unitPluralName": "Points",
            },
            "account": {"activeUnits": wallet.amount(balance.net)},
        }
        for code, wallet in program.wallets.items()
        if (balance := done.result.after.balances.get(code)) is not None
    ]
    member = {"wallets": wallets} | ({} if done.member is None else {"memberId": done.member})
    return {"effects": list(_effects(outcomes, program)), "evaluationWarnings": [], "simulatedMember": member}


def _adhoc(posted: SimulatedCustomer, customer: dict[str, Any], program: Program) -> dict[str, Any]:
    """Return an ad-hoc member as `POST simulate` reads one; raise BadInput for unknown fields."""
    member: dict[str, Any] = {}
    if posted.level_id is not None:
        level = customer.pop("levelId")
        names = [each.name for each in program.tiers if level in (each.name, program.id_of("tier", each.name))]
        if not names:
            raise BadInput.at("simulate.customer.levelId", "there is no such tier", "unknownTier")
        member["tier"] = names[0]
    if posted.active_points is not None:
        member["points"] = _number(customer.pop("activePoints"))
    if posted.registered_date is not None:
        member["registeredAt"] = customer.pop("registeredDate")
    _refuse(customer, "an ad-hoc member has no such field here: use POST simulate, whose `member` has them all")
    return member


def _number(given: Any) -> Any:
    """Return a number that may be sent as text."""
    try:
        number = Decimal(given) if isinstance(given, str) else given
    except ArithmeticError:
        number = None
    if isinstance(number, bool) or not isinstance(number, int | Decimal) or not Decimal(number).is_finite():
        raise BadInput.at("simulate.customer.activePoints", "this must be a number", "invalidAmount")
    return number


def _refuse(fields: dict[str, Any], message: str) -> None:
    if fields:
        faults = [InputFault(message, "notSupported", f"simulate.customer.{str(name)[:80]}") for name in fields]
        raise BadInput.of(faults)


def _effects(outcomes: list[RuleOutcome], program: Program) -> Iterator[dict[str, Any]]:
    by_source = {each.source: each for each in program.reactors}
    for outcome in outcomes:
        reactor = by_source.get(outcome.source)
        if reactor is None:
            continue  # an achievement's
        campaign = {"campaignId": program.id_of("reactor", reactor.name), "name": reactor.title}
        for effect in outcome.effects:
            shown = {"type": BY_TYPE[type(effect)].campaign_type, "campaign": campaign, "target": "self"}
            yield shown | _amount(effect, program)


def _amount(effect: Effect, program: Program) -> dict[str, Any]:
    match effect:
        case AwardPoints(wallet, points) | DeductPoints(wallet, points):
            return {"points": program.wallets[wallet].amount(points), "wallet": wallet}
        case IssueReward(reward):
            return {"rewardId": program.id_of("reward", reward)}
        case _:  # of the others the type says all that the reference has
            return {}
