"""The program of a draft, for what is tried under it."""

from api.drafts.saving import DraftState
from api.state.by_hand import corrector_of
from api.state.dependencies import StoreRequest


async def draft_texts(store_request: StoreRequest) -> dict[str, str]:
    """The files of the program that the caller's draft makes; without a change, those in force."""
    admin = corrector_of(store_request).id
    return await store_request.database.read(lambda tx: DraftState.read(tx, admin).texts)
