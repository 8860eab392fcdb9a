"""Rotate the secrets that sign webhooks: for a while the previous secret signs, too."""

from datetime import datetime, timedelta

from loyalty.refusals import SecretRotationUnderWay
from loyalty.store.webhooks import SecretRepository


def rotate_secret(
    secrets: SecretRepository, subscription_id: str | None, new: str, *, overlap: timedelta, now: datetime
) -> bool:
    """Give a subscription, or the store (None), another secret; return False if there is no such subscription.

    Without an overlap, the previous secret signs no more. While the previous secret signs, only such a rotation is
    possible, since a second overlapping one would end the secret that receivers verify by: raise
    SecretRotationUnderWay. Setting the present secret again changes nothing.
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
