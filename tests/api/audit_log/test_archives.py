"""The audit log as a file: exported, and archived."""

import gzip
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from database.audit_log import AuditEntry
from loyalty.ids import new_id
from tests.kit.api import ADMIN_ID, Api, fault

LOG = "/api/audit/log"
NOW = datetime.now(UTC)


async def add(api: Api, *ages: int, username: str = "admin") -> None:
    """Add entries that are so many days old."""

    def write(access: Any) -> None:
        for days in ages:
            at = NOW - timedelta(days=days)
            row = ("POST /x", "ADMIN", ADMIN_ID, ADMIN_ID, username, "admin", None, None, "done", 200, None)
            access.audit_log.add(AuditEntry(new_id(), at, None, *row))

    await api.database.access_write(write)


async def test_the_audit_log_is_exported_as_csv_that_no_spreadsheet_runs(api_anywhere: Api):
    await add(api_anywhere, 1)
    await add(api_anywhere, 2, username='=cmd|"x"')

    answer = await api_anywhere.http.get(f"{LOG}/export")
    one = await api_anywhere.http.get(f"{LOG}/export?username=admin")

    header, first, second = answer.text.splitlines()
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert header.startswith("auditLogId,createdAt,store,eventType")
    assert (",admin," in first, '"\'=cmd|""x"""' in second) == (True, True)
    assert len(one.text.splitlines()) == 2


async def test_old_entries_are_moved_into_an_archive_and_read_from_it(api_anywhere: Api):
    await add(api_anywhere, 40, 30, 1)
    day = (NOW - timedelta(days=10)).date().isoformat()

    ((made,), (nothing,)) = [
        (await api_anywhere.post(f"{LOG}/archive", {"archive": {"beforeDate": day}})).json() for _ in range(2)
    ]
    listed = await api_anywhere.get(f"{LOG}/archive")
    content = (await api_anywhere.http.get(f"{LOG}/archive/{made['filename']}")).content
    left = [each["eventType"] for each in (await api_anywhere.get(LOG))["items"]]

    assert (made["totalArchived"], nothing) == (2, {"totalArchived": 0, "filename": None})
    assert listed["items"] == [made["filename"]]
    lines = [json.loads(line) for line in gzip.decompress(content).splitlines()]
    assert [line["eventType"] for line in lines] == ["POST /x"] * 2
    assert left == [f"POST {LOG}/archive"] * 2 + ["POST /x"]


async def test_an_archive_is_removed_for_good_and_the_log_says_so(api: Api):
    await add(api, 40)
    (made,) = (await api.post(f"{LOG}/archive", {"archive": {"beforeDate": "2026-11-01"}})).json()
    path = f"{LOG}/archive/{made['filename']}"

    statuses = [(await api.http.delete(path)).status_code for _ in range(2)]

    assert statuses == [204, 404]
    assert (await api.http.get(path)).status_code == 404
    assert (await api.get(LOG))["items"][-1]["eventType"].startswith("POST")


@pytest.mark.parametrize(
    ("body", "path", "code"),
    [
        ({}, "archive", "missing"),
        ({"archive": {}}, "archive.beforeDate", "missing"),
        ({"archive": {"beforeDate": "yesterday"}}, "archive.beforeDate", "invalidDate"),
        ({"archive": {"beforeDate": "2999-01-01"}}, "archive.beforeDate", "outOfRange"),
    ],
)
async def test_an_archive_that_cannot_be_is_refused_at_its_path(api: Api, body: Any, path: str, code: str):
    assert fault(await api.post(f"{LOG}/archive", body), path)["code"] == code
