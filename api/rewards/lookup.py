"""Find the reward of a request, and the calling member."""

from typing import Annotated, TypeAlias

from fastapi import Path

from api.authentication.callers import MemberCaller
from api.http.errors import Forbidden, NotFound
from api.state.dependencies import StoreRequest
from loyalty.program.program import Program
from loyalty.program.rewards import Reward

RewardInPath: TypeAlias = Annotated[str, Path(alias="reward", description="A rewardId, or its name in files.")]


def reward_in_path(program: Program, text: str) -> Reward:
    """Return the reward of a path; raise NotFound."""
    found = program.rewards.get(text)
    if found is None:
        wanted = text.lower()
        rewards = program.rewards.values()
        found = next((each for each in rewards if program.id_of("reward", each.name) == wanted), None)
    if found is None:
        raise NotFound(f"no reward {text[:80]} in {program.store}")
    return found


def logged_in_member(store_request: StoreRequest) -> str:
    """Return the id of the calling member; raise Forbidden for an administrator, or for a member of another store."""
    caller = store_request.caller
    if not isinstance(caller, MemberCaller) or caller.store != store_request.store:
        raise Forbidden("this is for members of the store: log in as one")
    return caller.id
