"""Members: found by every column, by a check, and counted by when they registered."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert

from database.tables import member_collision
from tests.api.members.test_routes import ANNA, PATH, register
from tests.kit.amounts import points
from tests.kit.api import Api, fault
from tests.kit.awards import award
from tests.kit.programs import PROGRAM

BERT = {
    "email": "bert@example.com",
    "firstName": "Bert",
    "lastName": "100% Lis",
    "gender": "male",
    "birthDate": "1985-02-03T10:00:00",
    "registeredAt": "2020-01-01T00:00:00",
    "address": {"city": "Sopot", "street": "Long", "postal": "81-704", "country": "PL"},
    "agreement2": True,
    "levelId": "gold",
}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("firstName=ANNA", "anna"),
        ("firstName[like]=er", "bert"),
        ("lastName[like]=%25", "bert"),
        ("lastName[like]=_", ""),
        ("gender=female", "anna"),
        ("birthDate[lt]=1990-01-01", "bert"),
        ("birthDate=1990-12-31", "anna"),
        ("birthDate[gte]=1985-02-03&birthDate[lt]=1991-01-01", "anna bert"),
        ("agreement1=true", "anna"),
        ("agreement1=false", "bert"),
        ("agreement3=false", "anna bert"),
        ("labels=VIP:yes", "anna"),
        ("labels[like]=vip", "anna"),
        ("address:city=gdynia", "anna"),
        ("address:street[like]=lon&address:postal=81-704&address:country=pl", "bert"),
        ("address:province=x", ""),
        ("emailOrPhone=%2B48500100200", "anna"),
        ("emailOrPhone=BERT@example.com", "bert"),
        ("emailOrPhone[like]=example", "anna bert"),
        ("identifier=C-1", "anna"),
        ("identifier=bert@example.com", "bert"),
        ("identifier=c-1", ""),
        ("levelId=gold", "bert"),
        ("levelId=silver", ""),
        ("manuallyAssignedLevelId=silver", ""),
        ("levelAchievementDate[gt]=2020-01-01", "anna bert"),
        ("updatedAt[lt]=2020-01-01", ""),
        ("registeredAt[lt]=2021-01-01", "bert"),
        ("active=false", ""),
        ("defaultAccount:activePoints[gt]=0", "anna"),
        ("defaultAccount:activePoints=0", "bert"),
        ("defaultAccount:earnedPoints=150&firstName=anna&agreement1=true", "anna"),
        ("defaultAccount:lockedPoints[lt]=1e15", "anna bert"),
    ],
)
async def test_members_are_found_by_each_column(api_anywhere: Api, query: str, found: str):
    api = api_anywhere
    anna, now = await register(api, **ANNA), datetime.now(UTC)
    await register(api, **BERT)
    await api.write(lambda tx: award(tx, anna, points("150"), expires_at=now + timedelta(days=3), now=now))

    page = await api.get(f"{PATH}?{query}&_orderBy[createdAt]=asc")

    assert " ".join(item["firstName"].lower() for item in page["items"]) == found
    assert (page["total"]["all"], page["total"]["filtered"]) == (2, len(found.split()))


async def test_a_changed_member_is_found_by_what_is_true_now(api_anywhere: Api):
    member_id = await register(api_anywhere, **ANNA)

    await api_anywhere.http.put(f"{PATH}/{member_id}", json={"customer": {"firstName": "Ann", "agreement1": None}})

    async def count(query: str) -> int:
        return (await api_anywhere.get(f"{PATH}?{query}"))["total"]["filtered"]

    assert [await count(query) for query in ("firstName=Anna", "firstName=Ann", "agreement1=true")] == [0, 1, 0]


@pytest.mark.parametrize(
    "query", ["transactionsCount=1", "firstname=x", "agreement1=maybe", "birthDate=x", "labels[gt]=1"]
)
async def test_a_filter_that_cannot_be_is_refused(api: Api, query: str):
    assert (await api.http.get(f"{PATH}?{query}")).status_code == 400


@pytest.mark.parametrize(
    ("query", "total"),
    [
        ("emailOrPhone=ANNA@example.com", 1),
        ("emailOrPhone=%2B48500100200", 1),
        ("emailOrPhone=C-1", 0),
        ("identifier=C-1", 1),
        ("identifier=anna@example.com", 1),
        ("identifier=nobody", 0),
    ],
)
async def test_a_check_says_whether_somebody_is_registered(api_anywhere: Api, query: str, total: int):
    await register(api_anywhere, **ANNA)

    assert await api_anywhere.get(f"{PATH}/check?{query}") == {"total": total}


@pytest.mark.parametrize(
    ("query", "code"),
    [("", "missing"), ("emailOrPhone=a&identifier=b", "contradiction")],
)
async def test_a_check_of_nothing_or_of_two_things_is_refused(api: Api, query: str, code: str):
    assert fault(await api.http.get(f"{PATH}/check?{query}"), "emailOrPhone")["code"] == code


async def test_registrations_are_counted_by_local_day_month_and_year(api_anywhere: Api):
    api = api_anywhere
    today = datetime.now(UTC)
    for number, days in enumerate([0, 0, 1, 40, 5000]):
        await register(api, email=f"m{number}@example.com", registeredAt=(today - timedelta(days=days)).isoformat())

    by_day = await api.get(f"{PATH}/registrations?lastDays=2")
    by_year = await api.get(f"{PATH}/registrations?lastDays=400&interval=year")
    by_month = await api.get(f"{PATH}/registrations?lastDays=3660&interval=month")

    assert list(by_day.values()) == [0, 1, 2]
    assert sum(by_year.values()) == sum(by_month.values()) == 4
    assert len(by_month) > 100
    assert list((await api.get(f"{PATH}/registrations")).values())[-1] == 2


@pytest.mark.parametrize("query", ["lastDays=-1", "lastDays=3661", "lastDays=400", "lastDays=x", "interval=fortnight"])
async def test_a_span_that_cannot_be_counted_is_refused(api: Api, query: str):
    assert (await api.http.get(f"{PATH}/registrations?{query}")).status_code == 400


async def test_a_phone_is_found_in_every_spelling_of_the_programs_region(api_anywhere: Api):
    api = api_anywhere
    await api.deploy(program=PROGRAM + "region: PL\n")
    member_id = await register(api, phone="500 100 200", email=" Anna@Example.com ", plainPassword="password")

    shown = await api.get(f"{PATH}/phone=0048 500-100-200")
    added = {"transfer": {"customer": "phone=(500) 100 200", "points": 5}}
    login = {"username": "500.100.200", "password": "password"}

    assert (shown["customerId"], shown["phone"], shown["email"]) == (member_id, "+48500100200", "Anna@Example.com")
    assert (await api.post("/api/DEFAULT/points/add", added)).status_code == 200
    assert (await api.post(f"{PATH}/login_check", login)).status_code == 200
    assert (await api.get(f"{PATH}?phone=500100200"))["total"]["filtered"] == 1
    assert (await api.get(f"{PATH}/check?emailOrPhone=500 100 200"))["total"] == 1
    assert (await api.report(customerData={"phone": "+48 500 100 200"})).status_code == 200
    assert (await api.count())[0] == 1


async def test_a_learned_phone_does_not_log_in(api_anywhere: Api):
    api = api_anywhere
    await register(api, plainPassword="password")
    await api.report(customerData={"email": "anna@example.com", "phone": "123"})

    answers = [
        await api.post(f"{PATH}/login_check", {"username": name, "password": "password"})
        for name in ("123", "anna@example.com")
    ]

    assert [answer.status_code for answer in answers] == [401, 200]
    assert (await api.get(f"{PATH}/phone=123"))["email"] == "anna@example.com"


async def test_members_who_share_a_phone_are_listed_until_one_gets_another(api_anywhere: Api):
    api = api_anywhere
    anna, bert = await register(api), await register(api, email="bert@example.com")
    row = {"member": bert, "part": "phone", "other": anna, "store": "DEFAULT"}
    await api.write(lambda tx: tx.connection.execute(insert(member_collision).values(row)))

    found = await api.get(f"{PATH}/collision")
    await api.http.put(f"{PATH}/{anna}", json={"customer": {"firstName": "Ann"}})
    still = await api.get(f"{PATH}/collision")
    await api.http.put(f"{PATH}/{bert}", json={"customer": {"phone": "2"}})

    assert found["items"] == still["items"] == [{"customerId": bert, "field": "phone", "otherCustomerId": anna}]
    assert (await api.get(f"{PATH}/collision"))["total"]["all"] == 0
