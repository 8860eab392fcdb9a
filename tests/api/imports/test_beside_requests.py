"""An import beside live requests, on both databases: neither loses anything, and requests are not held up."""

import asyncio
import time

from tests.api.members.test_routes import register
from tests.kit.api import Api
from tests.kit.imports import STORE, Importing, store_file

LINES = 600
REQUESTS = 40


async def test_an_import_and_live_requests_do_not_hold_each_other_up(api_anywhere: Api):
    api = api_anywhere
    anna = await register(api)
    importing = Importing(api.database)
    members = "email,firstName\n" + "".join(f"member-{number}@example.com,Ida\n" for number in range(LINES))
    points = "customerId,points,externalTransferId\n" + "".join(f"{anna},1,line-{number}\n" for number in range(LINES))
    refs = [
        await store_file(api.database, "member", members),
        await store_file(api.database, "unitTransferAdding", points),
    ]
    slowest = 0.0

    async def request(number: int) -> None:
        nonlocal slowest
        begin = time.monotonic()
        added = {"transfer": {"customer": anna, "points": 1, "externalTransferId": f"request-{number}"}}
        statuses = [
            (
                await api.report(eventId=f"event-{number}", customerData={"email": f"live-{number}@example.com"})
            ).status_code,
            (await api.post(f"/api/{STORE}/points/add", added)).status_code,
            (await api.http.get(f"/api/{STORE}/member/{anna}/status")).status_code,
        ]
        slowest = max(slowest, time.monotonic() - begin)
        assert statuses == [200, 200, 200]

    async def request_all() -> None:
        for number in range(0, REQUESTS, 4):
            await asyncio.gather(*(request(each) for each in range(number, number + 4)))

    done = asyncio.gather(*(importing.read(ref) for ref in refs))
    await request_all()
    first, second = await done

    assert (first.done, first.refused, second.done, second.refused) == (LINES, 0, LINES, 0)
    wallet = (await api.get(f"/api/{STORE}/member/{anna}/wallet"))["items"][0]
    assert wallet["account"]["activeUnits"] == LINES + REQUESTS
    assert (await api.get(f"/api/{STORE}/member"))["total"]["all"] == 1 + LINES + REQUESTS
    assert slowest < 30  # a page of lines is one transaction: a request waits for one or two, and not for the file
