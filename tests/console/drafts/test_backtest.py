"""The backtest beside the plan: begun, followed without scripts, cancelled, and drawn with its numbers."""

import json
import re
from datetime import UTC, datetime
from html import unescape
from typing import Any

from database.backtests import BacktestStatus, StoredBacktest
from tests.console.drafts.test_pages import DRAFT, FILE, fields
from tests.kit.api import Api
from tests.kit.console import HOME, Visitor, form_of, text_of
from tests.kit.programs import PROGRAM

BACKTEST = f"{DRAFT}/backtest"
HOSTILE = "<script>alert(1)</script>"
RESULT = {
    "days": 2,
    "events": 12345,
    "members": 3,
    "membersGaining": 2,
    "membersLosing": 1,
    "numbers": [{"what": HOSTILE, "inForce": 7, "planned": None, "difference": None}],
    "mostAffected": [],
    "neverFired": ["sleepy"],
    "fired": [
        {"source": "reactor/double-on-web", "inForce": 3, "planned": 5},
        {"source": "achievement/seven-days", "inForce": 1, "planned": 0},
    ],
    "awardedByDay": {
        "wallet": "points",
        "items": [
            {"day": "2026-05-01", "inForce": 10, "planned": 20},
            {"day": "2026-05-02", "inForce": 0, "planned": 4},
        ],
    },
}


async def store(api: Api, status: BacktestStatus, **more: Any) -> None:
    """Store a backtest of the draft as it is."""
    now = datetime.now(UTC)
    fingerprint = (await api.post("/api/DEFAULT/program/draft/plan", {})).json()["fingerprint"]
    admin = await api.database.access_read(lambda access: access.admins.named("admin"))
    kept = StoredBacktest("b" * 36, fingerprint, 1, 2, status, now, now, **more)
    await api.write(lambda tx: tx.backtests.begin(admin.id, kept))


async def test_a_backtest_is_begun_followed_and_cancelled_without_scripts(api: Api, visitor: Visitor) -> None:
    none = await visitor.page(BACKTEST)
    begun = await visitor.post(BACKTEST, {"days": "2"})
    await store(api, "running", events=1200, events_in_all=30000)
    planned = await visitor.page(f"{DRAFT}/plan")
    looked = await visitor.page(BACKTEST)
    part = await visitor.get(BACKTEST, headers={"hx-request-type": "partial"})
    cancelled = await visitor.post(f"{BACKTEST}/cancel")

    assert "Nothing was replayed yet." in none
    assert (begun.status_code, begun.headers["location"]) == (303, f"{DRAFT}/plan?days=2#backtest")
    for words in (planned, looked):
        assert "1,200 of 30,000 events of 2 days are replayed" in words
        assert "Look again" in words
    assert part.text.lstrip().startswith('<div id="run" hx-nonce=')
    assert cancelled.status_code == 303
    assert "The backtest of 2 days was cancelled." in await visitor.page(f"{DRAFT}/plan")


async def test_what_came_of_it_is_drawn_and_leads_to_its_rows(api: Api, visitor: Visitor) -> None:
    await store(api, "done", events=12345, events_in_all=12345, result=json.dumps(RESULT))

    page = await visitor.get(f"{DRAFT}/plan")
    charts = [json.loads(unescape(each)) for each in re.findall(r'data-chart="([^"]*)"', page.text)]
    words = text_of(page)

    assert [(each["kind"], each["labels"]) for each in charts] == [
        ("pairs", ["2026-05-01", "2026-05-02"]),
        ("pairs", ["double-on-web", "seven-days"]),
    ]
    assert [(each["name"], each["values"]) for each in charts[1]["series"]] == [
        ("in force", [3, 1]),
        ("planned", [5, 0]),
    ]
    assert f'href="{HOME}/reactors/double-on-web?outcome=fired&amp;test=false"' in page.text
    assert "createdAt%5Bgte%5D=2026-05-01&amp;createdAt%5Blt%5D=2026-05-02" in page.text
    assert "12,345 events of 3 members in 2 days: 2 members gain, 1 lose." in words
    assert "Never fired: sleepy ." in words
    assert HOSTILE not in page.text


async def test_a_backtest_of_another_text_is_said_to_be_one(api: Api, visitor: Visitor) -> None:
    await store(api, "failed", because="no event was reported since 2026-05-01: name more days")
    await visitor.post(f"{DRAFT}/new", {"kind": "reactors", "path": "spring"})

    words = await visitor.page(f"{DRAFT}/plan")

    assert "This is the backtest of other files" in words
    assert "Nothing was replayed: no event was reported since 2026-05-01" in words


async def test_what_was_typed_for_the_deploy_is_kept_by_a_backtest(api: Api, visitor: Visitor) -> None:
    other = PROGRAM.replace("Coffee shop", "Tea shop") + "# as they say\n"
    await visitor.post(FILE, await fields(visitor, other, "program.yaml"))
    typed = form_of(await visitor.get(f"{DRAFT}/plan"), having="note")
    typed |= {"days": "7", "note": "für März & <i>", "_rename": "true"}

    ways = [
        await visitor.post(BACKTEST, typed),
        await visitor.post(BACKTEST, typed | {"_look": "1"}),
        await visitor.post(f"{BACKTEST}/cancel", typed),
    ]
    led_to = [await visitor.get(each.headers["location"]) for each in ways]
    wrong = await visitor.post(BACKTEST, typed | {"days": "x"})
    late = await visitor.post(f"{DRAFT}/plan", typed | {"_fingerprint": "0" * 64})

    assert [each.status_code for each in (*ways, wrong, late)] == [303, 303, 303, 400, 400]
    for page, days in (*((each, "7") for each in led_to), (wrong, "x"), (late, "7")):
        kept = form_of(page, having="note")
        assert (kept["days"], kept["note"], kept.get("_rename")) == (days, "für März & <i>", "true")
    assert 'id="f-days-error"' in wrong.text


async def test_days_that_make_no_sense_are_refused(api: Api, visitor: Visitor) -> None:
    for days in ("x", "0", "91", "-1", "1.5"):
        refused = await visitor.post(BACKTEST, {"days": days})
        assert refused.status_code == 400, days
    assert "Nothing was replayed yet." in await visitor.page(BACKTEST)
