"""Members' passwords: set, change, and reset them by codes."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.authentication.callers import MemberCaller
from api.http.errors import Forbidden
from api.http.requests import address_of, read_body, request_body
from api.http.responses import no_content
from api.members.accounts import MAX_BYTES, NO_LOGIN_NEEDED, identity_of_username
from api.members.paths import MemberInPath
from api.members.schemas import PasswordOnly, PostMemberReset, PostUsername, PutOwnPassword
from api.state.changes import AdminChange, CallerChange, Operation
from api.state.dependencies import CurrentState, StoreCode, StoreRequest
from api.state.member_lookup import member_in_path
from api.state.operations import operation_of
from api.state.public import run_counted, run_with_code
from database import Transaction
from loyalty.events.operations import OperationContext
from loyalty.members.accounts import change_password, request_password_reset, reset_password, set_password
from loyalty.refusals import WrongPassword

router = APIRouter(prefix="/api/{storeCode}/member", tags=["Member"])

_RESET = {"reset": {"plainPassword": "another password"}, "token": "THE-CODE-THAT-THE-MEMBER-GOT"}
_OWN = {"currentPassword": "password", "plainPassword": "another password"}


@router.post(
    "/password/reset/request",
    summary="Request a code to reset a password",
    status_code=204,
    response_class=Response,
    openapi_extra=request_body(PostUsername, {"username": "anna@example.com"}) | NO_LOGIN_NEEDED,
)
async def request_reset(request: Request, state: CurrentState, store: StoreCode) -> Response:
    """Send a code to the active member with this email, phone or card number, if there is one.

    The response does not reveal whether there is.
    """
    posted = await read_body(request, PostUsername, max_bytes=MAX_BYTES)
    await run_counted(
        state, request, store, posted.username, lambda operation: request_password_reset(operation, posted.username)
    )
    return no_content()


@router.post(
    "/password/reset",
    summary="Reset a password by a code",
    status_code=204,
    response_class=Response,
    openapi_extra=request_body(PostMemberReset, _RESET) | NO_LOGIN_NEEDED,
)
async def reset(request: Request, state: CurrentState, store: StoreCode) -> Response:
    """Set the password of the member who got this code, which works once, for an hour; all their sessions end."""
    posted = await read_body(request, PostMemberReset, max_bytes=MAX_BYTES)
    identity = identity_of_username(posted.username)
    password_hash = await state.passwords.hash(posted.reset.plain_password)
    await run_with_code(
        state,
        request,
        store,
        posted.username or posted.token,
        lambda operation: reset_password(operation, posted.token, identity, password_hash),
    )
    state.authenticator.clear_cache()
    return no_content()


@router.put(
    "/password",
    summary="Change the caller's password",
    status_code=204,
    response_class=Response,
    openapi_extra=request_body(PutOwnPassword, _OWN),
)
async def put_own(request: Request, change: CallerChange) -> Response:
    """Set the password of the logged-in member; all their sessions end, including this one."""
    posted = await read_body(request, PutOwnPassword)
    store_request, caller = change.store_request, change.store_request.caller
    if not isinstance(caller, MemberCaller) or caller.store != store_request.store:
        raise Forbidden("this is for members of the store: log in as one")

    async def prepare() -> Operation:
        verified = await _verify(request, store_request, caller.id, posted.current_password)
        password_hash = await store_request.state.passwords.hash(posted.plain_password)

        def run(operation: OperationContext, tx: Transaction) -> None:  # noqa: ARG001 - the operation has it
            change_password(operation, caller.id, password_hash, verified=verified)

        return operation_of(store_request, run)

    answer = await change.respond(posted, prepare)
    store_request.state.authenticator.clear_cache()
    return answer


@router.post(
    "/{member}/password",
    summary="Set a member's password",
    status_code=204,
    response_class=Response,
    openapi_extra=request_body(PasswordOnly, {"plainPassword": "another password"}),
)
async def post_password(request: Request, member: MemberInPath, change: AdminChange) -> Response:
    """Set the password with which a member logs in; all their sessions end."""
    posted = await read_body(request, PasswordOnly)

    async def prepare() -> Operation:
        password_hash = await change.store_request.state.passwords.hash(posted.plain_password)

        def run(operation: OperationContext, tx: Transaction) -> None:
            set_password(operation, member_in_path(tx, change.store_request, member).id, password_hash)

        return operation_of(change.store_request, run)

    answer = await change.respond(posted, prepare)
    change.store_request.state.authenticator.clear_cache()
    return answer


async def _verify(request: Request, store_request: StoreRequest, member_id: str, password: str) -> str | None:
    """Return the hash of a member's password if this is the password; raise WrongPassword or TooManyAttempts."""
    state = store_request.state
    async with state.login_rate_limiter.attempt(store_request.store, member_id, address_of(request)) as is_known:
        stored = await store_request.database.read(lambda tx: tx.members.password_hash(member_id))
        if not await state.passwords.verify(stored, password, is_known=is_known):
            raise WrongPassword
    return stored
