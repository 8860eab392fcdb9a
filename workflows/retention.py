"""Retention: once a day, the details of a store's old events are removed."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.retention import RetentionActivities
    from activities.temporal_names import RETENTION
    from loyalty.references import RetentionPass
    from workflows.activity_options import RETRY_FOREVER, STEP_TIMEOUT

INTERVAL = timedelta(days=1)
"""Pause between two passes."""

WHOLE_PASS_EVERY = 30
"""One pass in this many begins at the oldest event, since failed events may have been retried since."""


@dataclass(frozen=True)
class RetentionState:
    """The state that one run of the workflow hands to the next."""

    store: str
    begin_at: datetime | None = None
    """Where the pass begins in the order of receipt; None: at the oldest event."""
    passes: int = 0


@workflow.defn(name=RETENTION)
class Retention:
    """Removes the details of a store's old events, sleeps for a day, and continues as new."""

    @workflow.run
    async def run(self, state: RetentionState) -> None:
        """Make one pass, and the next one a day later; end only if everything is kept for ever."""
        done = RetentionPass(state.store, begin_at=state.begin_at)
        while not done.is_done:
            done = await workflow.execute_activity_method(
                RetentionActivities.remove_details,
                args=[done, workflow.now()],
                start_to_close_timeout=STEP_TIMEOUT,
                retry_policy=RETRY_FOREVER,
                summary=f"details of {done.removed} events are removed so far",
            )
        if done.is_off:
            return
        await workflow.sleep(INTERVAL, summary=f"details of {done.removed} events were removed: again tomorrow")
        passes = state.passes + 1
        reached = done.first_kept_at or done.after_at or state.begin_at
        workflow.continue_as_new(
            RetentionState(state.store, None if passes % WHOLE_PASS_EVERY == 0 else reached, passes)
        )
