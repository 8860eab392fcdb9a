"""Running due items as a store's clock does, at a time that the test chooses."""

from datetime import datetime
from typing import cast

from temporalio.client import Client

from activities.due_items import DueItemActivities
from database import Database
from database.programs import Programs
from loyalty.references import DueBatch


async def run_due_items(database: Database, now: datetime, *, store: str = "DEFAULT") -> DueBatch:
    """Run a page of what is due by `now`, by the activity of production."""
    activities = DueItemActivities(database, Programs(database), cast("Client", None))  # only waking a clock needs one
    return await activities.run_due_items(store, now)
