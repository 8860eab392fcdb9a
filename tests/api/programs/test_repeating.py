"""Deploys and rollbacks with an Idempotency-Key: done once, answered alike."""

import asyncio
from collections import Counter
from typing import Any

import httpx2

from tests.kit.api import Api, fault
from tests.kit.programs import PROGRAM, files

PATH = "/api/DEFAULT/program"
KEY = "5f0c9f9e-6c1d-4c57-9a51-2f6f4a4c2d10"


def texts(days: int = 9, store: str = "DEFAULT") -> dict[str, str]:
    program = PROGRAM.replace("points: 7d", f"points: {days}d").replace("store: DEFAULT", f"store: {store}")
    return {name: content.decode() for name, content in files(program=program).items()}


async def post(api: Api, content: Any, path: str = PATH, key: str = KEY) -> httpx2.Response:
    return await api.post(path, content, headers={"Idempotency-Key": key})


async def revisions(api: Api) -> int:
    count: int = (await api.get(PATH))["total"]["all"]
    return count


async def test_a_repeated_deploy_gets_the_first_answer_though_another_program_is_in_force_by_now(api_anywhere: Api):
    first = await post(api_anywhere, {"files": texts(), "basedOn": 1})
    await api_anywhere.post(PATH, {"files": texts(5)})
    again = await post(api_anywhere, {"files": texts(), "basedOn": 1})

    assert first.json()["revision"] == 2
    assert (again.status_code, again.json(), again.headers["Idempotent-Replayed"]) == (200, first.json(), "true")
    assert await revisions(api_anywhere) == 3


async def test_a_repeated_rollback_goes_back_once(api_anywhere: Api):
    await api_anywhere.post(PATH, {"files": texts()})
    await api_anywhere.post(PATH, {"files": texts(5)})

    answers = [await post(api_anywhere, {}, f"{PATH}/rollback") for _ in range(2)]

    assert [answer.json() for answer in answers] == [{"revision": 4, "rolledBackTo": 2, "isNew": True}] * 2
    assert await revisions(api_anywhere) == 4


async def test_other_content_is_refused(api_anywhere: Api):
    await post(api_anywhere, {"files": texts()})
    await post(api_anywhere, {"revision": 1}, f"{PATH}/rollback")

    others = [
        await post(api_anywhere, {"files": texts(5)}),
        await post(api_anywhere, {"files": texts(), "note": "again"}),
        await post(api_anywhere, {"revision": 2}, f"{PATH}/rollback"),
    ]

    assert [fault(answer, "Idempotency-Key")["code"] for answer in others] == ["idempotencyKeyReused"] * 3
    assert await revisions(api_anywhere) == 3


async def test_a_refused_deploy_keeps_no_key(api_anywhere: Api):
    broken = {"files": texts() | {"reactors/broken.yaml": "reactor: broken\n"}}
    overtaken = {"files": texts(), "basedOn": 7}

    refused = [(await post(api_anywhere, content)).status_code for content in (broken, overtaken)]
    corrected = await post(api_anywhere, {"files": texts()})

    assert (refused, corrected.status_code) == ([400, 409], 200)


async def test_the_first_program_of_a_store_is_deployed_once(api_anywhere: Api):
    path, content = "/api/NEW/program", {"files": texts(store="NEW")}

    answers = [await post(api_anywhere, content, path) for _ in range(2)]

    assert [answer.json()["isNew"] for answer in answers] == [True, True]


async def test_one_key_many_times_at_once_deploys_once(api_anywhere: Api):
    same = [post(api_anywhere, {"files": texts()}) for _ in range(8)]
    other = [post(api_anywhere, {"files": texts(5)}) for _ in range(8)]

    answers = await asyncio.gather(*same, *other)

    assert Counter(answer.status_code for answer in answers) == {200: 8, 400: 8}
    assert {answer.json()["revision"] for answer in answers if answer.status_code == 200} == {2}
    assert await revisions(api_anywhere) == 2
