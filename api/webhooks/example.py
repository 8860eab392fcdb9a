"""The request that tests a subscription: an example of its message, signed as any other."""

from datetime import datetime, tzinfo
from typing import Any

import rules
from loyalty.ids import new_id
from loyalty.store.webhooks import Subscription
from loyalty.webhooks.messages import MESSAGES, Origin, body
from loyalty.webhooks.messages.samples import sample
from loyalty.webhooks.messages.text import exact_instant, utc_instant
from loyalty.webhooks.signing import sign


def example_request(
    subscription: Subscription, store: str, zone: tzinfo, *, now: datetime
) -> tuple[dict[str, str], bytes]:
    """Return the headers and the body of a test."""
    message_id = new_id()
    content = rules.exact.dumps(_body(subscription, message_id, store, zone, now=now)).encode()
    given = {each["headerName"]: each["headerValue"] for each in subscription.headers}
    own = {"content-type": "application/json", "laurel-test": "true", "laurel-created-at": utc_instant(now)}
    return given | own | sign([subscription.secret], message_id, now, content), content


def _body(subscription: Subscription, message_id: str, store: str, zone: tzinfo, *, now: datetime) -> dict[str, Any]:
    known = next((each for each in MESSAGES if each.__name__ == subscription.event_name), None)
    if known is None:  # Laurel does not send it yet
        names = {"messageId": message_id, "requestId": message_id, "eventName": subscription.event_name}
        return names | {"storeCode": store, "createdAt": exact_instant(now, zone), "data": {}}
    return body(
        sample(known, now),
        format=subscription.format,
        message_id=message_id,
        request_id=message_id,
        store=store,
        created_at=now,
        origin=Origin(new_id()),
        zone=zone,
    )
