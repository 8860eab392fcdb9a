"""The documentation of the API: from this server alone, and only if it is wanted."""

import re
from dataclasses import replace

import httpx2

from api.app import create_app
from api.documentation.routes import ROUTES
from tests.kit.api import Api


async def test_the_page_and_all_its_files_come_from_this_server(api: Api):
    page = await api.http.get("/docs")

    assert page.headers["content-type"].startswith("text/html")
    named = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert sorted(f"/{name}" for name in named) == sorted(route.path for route in ROUTES if route.path != "/docs")
    for name in named:
        file = await api.http.get(f"/{name}", headers={"Authorization": ""})
        assert (file.status_code, file.headers["x-content-type-options"]) == (200, "nosniff")
        assert file.content
        assert file.headers["content-type"].split("/")[0] in ("text", "image")


async def test_the_page_runs_only_scripts_of_this_server(api: Api):
    page = await api.http.get("/docs")

    policy = page.headers["content-security-policy"]
    assert "script-src 'self';" in policy
    assert "frame-ancestors 'none'" in policy
    assert "http" not in policy
    assert re.findall(r"<script>", page.text) == []
    assert "SwaggerUIBundle" in (await api.http.get("/docs/start.js")).text


async def test_the_documentation_can_be_closed(api: Api):
    app = create_app(replace(api.app.state.laurel.services, show_docs=False))
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://laurel") as http:
        answers = [await http.get(path) for path in ("/docs", "/docs/start.js", "/openapi.json", "/health/live")]

    assert [answer.status_code for answer in answers] == [404, 404, 404, 200]
