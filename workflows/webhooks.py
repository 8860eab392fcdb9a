"""The delivery of a webhook: at once, again within the first minute, then for over a day in its own workflow."""

from datetime import timedelta

from temporalio import workflow
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.workflow import ParentClosePolicy

with workflow.unsafe.imports_passed_through():
    from activities.webhooks.deliveries import DeliveryActivities
    from loyalty.references import DeliveryAttempt, DeliveryRef
    from workflows.activity_options import RETRY_FOREVER
    from workflows.search_attributes import attributes_of_store

FIRST_MINUTE = timedelta(minutes=1)
FIRST_ATTEMPT_TIMEOUT = timedelta(seconds=8)
LATER_ATTEMPT_TIMEOUT = timedelta(seconds=30)


async def deliver(delivery: DeliveryRef) -> None:
    """Attempt a delivery for one minute; leave further attempts to a DeliverWebhook workflow."""
    if delivery.slow:
        attempted = await _attempt(delivery, 1)
    else:
        attempted = await workflow.execute_local_activity_method(
            DeliveryActivities.deliver_webhook,
            args=[delivery, 1],
            start_to_close_timeout=FIRST_ATTEMPT_TIMEOUT,
            retry_policy=RETRY_FOREVER,
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
        await _start_delivery_workflow(delivery, made, wait)


@workflow.defn(name="DeliverWebhook")
class DeliverWebhook:
    """Continues one delivery after its first minute, by the schedule in `loyalty.webhooks.retries`."""

    @workflow.run
    async def run(self, delivery: DeliveryRef, made: int, wait_seconds: float) -> DeliveryAttempt:
        """Wait, attempt, and repeat until delivered or given up; return the last attempt. `made`: attempts so far."""
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
        start_to_close_timeout=LATER_ATTEMPT_TIMEOUT,
        retry_policy=RETRY_FOREVER,
        summary=f"{delivery.name}, attempt {number}",
    )


async def _start_delivery_workflow(delivery: DeliveryRef, made: int, wait: timedelta) -> None:
    try:
        await workflow.start_child_workflow(
            DeliverWebhook.run,
            args=[delivery, made, wait.total_seconds()],
            id=delivery.workflow_id,
            parent_close_policy=ParentClosePolicy.ABANDON,
            search_attributes=attributes_of_store(delivery.store),
            static_summary=delivery.name,
        )
    except WorkflowAlreadyStartedError:
        workflow.logger.info("delivery %s goes on already", delivery.id)


def _wait(attempted: DeliveryAttempt) -> timedelta | None:
    seconds = attempted.again_in_seconds
    return None if seconds is None else timedelta(seconds=seconds)
