"""Large bodies are read in threads: the event loop answers others meanwhile."""

import asyncio
from typing import Any

import pytest

from rules import exact
from tests.kit.api import Api
from tests.kit.programs import files

KEYS = {f"key{number}": number for number in range(60_000)}
MANY_OBJECTS = [{"a": {}} for _ in range(60_000)]
EVENT = {"type": "purchase", "eventDate": "2024-05-01T00:00:00", "customerData": {"email": "ann@example.com"}}


class Ticks:
    """Counts how often the event loop gets to run something else."""

    def __init__(self) -> None:
        self.count = 0
        self._task = asyncio.create_task(self._run())

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(0.005)
            self.count += 1

    def stop(self) -> int:
        self._task.cancel()
        return self.count


@pytest.mark.parametrize(
    ("path", "content", "status"),
    [
        pytest.param("simulate", {"event": EVENT | {"body": KEYS}}, 413, id="many keys"),
        pytest.param("simulate", {"event": EVENT | {"body": {"a": MANY_OBJECTS}}}, 413, id="many objects"),
        pytest.param("simulate", {"event": EVENT, "member": {"attributes": KEYS}}, 413, id="a large member"),
        pytest.param("program", {"files": {"program.yaml": 1}, "more": MANY_OBJECTS}, 400, id="a program"),
    ],
)
async def test_the_event_loop_goes_on_while_a_large_body_is_read(
    api: Api, path: str, content: dict[str, Any], status: int
) -> None:
    text = exact.dumps(content)
    ticks = Ticks()

    answer = await api.http.post(f"/api/DEFAULT/{path}", content=text)

    assert answer.status_code == status
    assert ticks.stop() > 5  # two or three in the event loop


async def test_a_repeated_key_among_many_is_found_at_once(api: Api) -> None:
    text = exact.dumps(KEYS)[:-1] + ', "key59999": 1}'

    answer = await asyncio.wait_for(api.http.post("/api/DEFAULT/simulate", content=text), 60)

    assert (answer.status_code, "given twice" in answer.text) == (400, True)


async def test_a_large_event_is_accepted_as_a_small_one_is(api: Api) -> None:
    note = "event: noted\nbody: {type: object, properties: {note: {type: string, maxLength: 90000}}}\n"
    texts = {name: content.decode() for name, content in files(events__noted=note).items()}
    assert (await api.post("/api/DEFAULT/program", {"files": texts})).status_code == 200
    event = EVENT | {"type": "noted"}

    taken = await api.post("/api/DEFAULT/customEvent", {"event": event | {"body": {"note": "x" * 80_000}}})
    refused = await api.post("/api/DEFAULT/customEvent", {"event": event | {"body": {"note": "x" * 100_000}}})

    assert (taken.status_code, refused.status_code) == (200, 400)
    assert [fault["path"] for fault in refused.json()["errors"]] == ["event.body.note"]
