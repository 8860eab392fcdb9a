"""Hostile texts on every page: markup, marks that turn the direction of text, and 10,000 characters."""

import json
from html.parser import HTMLParser

from tests.api.merges.test_routes import do
from tests.kit.api import Api
from tests.kit.console import HOME, Visitor, every_page
from tests.kit.sent import answer_events
from tests.kit.transactions import document, line

TURN = "\u202e"
SHORT = f'"><script>alert(1)</script>{TURN}' + "y" * 200
LONG = SHORT + "x" * 10_000
ISOLATING = frozenset({"bdi", "pre", "textarea", "option", "title", "script"})
"""Elements out of which no mark of direction reaches."""
VOID = frozenset({"br", "hr", "img", "input", "link", "meta", "path", "circle", "line", "rect", "polyline", "ellipse"})


class _Turned(HTMLParser):
    """Where a page shows a mark of direction that reaches what is beside it."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if TURN in data and not ISOLATING & set(self.open):
            self.found.append(f"{'/'.join(self.open[-3:])}: {data[:40]!r}")


def turned(text: str) -> list[str]:
    parser = _Turned()
    parser.feed(text)
    return parser.found


async def write_hostile_texts(api: Api, visitor: Visitor) -> None:
    """Write hostile texts wherever a text can be written."""
    await api.deploy(rewards__gift=f"reward: gift\ntitle: {json.dumps(SHORT[:200])}\n")
    reason = {"code": "hostile", "title": SHORT}
    await api.http.put("/api/DEFAULT/correction/settings", json={"settings": {"reasons": [reason]}})
    ids = []
    for number in range(2):
        named = {"email": f"h{number}@example.com", "firstName": SHORT, "lastName": SHORT}
        customer = named | {"customAttributes": [{"key": SHORT[:60], "value": SHORT}], "address": {"city": SHORT}}
        answer = await api.post("/api/DEFAULT/member", {"customer": customer})
        assert answer.status_code == 200, answer.text
        ids.append(answer.json()["customerId"])
    one, other = ids
    who = {"email": "h0@example.com"}
    assert (await api.report(type="text", body={"key": LONG}, customerData=who)).status_code == 200
    assert (await api.report(body={"device": LONG}, eventId=SHORT, customerData=who)).status_code == 200
    sold = document(SHORT, line(SHORT, 2, labels=[{"key": SHORT, "value": SHORT}]), customer={**who, "name": SHORT})
    assert (await api.post("/api/DEFAULT/transaction", sold)).status_code == 200
    moved = {"transfer": {"customer": one, "points": 10, "comment": SHORT}}
    assert (await api.post("/api/DEFAULT/points/add", moved)).status_code == 200
    corrected = {"customer": one, "reason": "hostile", "comment": SHORT, "points": {"type": "add", "points": 5}}
    assert (await api.post("/api/DEFAULT/correction", {"correction": corrected})).status_code == 200
    hook = {"eventName": "CustomerRegistered", "url": "https://partner.example/<b>", "name": SHORT}
    assert (await api.post("/api/DEFAULT/webhook/subscription", {"webhookSubscription": hook})).status_code == 200
    await visitor.http.post(
        f"{HOME}/imports/new/member",
        files={"import[file]": (SHORT, b"email\nnot-an-email\n", "text/csv")},
        headers={"Origin": "http://laurel"},
    )
    assert (await visitor.post("/console/roles/new", {"role.name": SHORT[:200]})).status_code == 303
    given = await visitor.post(f"{HOME}/members/{one}/give", {"_reward": "gift", "_way": "gift", "quantity": "1"})
    assert given.status_code == 303
    await answer_events(api)
    merge = {"mergedCustomer": other, "comment": SHORT}
    merged = (await api.post(f"/api/DEFAULT/member/{one}/merge", merge)).json()
    await do(api, merged["mergeId"])


async def test_hostile_texts_are_shown_harmlessly_on_every_page(api: Api, visitor: Visitor) -> None:
    await write_hostile_texts(api, visitor)

    pages = await every_page(visitor, f"{HOME}/search?q=%22%3E%3Cscript%3Ealert(1)%3C/script%3E%E2%80%AEy")

    html = {url: text for url, text in pages.items() if "_format=csv" not in url and text.startswith("<!doctype")}
    assert [url for url, text in html.items() if "<script>alert" in text] == []
    assert {url: found for url, text in html.items() if (found := turned(text))} == {}
    assert [
        url for url, text in html.items() if "x" * 3_000 in text and "/events/" not in url and "simulate" not in url
    ] == []
    assert sum("alert(1)" in text for text in html.values()) > 30, "it is shown, as text"
