"""When the demo's workers called, visited, patrolled and met: moments in the past of a frozen `now`, from a fixed seed.

Most periods are kept, some are missed: more of them in the grids of a careless pair and around Spring Festival.
"""

import random
from datetime import datetime, timedelta

from core.calendar import SHANGHAI
from core.periods import Period, period_of

DILIGENCE = 0.985
"""Share of periods in which a usual worker does what is due; a default of the demo."""
CARELESS = 0.93
UNANSWERED = 0.08


def periods_since(per: str, since: datetime, now: datetime) -> list[Period]:
    """The periods from the one holding `since` up to the one holding `now`."""
    period, periods = period_of(per, since), []
    while period.start <= now:
        periods.append(period)
        period = period.next()
    return periods


class Days:
    """Working days of each period, worked out once for all subjects."""

    def __init__(self, calendar):
        self._calendar, self._known = calendar, {}

    def of(self, period: Period) -> list[datetime]:
        """08:00 Shanghai of each working day in `period` (every day, if it has none)."""
        if period.key not in self._known:
            days = [period.first_day + timedelta(n) for n in range((period.last_day - period.first_day).days + 1)]
            working = [d for d in days if self._calendar.is_working_day(d)] or days
            self._known[period.key] = [datetime(d.year, d.month, d.day, 8, tzinfo=SHANGHAI) for d in working]
        return self._known[period.key]


def acts_in(period: Period, times: int, habit: int, diligence: float, days: Days, chance: random.Random, now: datetime) -> list[datetime]:
    """When the act was done in `period`: `times` moments, fewer in a missed period, none after `now`.

    `habit` (any integer) is what keeps a person's day of the week much the same.
    """
    if chance.random() > diligence:
        times -= 1
    working = days.of(period)
    moments = []
    for n in range(times):
        slot = (habit + n * max(1, len(working) // max(times, 1)) + chance.choice((0, 0, 0, 1))) % len(working)
        moments.append(working[slot] + timedelta(minutes=30 + chance.randrange(540)))
    return sorted(m for m in moments if m < now)
