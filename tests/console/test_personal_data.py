"""Who may not see personal data finds none on any page, whatever links they follow."""

import re
from collections.abc import Mapping
from functools import partial

from sqlalchemy import Table, update

from access import Permission
from database import Transaction
from database.tables import delivery, message
from tests.kit.access import add_administrator, add_role
from tests.kit.api import Api
from tests.kit.console import HOME, every_page, text_of, visiting
from tests.kit.personal_data import FILES, MARKER, fill
from tests.kit.sent import answer_events
from tests.kit.transactions import document, line

PERSONAL = ("zdz@example.com", "+48600700800", "600700800", "CARD-998877", "Zdzislawa", "Kowal", "1971-03-04")
FRIEND = """\
reactor: friend
on: text
when: {"==": [{var: [event.body.key, none]}, friend]}
then: [{award_points: {points: 1}}]
"""


def kinds(pages: Mapping[str, str]) -> set[str]:
    """The kinds of pages: their addresses without ids and queries."""
    return {re.sub(r"/[^/]*\d[^/]*", "/*", url.partition("?")[0].removeprefix(HOME)) for url in pages}


def _name(table: Table, tx: Transaction) -> None:
    """Give every message a name again: it is one of a list, and says nothing of a person."""
    tx.connection.execute(update(table).values(name="CustomerRegistered"))


async def add_another(api: Api) -> str:
    """Register a member with every part of an identity, an event that tells them all, and a sale."""
    await api.deploy(**FILES, reactors__friend=FRIEND)
    identity = {"email": "zdz@example.com", "phone": "+48600700800", "loyaltyCardNumber": "CARD-998877"}
    customer = {"customer": {**identity, "firstName": "Zdzislawa", "lastName": "Kowal", "birthDate": "1971-03-04"}}
    member = (await api.post("/api/DEFAULT/member", customer)).json()["customerId"]
    who = {"email": identity["email"]}
    for value in PERSONAL:
        assert (await api.report(type="text", body={"key": f"I am {value}"}, customerData=who)).status_code == 200
    sold = document("D-2", line("cup", 2), customer={**identity, "name": "Zdzislawa Kowal"})
    assert (await api.post("/api/DEFAULT/transaction", sold)).status_code == 200
    await answer_events(api)
    return str(member)


async def test_no_page_shows_personal_data_to_whom_it_is_not_for(api: Api) -> None:
    member = await fill(api)
    another = await add_another(api)
    for table in (message, delivery):
        await api.write(partial(_name, table))
    role = await add_role(api, "counts", frozenset(Permission) - {Permission.VIEW_PERSONAL_DATA})
    await add_administrator(api, "counts", role=role)

    async with visiting(api) as visitor:
        await visitor.log_in("counts")
        pages = await every_page(visitor)
        named = {"_type": "text", "event.eventDate": "2026-05-01T10:00:00", "event.customerData": another}
        pages["simulated"] = (await visitor.post(f"{HOME}/simulate", named | {"event.body": '{"key": "a"}'})).text
        theirs_reported = (await api.get(f"/api/DEFAULT/customEvent?customerId={another}&type=text"))["items"]
        for each in theirs_reported[:2]:
            pages["test of " + each["customEventId"]] = await visitor.page(
                f"{HOME}/simulate/test?event={each['customEventId']}"
            )
        files = [await visitor.get(f"{HOME}/members/{member}/{each}") for each in ("export", "change")]
    of_each_kind = {kind: url for url in pages for kind in kinds({url: ""})}
    personal = {f"/{each}/*" for each in ("members", "events", "webhooks/deliveries", "imports")}
    async with visiting(api) as visitor:
        await visitor.log_in()
        theirs = await visitor.page(f"{HOME}/members/{another}")
        shown = [(await visitor.get(of_each_kind[each])).text for each in sorted(personal)]

    known = [MARKER.partition("-")[0], "ewa@example.com", *PERSONAL]
    ours = {url: text for url, text in pages.items() if "/program/" not in url}  # its files have the name as a literal
    assert sorted((url, each) for url, text in ours.items() for each in known if each in text) == []
    assert "What it would do" in pages["simulated"]
    assert [each.status_code for each in files] == [403, 403]
    assert "PERSONAL_DATA VIEW" in text_of(files[0])
    assert [each for each in PERSONAL if each not in theirs] == []
    assert [text for text in shown if MARKER not in text] == [], "others see it"
