"""Progress is always as of now: a broken streak shows 0, and so does the window of a period that is over."""

import pytest

from tests.workbench.scenarios.test_points import EARN, outcome, shop

LOGINS = "achievement: logins\non: app_login\nmeasure: {measure}\nwindow: {window}\ngoal: 7\nrepeat: unlimited\n"


@pytest.mark.parametrize(
    ("window", "until", "progress"),
    [
        ("streak", "2026-05-30T23:59:59", 5),
        ("streak", "2026-05-31T00:00:00", 0),
        ("streak", "2026-07-09T12:00:00", 0),
        ("month", "2026-05-31T23:59:59", 5),
        ("month", "2026-06-01T00:00:00", 0),
        ("{last: 7d}", "2026-06-01T12:00:00", 4),
        ("{last: 7d}", "2026-06-05T12:00:00", 0),
        ("all", "2026-07-09T12:00:00", 5),
    ],
)
def test_progress_is_as_of_now(window: str, until: str, progress: int) -> None:
    steps = f"""\
        steps:
          - {{event: app_login, repeat: 5, every: 1d}}
          - {{expect: {{achievements: {{logins: {{progress: 5}}}}}}}}
          - {{until: {until}}}
          - {{expect: {{achievements: {{logins: {{progress: {progress}, completed: 0}}}}}}}}
        """
    of = shop("{points: {}}", EARN, achievements__logins=LOGINS.format(measure="days", window=window))

    assert outcome(of, steps) == "passed"


def test_a_late_event_counts_on_its_day_its_message_shows_that_day_and_expectations_show_now() -> None:
    steps = """\
        steps:
          - {event: app_login, time: 2026-05-10T12:00:00}
          - {event: app_login, time: 2026-05-11T12:00:00}
          - expect: {achievements: {logins: {progress: 0}}, webhooks: {MemberAchievementProgressWasChanged: 2}}
          - {event: app_login}
          - expect: {achievements: {logins: {progress: 1}}, webhooks: {MemberAchievementProgressWasChanged: 1}}
        """
    of = shop("{points: {}}", EARN, achievements__logins=LOGINS.format(measure="days", window="streak"))

    assert outcome(of, steps) == "passed"
