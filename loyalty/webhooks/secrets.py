"""Secrets that sign webhooks are rotated: for a while the one before the present one signs, too."""

from datetime import datetime, timedelta

from loyalty.refusals import SecretRotationUnderWay
from loyalty.store.webhooks import SecretRepository


def rotate_secret(
    secrets: SecretRepository, subscription_id: str | None, new: str, *, overlap: timedelta, now: datetime
) -> bool:
    """Give a subscription, or the store (None), another secret; return False if there is no such subscription.

    Without an overlap, what signed before signs no more. While the secret before the present one signs, only such a
    rotation is possible, else of two at once the second would end the secret that receivers verify by: raise
    SecretRotationUnderWay. A secret that is present already stays as it is.
    """
    present = secrets.secret_to_change(subscription_id)
    if present is None:
        return False
    if present.secret == new:
        return True
    if overlap and present.previous_until is not None and present.previous_until > now:
        raise SecretRotationUnderWay(present.previous_until)
    secrets.set_secret(subscription_id, new, previous_until=now + overlap if overlap else None)
    return True
