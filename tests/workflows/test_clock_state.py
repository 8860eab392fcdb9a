"""Why a clock does not run is known: it was never started, was terminated, or failed."""

import asyncio
from datetime import UTC, datetime, timedelta

from temporalio import workflow
from temporalio.client import Client
from temporalio.exceptions import ApplicationError
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from activities.temporal_names import clock_id
from loyalty.ids import new_id
from workflows.clock_state import TemporalClocks


@workflow.defn(name="FailingClock")
class FailingClock:
    @workflow.run
    async def run(self, store: str) -> None:
        raise ApplicationError(f"no program of {store} can be read", non_retryable=True)


@workflow.defn(name="WaitingClock")
class WaitingClock:
    @workflow.run
    async def run(self, store: str) -> None:
        await asyncio.sleep(3600)


async def test_a_clock_that_does_not_run_has_its_reason_and_its_time(temporal: Client) -> None:
    clocks, queue, store = TemporalClocks(temporal), f"clocks-{new_id()}", f"S{new_id()[-6:]}"
    worker = Worker(
        temporal,
        task_queue=queue,
        workflows=[FailingClock, WaitingClock],
        workflow_runner=UnsandboxedWorkflowRunner(),
    )
    async with worker:
        missing = await clocks.fault(store)
        handle = await temporal.start_workflow("FailingClock", store, id=clock_id(store), task_queue=queue)
        await asyncio.gather(handle.result(), return_exceptions=True)
        failed = await clocks.fault(store)
        handle = await temporal.start_workflow("WaitingClock", store, id=clock_id(store), task_queue=queue)
        running = await clocks.fault(store)
        await handle.terminate(reason="by hand")
        terminated = await clocks.fault(store)

    assert missing is not None
    assert (missing.reason, missing.since) == ("it was never started, or Temporal has forgotten it", None)
    assert running is None
    assert failed is not None
    assert failed.reason == f"it has failed: no program of {store} can be read"
    assert terminated is not None
    assert terminated.reason == "it was terminated: by hand"
    assert terminated.since is not None
    assert datetime.now(UTC) - terminated.since < timedelta(minutes=1)
