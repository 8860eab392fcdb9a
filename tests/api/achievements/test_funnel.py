"""The funnel of an achievement over HTTP."""

from tests.kit.api import Api
from tests.kit.sent import answer_events

FUNNEL = "/api/DEFAULT/analytics/achievement"
STEPS = ["began", "quarter", "half", "threeQuarters", "completed", "completedAgain"]
FOUR = "achievement: four\ntitle: Four visits\non: app_login\ngoal: 4\nrepeat: unlimited\nthen: []\n"


async def test_a_funnel_has_the_members_of_each_step_and_of_those_before_it(api_anywhere: Api) -> None:
    api = api_anywhere
    await api.deploy(achievements__four=FOUR)
    for name, times in (("ann", 8), ("bob", 4), ("cat", 3), ("dan", 1)):
        for _ in range(times):
            await api.report(type="app_login", body={"device": "ios"}, customerData={"email": f"{name}@example.com"})
    await answer_events(api)

    found = await api.get(f"{FUNNEL}/four/funnel")

    assert [each["step"] for each in found["items"]] == STEPS
    assert [each["members"] for each in found["items"]] == [4, 4, 3, 3, 2, 1]
    assert (found["achievement"], found["name"], found["goal"]) == ("four", "Four visits", 4)
    assert await api.get(f"{FUNNEL}/{found['achievementId'].upper()}/funnel") == found
    assert [each["members"] for each in (await api.get(f"{FUNNEL}/seven-days/funnel"))["items"]] == [4, 0, 0, 0, 0, 0]


async def test_an_achievement_that_there_is_not_is_not_found(api: Api) -> None:
    await api.deploy()

    for name, status in (("other", 404), ("x" * 300, 404), ("%3Cb%3E", 404), ("%00", 400)):
        assert (await api.http.get(f"{FUNNEL}/{name}/funnel")).status_code == status, name
