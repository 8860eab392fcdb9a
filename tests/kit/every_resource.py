"""One of everything that a path can name, in the state that each action needs, so that every example can be tried."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from activities.exports import ExportActivities
from api.authentication.tokens import digest
from database import Access
from database.audit_log import AuditEntry
from loyalty.ids import new_id
from loyalty.references import ExportRef
from tests.kit.access import add_administrator
from tests.kit.api import ADMIN_ID, KEY, Api
from tests.kit.imports import STORE, Importing, store_file
from tests.kit.programs import PROGRAM

_PATH = "/api/DEFAULT"
_STORE = "/api/{storeCode}"

FILES = {
    "program": PROGRAM + "attributes: {shoe_size: {type: number}}\n",
    "rewards__coffee": """\
reward: coffee
title: A coffee
price: 1
categories: [drinks]
coupon: {codes: uploaded, value: 5, type: money}
""",
    "reactors__winter": """\
reactor: winter
on: text
code: {is: {var: [event.body.key, ""]}}
then: [{award_points: {points: 1}}]
""",
    "rewards__mug": "reward: mug\ntitle: A mug\nprice: 1\nstatuses: [packing, shipped, completed]\n",
}
"""What is added to the program, for `Api.deploy`."""

_COUPON = "COFFEE-7KQ2M9XW"
"""As examples name it."""


@dataclass
class Things:
    """What paths name: the values of their parameters, and those of single paths where they differ."""

    names: dict[str, str] = field(default_factory=dict)
    own: dict[str, dict[str, str]] = field(default_factory=dict)


async def add_every_resource(api: Api, member_id: str) -> Things:
    """Add what a member can buy, report and export, and what administrators keep. The program has FILES."""
    things = Things(
        {
            "achievement": "seven-days",
            "badgeType": "early-bird",
            "campaign": "points-for-purchase",
            "campaignId": "points-for-purchase",
            "walletTypeCode": "points",
            "tierSet": "default",
            "tier": "silver",
            "rewardCategory": "drinks",
            "store": STORE,
            "key": "columns",
            "type": "member",
            "customFieldSchemaId": "shoe_size",
        }
    )
    await _add_rewards(api, things, member_id)
    await _add_merges(api, things)
    await _add_transactions(api, things)
    await _add_imports(api, things)
    await _add_exports(api, things)
    await _add_archive(api, things)
    await _add_administration(api, things)
    await _add_corrections(api, things, member_id)
    return things


async def _add_rewards(api: Api, things: Things, member_id: str) -> None:
    await _posted(api, "points/add", {"transfer": {"customer": member_id, "points": 50}})
    await _posted(api, "reward/coffee/coupon", {"coupons": [_COUPON]})
    await _bought(api, "coffee", member_id)
    await _posted(api, "reward/coffee/coupon", {"coupons": [f"COFFEE-{number}" for number in range(9)]})
    things.names |= {"reward": "coffee", "couponCode": _COUPON, "issuedReward": await _bought(api, "mug", member_id)}
    things.own |= {
        f"{_STORE}/reward/{{reward}}/stock": {"reward": "mug"},
        f"{_STORE}/campaign/{{campaign}}/codes": {"campaign": "winter"},
        f"{_STORE}/campaign/{{campaign}}/codes/generate": {"campaign": "winter"},
        f"{_STORE}/reward/{{reward}}/coupon/{{couponCode}}": {"couponCode": "COFFEE-8"},
        f"{_STORE}/redemption/{{issuedReward}}/cancel": {"issuedReward": await _bought(api, "mug", member_id)},
    }


async def _add_merges(api: Api, things: Things) -> None:
    """Register the member whom examples merge into another one, and ask for another merge."""
    ids = [
        (await _posted(api, "member", {"customer": {"email": f"{name}@example.org"}}))["customerId"]
        for name in ("anna.nowak", "surviving", "asked", "merged")
    ]
    asked = await _posted(api, f"member/{ids[2]}/merge", {"mergedCustomer": ids[3]})
    things.names["merge"] = asked["mergeId"]
    path = f"{_STORE}/member/{{member}}/merge"
    things.own |= {each: {"member": ids[1]} for each in (path, f"{path}/preview")}


async def _bought(api: Api, reward: str, member_id: str) -> str:
    (issued,) = await _posted(api, f"reward/{reward}/buy", {"customerId": member_id, "quantity": 1})
    return str(issued["issuedRewardId"])


async def _add_transactions(api: Api, things: Things) -> None:
    """Report the sale that examples name. Its member registers later, by another example."""
    body = (await api.get("/openapi.json"))["paths"][f"{_STORE}/transaction"]["post"]["requestBody"]
    sold = await _posted(api, "transaction", body["content"]["application/json"]["example"])
    things.names["transaction"] = sold["transactionId"]


async def _add_imports(api: Api, things: Things) -> None:
    importing, now = Importing(api.database), datetime.now(UTC)
    refs = [
        await store_file(api.database, "member", f"email,firstName\nimported-{number}@example.com,Ida\n,\n")
        for number in range(5)
    ]
    await importing.read(refs[0])
    done, to_pause, to_cancel, paused, failed = [ref.id for ref in refs]
    await api.write(lambda tx: tx.imports.change(paused, "paused", since=["queued"], now=now))
    await importing.activities.fail_import(refs[4], "OSError")
    things.names["import"] = done
    actions = {"pause": to_pause, "cancel": to_cancel, "resume": paused, "retry": failed}
    things.own |= {f"{_STORE}/import/{{import}}/{action}": {"import": ref} for action, ref in actions.items()}


async def _add_exports(api: Api, things: Things) -> None:
    done, failed = [(await _posted(api, "export/member", {}))["exportId"] for _ in range(2)]
    activities = ExportActivities(api.database, api.programs)
    while (await activities.write_export(ExportRef(STORE, done))).status == "pending":
        pass
    await api.write(lambda tx: tx.exports.change(failed, "failed", now=datetime.now(UTC), error="OSError"))
    things.names["export"] = done
    things.own[f"{_STORE}/export/{{export}}/retry"] = {"export": failed}


async def _add_archive(api: Api, things: Things) -> None:
    old = datetime.now(UTC) - timedelta(days=40)

    def write(access: Access) -> None:
        row = ("POST /x", "ADMIN", ADMIN_ID, ADMIN_ID, "admin", "admin", None, None, "done", 200, None)
        access.audit_log.add(AuditEntry(new_id(), old, None, *row))

    await api.database.access_write(write)
    before = {"archive": {"beforeDate": (old + timedelta(days=2)).date().isoformat()}}
    (archive,) = (await api.post("/api/audit/log/archive", before)).json()
    things.names["filename"] = archive["filename"]


async def _add_administration(api: Api, things: Things) -> None:
    code, expires_at = "the-code", datetime.now(UTC) + timedelta(hours=1)
    await api.database.access_write(
        lambda access: access.password_resets.add(ADMIN_ID, digest(code), expires_at=expires_at)
    )
    things.names["resetOfAdmin"] = code


async def _add_corrections(api: Api, things: Things, member_id: str) -> None:
    """Correct Anna as an administrator, and let support ask for what another person decides on."""
    support = await add_administrator(api, "support")
    done = [await _corrected(api, member_id, 5, KEY) for _ in range(2)]
    to_approve, to_reject = [await _corrected(api, member_id, 2000, support.key) for _ in range(2)]
    things.names["correction"] = done[0]
    actions = {"undo": done[1], "approve": to_approve, "reject": to_reject}
    path = f"{_STORE}/correction/{{correction}}"
    things.own |= {f"{path}/{action}": {"correction": one} for action, one in actions.items()}


async def _corrected(api: Api, member_id: str, points: int, key: str) -> str:
    change = {"customer": member_id, "reason": "goodwill", "points": {"type": "add", "points": points}}
    answer = await api.post(f"{_PATH}/correction", {"correction": change}, headers={"Authorization": key})
    assert answer.status_code == 200, answer.text
    return str(answer.json()["correctionId"])


async def _posted(api: Api, path: str, content: Any) -> Any:
    answer = await api.post(f"{_PATH}/{path}", content)
    assert answer.status_code in (200, 204), answer.text
    return answer.json() if answer.content else None
