"""Pages of imports and exports."""

import re

from tests.kit.api import Api
from tests.kit.console import FROM_HERE, HOME, Visitor, hidden_of

IMPORTS = f"{HOME}/imports"


async def test_a_file_is_uploaded_and_its_import_can_be_paused_and_cancelled(api: Api, visitor: Visitor) -> None:
    file = {"import[file]": ("members.csv", b"email,firstName\ncleo@example.com,Cleo\n", "text/csv")}

    sent = await visitor.http.post(f"{IMPORTS}/new/member", files=file, headers=FROM_HERE)
    shown = await visitor.page(sent.headers["location"])
    paused = await visitor.post(f"{sent.headers['location']}/pause")
    resumed = await visitor.post(f"{sent.headers['location']}/resume")
    cancelled = await visitor.post(f"{sent.headers['location']}/cancel")

    assert sent.status_code == 303
    assert "members.csv" in shown
    assert re.search(r"Uploaded \d{4}-\d\d-\d\d \d\d:\d\d:\d\d by admin", " ".join(shown.split()))
    assert [each.status_code for each in (paused, resumed, cancelled)] == [303] * 3
    assert (await api.get("/api/DEFAULT/import"))["items"][0]["status"] == "cancelled"
    assert "members.csv" in await visitor.page(f"{IMPORTS}?status=cancelled")
    assert (await visitor.get(f"{sent.headers['location']}/report")).status_code == 200


async def test_an_upload_that_is_no_file_is_refused_with_the_reason(visitor: Visitor) -> None:
    empty = await visitor.post(f"{IMPORTS}/new/member")
    unknown = await visitor.http.post(
        f"{IMPORTS}/new/nothing", files={"import[file]": ("x.csv", b"email\n", "text/csv")}, headers=FROM_HERE
    )
    elsewhere = await visitor.http.post(
        f"{IMPORTS}/new/member",
        files={"import[file]": ("x.csv", b"email\n", "text/csv")},
        headers={"Origin": "http://x"},
    )

    assert 400 <= empty.status_code < 500
    assert 400 <= unknown.status_code < 500
    assert elsewhere.status_code == 403


async def test_an_export_is_asked_for_and_listed(api: Api, visitor: Visitor) -> None:
    key = hidden_of(await visitor.get(f"{HOME}/exports"))["_key"]

    asked = await visitor.post(f"{HOME}/exports", {"_key": key, "_type": "member", "format": "csv"})
    wrong = await visitor.post(f"{HOME}/exports", {"_type": "nothing", "format": "csv"})
    listed = await api.get("/api/DEFAULT/export")

    assert asked.status_code == 303
    assert 400 <= wrong.status_code < 500
    assert [each["type"] for each in listed["items"]] == ["member"]
    assert "Members" in await visitor.page(f"{HOME}/exports")
    early = await visitor.get(f"{HOME}/exports/{listed['items'][0]['exportId']}/download")
    assert early.status_code == 400
