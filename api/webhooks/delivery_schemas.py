"""Deliveries of webhooks: request bodies and responses."""

from typing import Literal

from pydantic import Field
from typing_extensions import TypedDict

from api.http.requests import RequestModel
from api.http.responses import Id, Instant, JsonObject, Listed, Total

_ID_LENGTH = 36


class ResendOne(RequestModel):
    """Where to resend a delivery; by default to its own subscription."""

    webhook_subscription_id: str | None = Field(default=None, min_length=1, max_length=_ID_LENGTH)


class PostResendOne(RequestModel):
    """How to resend a delivery."""

    resend: ResendOne = ResendOne()


class Criteria(RequestModel):
    """Which deliveries to resend; an absent criterion matches any. By default those that were given up or skipped."""

    status: list[Literal["delivered", "failed", "skipped"]] | None = Field(default=None, min_length=1, max_length=3)
    webhook_subscription_id: str | None = Field(default=None, min_length=1, max_length=_ID_LENGTH)
    event_name: str | None = Field(default=None, min_length=1, max_length=255)
    customer_id: str | None = Field(default=None, min_length=1, max_length=_ID_LENGTH)
    created_from: str | None = Field(default=None, max_length=64)
    created_until: str | None = Field(default=None, max_length=64, description="Exclusive.")
    finished_from: str | None = Field(default=None, max_length=64, description="Given up, skipped or delivered since.")
    target_subscription_id: str | None = Field(default=None, min_length=1, max_length=_ID_LENGTH)
    count_only: bool = False


class PostResend(RequestModel):
    """Deliveries to resend. `countOnly`: only count them."""

    resend: Criteria


class Since(RequestModel):
    """Since when deliveries failed or were skipped."""

    since: str = Field(max_length=64)


class PostRecovery(RequestModel):
    """What to recover."""

    recover: Since


class DeliveryId(TypedDict):
    """The delivery that is sent."""

    webhookDeliveryId: Id


class LastAttempt(TypedDict):
    """The result of the last attempt: `status` is that of HTTP, null if there was no response."""

    status: int | None
    error: str | None


class DeliveryView(TypedDict):
    """A delivery. `sequence` numbers the messages: a later one about a member has a higher one."""

    webhookDeliveryId: Id
    messageId: Id
    sequence: int | None
    eventName: str
    customEventId: Id
    customerId: Id
    webhookSubscriptionId: Id | None
    url: str
    status: Literal["pending", "delivered", "failed", "skipped"]
    attempts: int
    createdAt: Instant
    nextAttemptAt: Instant | None
    finishedAt: Instant | None
    lastAttempt: LastAttempt | None


class AttemptView(TypedDict):
    """One attempt; `answer` is the start of the response's body."""

    number: int
    at: Instant
    status: int | None
    latencyMs: int
    answer: str
    error: str | None


class DeliveryDetails(DeliveryView):
    """A delivery with its attempts."""

    log: list[AttemptView]


class DeliveryList(Listed):
    """A page of deliveries: with `_scroll`, `scroll`; else `total`."""

    items: list[DeliveryView]


class ResendView(TypedDict):
    """A resend job: of `total`, counted first, `lookedAt` are examined, and `resent` are resent."""

    webhookResendId: Id
    status: Literal["running", "done", "cancelled"]
    total: int
    lookedAt: int
    resent: int
    criteria: JsonObject
    targetSubscriptionId: Id | None
    createdAt: Instant
    createdBy: str
    finishedAt: Instant | None
    workflowId: str


class ResendList(TypedDict):
    """A page of jobs."""

    items: list[ResendView]
    total: Total


class ResendCount(TypedDict):
    """How many deliveries match, and the job that resends them; null if they were only counted."""

    webhookResendId: Id | None
    total: int


class TestResult(TypedDict):
    """The result of a test: `status` is that of HTTP, null if there was no response; `answer` the start of its body."""

    delivered: bool
    status: int | None
    latencyMs: int
    answer: str
    error: str | None
