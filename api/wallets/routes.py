"""Wallets and wallet types: list and show them."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path
from starlette.requests import Request
from starlette.responses import Response

from api.http.errors import NotAllowed, NotFound
from api.http.paging import ListQuery, matches, page_of_list
from api.http.responses import ExactJson
from api.state.dependencies import AdminRequest, StoreRequest
from api.wallets.schemas import Wallet, WalletTypeDetails, WalletTypes
from api.wallets.views import sent_points, wallet_type_details_view, wallet_type_view, wallet_view
from database import ReadTransaction

router = APIRouter(prefix="/api/{storeCode}", tags=["Wallet"])

LIST_QUERY = ListQuery({"code": "text", "name": "text", "active": "boolean", "isDefault": "boolean"})


@router.get(
    "/walletType",
    summary="List wallet types",
    response_model=WalletTypes,
    openapi_extra=LIST_QUERY.openapi_parameters(),
)
async def list_wallet_types(request: Request, store_request: AdminRequest) -> Response:
    """List the wallets of the program in force, in the order of its file."""
    program = store_request.program
    page, filters = LIST_QUERY.parse(request.query_params, program.zone)
    deployed_at = await _deployed_at(store_request)
    views = [wallet_type_view(each, program, deployed_at=deployed_at) for each in program.wallets.values()]
    return ExactJson(page_of_list([each for each in views if matches(each, filters)], page))


@router.get("/walletType/{walletType}", summary="Show a wallet type", response_model=WalletTypeDetails)
async def show_wallet_type(
    name: Annotated[str, Path(alias="walletType", description="A walletTypeId, or the wallet's code.")],
    store_request: AdminRequest,
) -> Response:
    """Return one wallet of the program, and when its points become active and expire."""
    program = store_request.program
    for wallet in program.wallets.values():
        if name == wallet.code or name.lower() == program.id_of("wallet", wallet.code):
            deployed_at = await _deployed_at(store_request)
            return ExactJson(wallet_type_details_view(wallet, program, deployed_at=deployed_at))
    raise NotFound(f"no wallet type {name[:80]} in {store_request.store}")


@router.get("/wallet/{wallet}", summary="Show a wallet", response_model=Wallet)
async def show_wallet(wallet_id: Annotated[str, Path(alias="wallet")], store_request: AdminRequest) -> Response:
    """Return a member's wallet by its id, as `GET member/{member}/wallet` lists it, once points have moved in it."""
    program = store_request.program

    def read(tx: ReadTransaction) -> dict[str, Any]:
        account = tx.ledger.account_of_id(wallet_id.lower())
        wallet = None if account is None else program.wallets.get(account.wallet)
        member = None if account is None else tx.members.get(account.member)
        if account is None or wallet is None or member is None:
            message = f"no wallet {wallet_id[:80]} in {store_request.store} in which points have moved"
            raise NotFound(message)
        return wallet_view(member, wallet, account.balance, sent_points(tx, member.id, wallet.code), program)

    return ExactJson(await store_request.database.read(read))


@router.post("/walletType", include_in_schema=False)
@router.put("/walletType/{walletType}", include_in_schema=False)
async def refuse_change(store_request: AdminRequest) -> Response:
    """Answer 405: wallets are part of a program, and are reviewed, tested and deployed with it."""
    message = f"wallets live in the program's files: change program.yaml of {store_request.store} and deploy it"
    raise NotAllowed(message, allow="GET")


async def _deployed_at(store_request: StoreRequest) -> datetime:
    """Return when the revision in force was deployed."""
    latest = await store_request.database.read(lambda tx: tx.revisions.latest())
    return latest.deployed_at if latest else store_request.now
