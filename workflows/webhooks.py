"""A webhook on its way: at once, again within the first minute, and then for a day and more."""

from datetime import timedelta

from temporalio import workflow
from temporalio.common import SearchAttributePair, TypedSearchAttributes
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.workflow import ParentClosePolicy

with workflow.unsafe.imports_passed_through():
    from activities.webhooks.deliveries import DeliveryActivities
    from loyalty.references import DeliveryAttempt, DeliveryRef
    from workflows.options import FOR_EVER, STORE

FIRST_MINUTE = timedelta(minutes=1)
QUICK_TIMEOUT = timedelta(seconds=8)
ATTEMPT_TIMEOUT = timedelta(seconds=30)


async def deliver(delivery: DeliveryRef) -> None:
    """Deliver within the first minute, or leave it to a workflow of its own."""
    if delivery.slow:
        attempted = await _attempt(delivery, 1)
    else:
        attempted = await workflow.execute_local_activity_method(
            DeliveryActivities.deliver_webhook,
            args=[delivery, 1],
            start_to_close_timeout=QUICK_TIMEOUT,
            retry_policy=FOR_EVER,
            summary=delivery.name,
        )
    made = 1
    waited = timedelta()
    while (wait := _wait(attempted)) is not None and waited + wait < FIRST_MINUTE:
        await workflow.sleep(wait, summary=f"until attempt {made + 1} of {delivery.name}")
        waited += wait
        made += 1
        attempted = await _attempt(delivery, made)
    if wait is not None:
        await _go_on(delivery, made, wait)


@workflow.defn
class DeliverWebhook:
    """One delivery beyond its first minute, by the table of `loyalty.webhooks.retries`."""

    @workflow.run
    async def run(self, delivery: DeliveryRef, made: int, wait_seconds: float) -> DeliveryAttempt:
        """Go on after so many attempts; the result says how it ended."""
        wait: timedelta | None = timedelta(seconds=wait_seconds)
        attempted = DeliveryAttempt(False)
        while wait is not None:
            await workflow.sleep(wait, summary=f"until attempt {made + 1} of {delivery.name}")
            made += 1
            attempted = await _attempt(delivery, made)
            wait = _wait(attempted)
        return attempted


async def _attempt(delivery: DeliveryRef, number: int) -> DeliveryAttempt:
    return await workflow.execute_activity_method(
        DeliveryActivities.deliver_webhook,
        args=[delivery, number],
        start_to_close_timeout=ATTEMPT_TIMEOUT,
        retry_policy=FOR_EVER,
        summary=f"{delivery.name}, attempt {number}",
    )


async def _go_on(delivery: DeliveryRef, made: int, wait: timedelta) -> None:
    try:
        await workflow.start_child_workflow(
            DeliverWebhook.run,
            args=[delivery, made, wait.total_seconds()],
            id=delivery.workflow_id,
            parent_close_policy=ParentClosePolicy.ABANDON,
            search_attributes=TypedSearchAttributes([SearchAttributePair(STORE, delivery.store)]),
            static_summary=delivery.name,
        )
    except WorkflowAlreadyStartedError:
        workflow.logger.info("delivery %s goes on already", delivery.id)


def _wait(attempted: DeliveryAttempt) -> timedelta | None:
    seconds = attempted.again_in_seconds
    return None if seconds is None else timedelta(seconds=seconds)
