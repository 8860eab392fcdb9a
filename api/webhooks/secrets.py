"""Secrets that sign webhooks: rotate them with an overlap; they are shown only then."""

from datetime import datetime, timedelta
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.http.errors import BadInput
from api.http.requests import read_body, request_body
from api.http.responses import ExactJson
from api.state.dependencies import AdminRequest, StoreRequest
from api.webhooks.routes import SubscriptionInPath, unknown_subscription
from api.webhooks.schemas import NewSecret, PostSecretRotation, SecretRotation, StoreSecret
from api.webhooks.validation import secret_faults
from api.webhooks.views import overlap_view
from loyalty.webhooks.secrets import rotate_secret
from loyalty.webhooks.signing import new_secret

router = APIRouter(prefix="/api/{storeCode}/webhook", tags=["Webhook subscription"])

_ROTATION: dict[str, Any] = {"rotation": {"overlapSeconds": 86400}}


@router.post(
    "/subscription/{webhookSubscription}/rotate",
    summary="Rotate the secret of a subscription",
    response_model=NewSecret,
    openapi_extra=request_body(PostSecretRotation, _ROTATION),
)
async def rotate_of_subscription(
    request: Request, subscription_id: SubscriptionInPath, store_request: AdminRequest
) -> Response:
    """Rotate the secret of a subscription; the new one is shown once.

    Both sign for a day, or for `overlapSeconds`; 0 ends all others. To repeat a rotation whose response was lost, send
    the `secret` yourself: the present one is not rotated again.
    """
    answer = await _rotate(request, subscription_id.lower(), store_request)
    if answer is None:
        raise unknown_subscription(subscription_id)
    return answer


@router.get("/secret", summary="Show the state of the store's secret", response_model=StoreSecret)
async def show_store_secret(store_request: AdminRequest) -> Response:
    """Return until when the previous secret signs what reactors send by `call_webhook`, too."""
    until = await store_request.database.read(lambda tx: tx.subscriptions.store_secret_until())
    return ExactJson({"previousSecretUntil": overlap_view(until, store_request.program.zone, now=store_request.now)})


@router.post(
    "/secret/rotate",
    summary="Rotate the store's secret",
    response_model=NewSecret,
    openapi_extra=request_body(PostSecretRotation, _ROTATION),
)
async def rotate_of_store(request: Request, store_request: AdminRequest) -> Response:
    """Rotate the store's secret, shown once: it signs what reactors send by `call_webhook`."""
    answer = await _rotate(request, None, store_request)
    assert answer is not None, "every store has a secret"
    return answer


async def _rotate(request: Request, subscription_id: str | None, store_request: StoreRequest) -> Response | None:
    rotation = (await read_body(request, PostSecretRotation)).rotation
    secret, now, overlap = _secret(rotation), store_request.now, timedelta(seconds=rotation.overlap_seconds)
    until: list[datetime | None] = []

    def rotate(tx: Any) -> bool:
        is_done = rotate_secret(tx.subscriptions, subscription_id, secret, overlap=overlap, now=now)
        if is_done:
            state = tx.subscriptions.secret_to_change(subscription_id)
            until.append(state.previous_until)
        return is_done

    if not await store_request.write(rotate):
        return None
    shown = overlap_view(until[-1], store_request.program.zone, now=now)
    return ExactJson({"secret": secret, "previousSecretUntil": shown})


def _secret(rotation: SecretRotation) -> str:
    if rotation.secret is None:
        return new_secret()
    faults = secret_faults(rotation.secret, "rotation.secret")
    if faults:
        raise BadInput.of(faults)
    return rotation.secret
