"""Members: registration without activation, activation by code, and confirmation of a new email or phone by code."""

from typing import Annotated

from fastapi import APIRouter, Path, Query
from starlette.requests import Request
from starlette.responses import Response

from api.http.refusal_paths import refusals_at
from api.http.requests import read_body, request_body
from api.http.responses import no_content
from api.members.paths import MemberInPath
from api.members.schemas import MemberId, PostPhone, PostRegistration
from api.members.validation import validate_registration
from api.state.changes import AdminChange, Operation
from api.state.dependencies import CurrentState, StoreCode
from api.state.member_lookup import member_in_path
from api.state.operations import operates, operation_of
from api.state.public import run_counted, run_with_code
from database import Transaction
from loyalty.events.operations import OperationContext
from loyalty.members.accounts import (
    activate_by_code,
    confirm_change,
    register_inactive,
    resend_activation_code,
    send_activation_code,
)
from loyalty.members.referrals import refer_by_token
from loyalty.refusals import UnknownReferrer
from loyalty.store.members import Identity

router = APIRouter(prefix="/api/{storeCode}/member", tags=["Member"])

Code = Annotated[
    str, Path(alias="token", max_length=255, description="The `code`, or with `username` the `codeNumber`.")
]
Username = Annotated[
    str | None,
    Query(min_length=1, max_length=255, description="The member's email, phone or card number, for a `codeNumber`."),
]

MAX_BYTES = 16 * 1024
"""The most bytes that are read from a client without a login."""

NO_LOGIN_NEEDED: dict[str, object] = {"security": []}

_REGISTRATION = {
    "customer": {
        "firstName": "Ola",
        "email": "ola.nowak@example.com",
        "agreement1": True,
        "plainPassword": "a long password",
    }
}


@router.post(
    "/register",
    summary="Register a member without activation",
    response_model=MemberId,
    openapi_extra=request_body(PostRegistration, _REGISTRATION),
)
async def register(request: Request, change: AdminChange) -> Response:
    """Register a member who is inactive until they use the code that a webhook carries.

    Their events are refused until then, and they cannot log in.
    """
    posted = await read_body(request, PostRegistration)

    async def prepare() -> Operation:
        new = await validate_registration(change.store_request, posted.customer)

        def run(operation: OperationContext, tx: Transaction) -> MemberId:  # noqa: ARG001 - the operation has it
            member_id = register_inactive(operation, new)
            with refusals_at({UnknownReferrer: "customer.referrerToken"}):
                refer_by_token(operation, member_id, posted.customer.referrer_token)
            return {"customerId": member_id, "email": new.identity.written(change.store_request.program.region).email}

        return operation_of(change.store_request, run)

    return await change.respond(posted, prepare)


@router.post(
    "/activate/{token}",
    summary="Activate a member by a code",
    status_code=204,
    response_class=Response,
    openapi_extra=NO_LOGIN_NEEDED,
)
async def activate(
    request: Request, state: CurrentState, store: StoreCode, code: Code, username: Username = None
) -> Response:
    """Activate the member who got this code. It works once, for seven days."""
    identity = identity_of_username(username)
    await run_with_code(
        state, request, store, username or code, lambda operation: activate_by_code(operation, code, identity)
    )
    return no_content()


@router.post(
    "/confirm-change/{token}",
    summary="Confirm a new email or phone by a code",
    status_code=204,
    response_class=Response,
    openapi_extra=NO_LOGIN_NEEDED,
)
async def confirm(
    request: Request, state: CurrentState, store: StoreCode, code: Code, username: Username = None
) -> Response:
    """Set the email or phone that got this code, for the member who requested it. It works once, for a day."""
    identity = identity_of_username(username)
    await run_with_code(
        state, request, store, username or code, lambda operation: confirm_change(operation, code, identity)
    )
    return no_content()


@router.post(
    "/resend-code",
    summary="Request another activation code",
    status_code=204,
    response_class=Response,
    openapi_extra=request_body(PostPhone, {"phone": "+48500100200"}) | NO_LOGIN_NEEDED,
)
async def resend(request: Request, state: CurrentState, store: StoreCode) -> Response:
    """Send another code to the waiting member with this phone, if there is one.

    The response does not reveal whether there is.
    """
    posted = await read_body(request, PostPhone, max_bytes=MAX_BYTES)
    await run_counted(
        state, request, store, posted.phone, lambda operation: resend_activation_code(operation, posted.phone)
    )
    return no_content()


@router.post("/{member}/send-code", summary="Send another activation code", status_code=204, response_class=Response)
async def send_code(member: MemberInPath, change: AdminChange) -> Response:
    """Send another code to a member who waits for activation; the previous one ends. At most five in an hour."""

    def run(operation: OperationContext, tx: Transaction) -> None:
        send_activation_code(operation, member_in_path(tx, change.store_request, member).id)

    return await change.respond(None, operates(change, run))


def identity_of_username(username: str | None) -> Identity:
    """Return an identity with a name as the email, the phone or the card number; an empty one without a name."""
    return Identity() if username is None else Identity(email=username, phone=username, card=username)
