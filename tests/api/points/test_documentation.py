"""The examples of docs/api.md work."""

import json
import re
import shlex

from tests.api.points.shop import Shop
from tests.kit.paths import ROOT


async def test_the_requests_about_points_work_in_their_order(shop_anywhere: Shop):
    shop = shop_anywhere
    page = (ROOT / "docs" / "api.md").read_text()
    (marked,) = re.findall(r"<!-- points: .*?-->\n```\n(.*?)```", page, re.DOTALL)
    requests = re.findall(r"^(POST|GET) +(\S+)(?: +(\{.*?))?$(?=\n[PG]|\n?\Z)", marked, re.MULTILINE | re.DOTALL)
    transfer = ""

    for method, path, body in requests:
        content = json.loads(body) if body else None
        answer = await shop.api.http.request(method, path.format(transfer=transfer), json=content)
        assert answer.status_code in (200, 204), (path, answer.text)
        if method == "POST" and answer.content:
            transfer = answer.json()["transferId"]

    assert len(requests) == 8
    assert await shop.active() == 65
    assert (await shop.account())["spent"] == 30


async def test_every_call_of_curl_works(shop: Shop):
    page = (ROOT / "docs" / "api.md").read_text()
    calls = re.findall(r"^curl .*?(?=^```)", page, re.MULTILINE | re.DOTALL)
    (upload,) = [call for call in calls if " -F " in call]
    calls.remove(upload)  # a form with a file: its words are checked below
    calls = [call for call in calls if "/api/admin/" not in call]  # these make the key

    for call in calls:
        words = shlex.split(call.replace("\\\n", " "))
        headers = dict(words[at + 1].split(": ", 1) for at, word in enumerate(words) if word == "-H")
        del headers["Authorization"]
        url, body = words[1], words[words.index("-d") + 1]
        answer = await shop.api.http.post(url.removeprefix("http://localhost:8000"), content=body, headers=headers)
        assert answer.status_code == 200, (call, answer.text)

    assert len(calls) == 3
    url, form = upload.split()[3], shlex.split(upload.replace("\\\n", " "))[-1]
    files = {form.partition("=")[0]: ("points.csv", b"email,points\nanna@example.com,5\n")}
    sent = await shop.api.http.post(url.removeprefix("http://localhost:8000"), files=files)
    assert sent.status_code == 200, sent.text
