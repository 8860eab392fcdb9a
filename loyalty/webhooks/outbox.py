"""Messages matched with subscriptions, in the transaction that makes them."""

from collections.abc import Callable
from datetime import datetime
from functools import cached_property
from typing import Any

from loyalty.decisions.decision import Decision
from loyalty.decisions.decision_json import to_json, written_out
from loyalty.events.builtin_events import BUILT_IN
from loyalty.ids import new_id
from loyalty.program.effects import CallWebhook
from loyalty.program.program import Program
from loyalty.references import DeliveryRef
from loyalty.store.repositories import Books, Row
from loyalty.webhooks.messages import Message, Origin, body

CALL = "call_webhook"
"""The name of a message that a reactor sends by itself."""


class Outbox:
    """The messages of one transaction."""

    def __init__(self, tx: Books, program: Program, event: Row, now: datetime) -> None:
        self._tx = tx
        self._program = program
        self._event = event
        self._now = now
        self.decided: Decision | None = None
        """The decision, where this very step made it."""
        self.deliveries: list[DeliveryRef] = []
        self.is_heard: bool = event["is_heard"]
        """Whether anybody has subscribed to anything."""

    def send(self, name: str, make: Callable[[], Message]) -> None:
        """Send a message to whoever has subscribed to its name; where nobody has, it is not even made."""
        hearing = self._hearing.get(name) if self.is_heard else None
        if not hearing:
            return
        message = make()
        message_id = new_id()
        bodies = {
            form: body(
                message,
                format=form,
                message_id=message_id,
                request_id=message_id,
                store=self._tx.store,
                created_at=self._now,
                origin=self._origin if form == "envelope" else Origin(self._event["id"]),
                zone=self._program.zone,
            )
            for form in {subscription["format"] for subscription in hearing}
        }
        self._keep(message_id, name, bodies)
        for each in hearing:
            self._deliver(message_id, name, each["id"], each["url"], each["headers"], slow=bool(each["failing_since"]))

    def call(self, call: CallWebhook) -> None:
        """Send what a reactor asked to be sent, where it asked."""
        message_id = new_id()
        self._keep(message_id, CALL, {CALL: call.body})
        headers = [{"headerName": name, "headerValue": value} for name, value in call.headers]
        self._deliver(message_id, CALL, None, call.url, headers, slow=False)

    @cached_property
    def _hearing(self) -> dict[str, list[Row]]:
        heard: dict[str, list[Row]] = {}
        for subscription in self._tx.subscriptions.live():
            heard.setdefault(subscription["event_name"], []).append(subscription)
        return heard

    @cached_property
    def _origin(self) -> Origin:
        """What only the envelope tells: the decision is not written out for anything else."""
        event = self._event
        occurred_at = None if event["type"] in BUILT_IN else event["time"]
        kept = event["decision"] if self.decided is None else to_json(self.decided)
        answers = None if kept is None else written_out(kept)
        return Origin(event["id"], occurred_at, event["external_id"], answers)

    def _keep(self, message_id: str, name: str, bodies: dict[str, Any]) -> None:
        self._tx.webhooks.add_message(message_id, event_id=self._event["id"], name=name, data=bodies, now=self._now)

    def _deliver(
        self,
        message_id: str,
        name: str,
        subscription: str | None,
        url: str,
        headers: list[dict[str, str]],
        *,
        slow: bool,
    ) -> None:
        delivery_id = new_id()
        self._tx.webhooks.add_delivery(
            delivery_id,
            message_id=message_id,
            event_id=self._event["id"],
            subscription_id=subscription,
            url=url,
            headers=headers,
        )
        self.deliveries.append(DeliveryRef(self._tx.store, delivery_id, name, slow))
