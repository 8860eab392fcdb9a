"""The examples of docs/api.md work."""

import json
import re

from tests.kit.api import Api
from tests.kit.paths import ROOT


async def test_the_requests_about_members_work_in_their_order(api_anywhere: Api):
    page = (ROOT / "docs" / "api.md").read_text()
    (marked,) = re.findall(r"<!-- members: .*?-->\n```\n(.*?)```", page, re.DOTALL)

    for line in marked.splitlines():
        method, path, body = [*line.split(maxsplit=2), ""][:3]
        answer = await api_anywhere.http.request(method, path, json=json.loads(body) if body else None)
        assert answer.status_code in (200, 204), (path, answer.text)

    assert len(marked.splitlines()) == 13
    assert answer.json()["total"]["filtered"] == 0
    assert (await api_anywhere.get("/api/DEFAULT/member/email=carol@example.com"))["currentLevel"]["name"] == "silver"
