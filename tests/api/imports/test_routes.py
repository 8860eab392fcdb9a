"""Importing over HTTP: files are stored as they come, and imports shown, paused, cancelled and tried again."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import httpx2
import pytest

from api.imports import uploads
from database.imports import CHUNK_BYTES
from loyalty.ids import new_id
from loyalty.references import ImportRef
from tests.kit.access import add_administrator
from tests.kit.api import Api, fault
from tests.kit.imports import STORE, Importing

PATH = "/api/DEFAULT/import"
MEMBERS = "email,firstName\nanna@example.com,Anna\nbert@example.com,Bert\n"


async def upload(api: Api, content: str | bytes = MEMBERS, type_: str = "member", **query: str) -> httpx2.Response:
    return await api.http.post(f"{PATH}/{type_}", content=content, params=query)


async def imported(api: Api, content: str | bytes = MEMBERS, type_: str = "member") -> str:
    """The id of an import that is read to its end."""
    import_id: str = (await upload(api, content, type_)).json()["importId"]
    await Importing(api.database).read(ImportRef(STORE, import_id))
    return import_id


async def status(api: Api, import_id: str) -> str:
    found: str = (await api.get(f"{PATH}/{import_id}"))["import"]["status"]
    return found


async def rows(api: Api, table: str) -> int:
    return await api.write(lambda tx: tx.connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar())


async def test_a_file_is_stored_and_its_import_shown_with_progress_and_lines(api_anywhere: Api):
    api = api_anywhere
    import_id = (await upload(api, MEMBERS + "anna@example.com,Anna\n", fileName="new/members.csv")).json()["importId"]
    queued = (await api.get(PATH))["items"]

    await Importing(api.database).read(ImportRef(STORE, import_id))

    assert [(each["status"], each["itemsToImport"], each["fileName"]) for each in queued] == [
        ("queued", 3, "members.csv")
    ]
    shown = await api.get(f"{PATH}/{import_id}?_orderBy[createdAt]=asc")
    assert (shown["import"]["status"], shown["import"]["type"]) == ("done", "member")
    assert [queued[0]["createdBy"], shown["import"]["createdBy"]] == ["admin", "admin"]
    progress = shown["import"]["progress"]
    assert (progress["read"], progress["done"], progress["refused"]) == (3, 2, 1)
    assert progress["bytes"] == progress["ofBytes"]
    assert [(each["line"], each["status"], each.get("code")) for each in shown["items"]] == [
        (2, "succeed", None),
        (3, "succeed", None),
        (4, "failed", "identityTaken"),
    ]
    member = shown["items"][0]["entity"]["id"]
    assert (await api.get(f"/api/DEFAULT/member/{member}"))["firstName"] == "Anna"
    only = await api.get(f"{PATH}/{import_id}?entityId={member.upper()}&status=succeed&type=member")
    assert [each["line"] for each in only["items"]] == [2]
    failed = await api.get(f"{PATH}/{import_id}?status=failed")
    assert (len(failed["items"]), failed["total"]["filtered"], failed["total"]["all"]) == (1, 1, 3)


async def test_a_form_is_read_as_the_reference_documents_it(api: Api):
    fields = {"import[note]": "x"}
    for boundary_in_content in (b"", b"\r\n--almost", b"--", b"\r\n"):
        content = MEMBERS.encode() + boundary_in_content

        answer = await api.http.post(
            f"{PATH}/member", data=fields, files={"import[file]": ("members.csv", content, "text/csv")}
        )

        stored = await api.write(
            lambda tx: tx.connection.exec_driver_sql("SELECT content FROM import_chunk ORDER BY file DESC").scalar()
        )
        assert (answer.status_code, bytes(stored)) == (200, content), answer.text
    (newest, *_) = (await api.get(PATH))["items"]
    assert newest["fileName"] == "members.csv"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "malformedBody"),
        (b"--b--\r\n", "missing"),
        (b'--b\r\nContent-Disposition: form-data; name="x"\r\n\r\nvalue\r\n--b--\r\n', "missing"),
        (b'--b\r\nContent-Disposition: form-data; name="f"; filename="f"\r\n\r\nemail\nanna@exam', "malformedBody"),
        (b'--b\r\nContent-Disposition: form-data; name="x"\r\n\r\n' + b"x" * 5000, "malformedBody"),
        (b"--b\r\n" + b"x" * 20_000, "malformedBody"),
        (b'--b\r\nContent-Disposition: form-data; name="x"\r\n\r\n\r\n' * 21 + b"--b--", "outOfRange"),
        (
            b'--b\r\nContent-Disposition: form-data; name="f"; filename="f"\r\n\r\nemail\na\r\n' * 2 + b"--b--",
            "contradiction",
        ),
    ],
)
async def test_a_broken_form_is_refused_and_nothing_of_it_is_kept(api: Api, body: bytes, code: str):
    headers = {"Content-Type": "multipart/form-data; boundary=b"}

    answer = await api.http.post(f"{PATH}/member", content=body, headers=headers)

    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, code)
    assert (await rows(api, "import_file"), await rows(api, "import_chunk")) == (0, 0)


@pytest.mark.parametrize(
    ("content", "cure"),
    [
        (b"", "empty"),
        (b"\x1f\x8b\x08", "unpack it"),
        (b"emial\na\n", "did you mean email?"),
        (b"email," * 10_000_000 + b"\n", "longer than 64 KiB"),
        ("email\n".encode("utf-16"), "UTF-8"),
    ],
)
async def test_a_file_that_cannot_be_read_is_refused_with_the_cure(api: Api, content: bytes, cure: str):
    answer = await upload(api, content)

    assert cure in fault(answer, "import.file")["message"]
    assert await rows(api, "import_file") == 0


async def test_a_file_of_many_chunks_is_read_as_it_was_sent(api: Api):
    line = "member-{0}@example.com,{1}\n"
    content = "email,firstName\n" + "".join(line.format(number, "x" * 200) for number in range(2000))

    async def pieces() -> AsyncIterator[bytes]:
        whole = content.encode()
        for begin in range(0, len(whole), 100_000):
            yield whole[begin : begin + 100_000]

    import_id = (await api.http.post(f"{PATH}/member", content=pieces())).json()["importId"]

    sizes = await api.write(
        lambda tx: tx.connection.exec_driver_sql("SELECT length(content) FROM import_chunk ORDER BY number").fetchall()
    )
    whole = len(content.encode())
    assert [size for (size,) in sizes] == [CHUNK_BYTES, whole - CHUNK_BYTES]
    assert (await api.get(f"{PATH}/{import_id}"))["import"]["itemsToImport"] == 2000


async def test_a_file_that_is_too_large_is_refused_and_nothing_of_it_is_kept(api: Api, monkeypatch):
    announced = await api.http.post(f"{PATH}/member", content=b"x", headers={"Content-Length": "999999999"})
    monkeypatch.setattr(uploads, "MAX_FILE_BYTES", CHUNK_BYTES + 10)

    grown = await upload(api, MEMBERS + "x" * CHUNK_BYTES)

    assert (announced.status_code, grown.status_code) == (413, 413)
    assert (await rows(api, "import_file"), await rows(api, "import_chunk")) == (0, 0)


async def test_the_same_file_sent_many_times_at_once_is_one_import_and_another_reference_is_another(api_anywhere: Api):
    api = api_anywhere

    answers = await asyncio.gather(*(upload(api) for _ in range(4)))
    other = await upload(api, reference="again")

    ids = {answer.json()["importId"] for answer in answers}
    assert len(ids | {other.json()["importId"]}) == 2
    assert (await rows(api, "import_file"), await rows(api, "import_chunk")) == (2, 2)


async def test_an_import_is_paused_resumed_cancelled_and_goes_on_when_it_is_sent_again(api: Api):
    import_id = (await upload(api)).json()["importId"]
    seen = []
    for action in ("pause", "resume", "cancel"):
        answer = await api.http.post(f"{PATH}/{import_id}/{action}")
        seen.append((answer.status_code, await status(api, import_id)))
    refused = [await api.http.post(f"{PATH}/{import_id}/{action}") for action in ("pause", "resume", "cancel", "retry")]
    await upload(api)

    assert seen == [(204, "paused"), (204, "queued"), (204, "cancelled")]
    assert {fault(answer, "import")["code"] for answer in refused} == {"wrongStatus"}
    assert await status(api, import_id) == "queued"


async def test_a_failed_import_is_stuck_with_its_reason_until_it_is_tried_again(api: Api):
    import_id = (await upload(api)).json()["importId"]
    await Importing(api.database).activities.fail_import(ImportRef(STORE, import_id), "the program cannot be read")

    (stuck,) = (await api.get("/api/DEFAULT/stuck?kind=import"))["items"]
    retried = await api.http.post(stuck["retry"])

    assert (stuck["id"], stuck["name"], stuck["reason"]) == (import_id, "member", "the program cannot be read")
    assert (retried.status_code, await status(api, import_id)) == (204, "queued")
    assert (await api.get("/api/DEFAULT/stuck"))["items"] == []


async def test_the_report_has_every_refused_line_and_no_formula(api: Api):
    wrong = '=cmd(1)@example.com,"x",,,\n'
    import_id = await imported(
        api,
        "email,gender,levelId,birthDate,registeredAt\n"
        f"{wrong}anna@example.com,male,,2024-02-29,\nanna@example.com,,platinum,,\nbert@example.com,,,2999-12-31,\n"
        "carl@example.com,,,,2998-12-31\n",
    )

    report = await api.http.get(f"{PATH}/{import_id}/report")

    assert report.headers["Content-Type"] == "text/csv; charset=utf-8"
    *lines, unborn, unregistered = report.text.splitlines()
    assert lines == [
        "line,key,code,path,message",
        '2,\'=…com,invalid,gender,"this is one of male, female, not_disclosed"',
        '4,a…com,unknownTier,levelId,"there is no such tier; there are bronze, silver, gold"',
    ]
    assert unborn.startswith('5,b…com,invalidDate,birthDate,"nobody is born in the future')
    assert unregistered.startswith('6,c…com,invalidDate,registeredAt,"nobody registers in the future')


@pytest.mark.parametrize(
    ("type_", "code"), [("nothing", "unknownType"), ("groupValue", "notSupported"), ("segmentMembers", "notSupported")]
)
async def test_what_cannot_be_imported_is_refused_with_the_reason(api: Api, type_: str, code: str):
    answer = await upload(api, type_=type_)

    assert fault(answer, "type")["code"] == code


async def test_an_import_that_there_is_not_is_not_found(api: Api):
    paths = [f"{PATH}/{new_id()}", f"{PATH}/{new_id()}/report"]

    found = [(await api.http.get(path)).status_code for path in paths]
    changed = [
        (await api.http.post(f"{PATH}/x/{action}")).status_code for action in ("pause", "resume", "cancel", "retry")
    ]

    assert {*found, *changed} == {404}


async def test_only_so_many_imports_wait_at_once(api: Api):
    for number in range(uploads.MAX_UNFINISHED):
        assert (await upload(api, reference=str(number))).status_code == 200

    answer = await upload(api, reference="one more")

    assert fault(answer, "import")["code"] == "tooManyImports"
    assert await rows(api, "import_file") == uploads.MAX_UNFINISHED


async def test_old_files_and_later_what_came_of_their_lines_are_deleted(api_anywhere: Api):
    api = api_anywhere
    import_id = await imported(api, MEMBERS + "anna@example.com,\n")
    waiting = (await upload(api, "email\nb\n")).json()["importId"]
    now = datetime.now(UTC)

    async def left(*, files: datetime, all_: datetime) -> tuple[int, int, int]:
        while await api.database.delete_old_imports(files_before=files, all_before=all_, limit=2):
            pass
        return await rows(api, "import_chunk"), await rows(api, "import_line"), await rows(api, "import_file")

    past = datetime(2020, 1, 1, tzinfo=UTC)
    assert await left(files=past, all_=past) == (2, 3, 2)
    assert await left(files=now, all_=past) == (1, 3, 2)
    assert await left(files=now, all_=now) == (1, 0, 1)
    assert (await status(api, waiting), (await api.http.get(f"{PATH}/{import_id}")).status_code) == ("queued", 404)


async def test_a_caller_needs_the_permission_for_what_the_lines_ask(api: Api):
    permissions = [{"resource": "IMPORT", "access": "MODIFY"}, {"resource": "CUSTOM_EVENT", "access": "MODIFY"}]
    made = await api.post("/api/acl/role", {"role": {"name": "importer", "permissions": permissions}})
    importer = await add_administrator(api, "importer", role=made.json()["roleId"])

    answers = {
        type_: await api.http.post(f"{PATH}/{type_}", content=b"", headers={"Authorization": importer.key})
        for type_ in ("member", "unitTransferAdding", "unitTransferSpending", "customEvent")
    }

    assert [answer.status_code for answer in answers.values()] == [403, 403, 403, 400]
    assert "CUSTOMER MODIFY" in answers["member"].json()["message"]
