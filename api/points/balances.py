"""The balance of a member over time."""

from fastapi import APIRouter
from starlette.responses import Response

from api.analytics.periods import AskedPeriod
from api.analytics.schemas import BalanceSeries
from api.analytics.series import WalletInPath, wallet_in_path
from api.http.responses import ExactJson
from api.members.paths import MemberInPath
from api.state.dependencies import AdminRequest
from api.state.member_lookup import member_in_path
from database import ReadTransaction
from database.analytics.balances import balances_at
from database.analytics.reading import take_snapshot
from loyalty.program.wallets import Points

router = APIRouter(prefix="/api/{storeCode}/member", tags=["Wallet"])


@router.get(
    "/{member}/balance/{walletTypeCode}", summary="Show a member's balance over time", response_model=BalanceSeries
)
async def show_balances(
    member: MemberInPath, store_request: AdminRequest, period: AskedPeriod, code: WalletInPath
) -> Response:
    """List a member's spendable points less debt at the end of each interval, by the moments of booking."""
    wallet, program = wallet_in_path(store_request, code), store_request.program
    moments = period.bounds(period.spans, program.zone)[1:]

    def read(tx: ReadTransaction) -> tuple[str, list[Points]]:
        take_snapshot(tx.connection)
        found = member_in_path(tx, store_request, member)
        return found.id, balances_at(tx, found.id, code, moments)

    member_id, balances = await store_request.database.read(read)
    items = [
        {"from": first.isoformat(), "until": last.isoformat(), "balance": wallet.amount(balance)}
        for (first, last), balance in zip(period.spans, balances, strict=True)
    ]
    shown = period.shown(program.zone) | {"walletTypeCode": code, "customerId": member_id}
    return ExactJson(shown | {"items": items})
