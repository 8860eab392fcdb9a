"""The activity of a job that resends many deliveries: one page of them."""

from datetime import datetime

from temporalio import activity

from activities.errors import UnknownResend
from database import Database
from loyalty.references import ResendProgress, ResendRef
from loyalty.webhooks.resending import resend_page


class ResendActivities:
    """Pages of jobs, each in one transaction that also stores the progress: idempotent."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @activity.defn(name="resend_page")
    async def resend_page(self, job: ResendRef, now: datetime) -> ResendProgress:
        """Resend the next deliveries of a job; return its progress. Raise UnknownResend."""
        store = self._database.store(job.store)
        found = await store.write(lambda tx: resend_page(tx.deliveries, job.id, now=now))
        if found is None:
            raise UnknownResend(job.store, job.id)
        return ResendProgress(found.total, found.looked_at, found.resent, found.status != "running")
