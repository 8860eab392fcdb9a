"""The requests that docs/api.md shows for corrections."""

import json
import re

from tests.api.corrections.shop import Desk
from tests.kit.paths import ROOT

REQUEST = re.compile(r"^(GET|POST)\s+(\S+)\s*(\{.*?\})?\s*(?=^\S|\Z)", re.DOTALL | re.MULTILINE)


async def test_the_requests_of_the_page_work_one_after_the_other(desk: Desk):
    page = (ROOT / "docs" / "api.md").read_text()
    (text,) = re.findall(r"<!-- corrections:.*?-->\n```\n(.*?)```\n<!-- /corrections -->", page, re.DOTALL)
    last: str = ""

    for method, path, body in REQUEST.findall(text):
        content = json.loads(body) if body else None
        answer = await desk.api.http.request(method, path.replace("{correction}", last), json=content)
        assert answer.status_code == 200, (path, answer.text)
        last = answer.json().get("correctionId", last)

    assert [each["status"] for each in await desk.items()] == ["done", "done", "undone"]
