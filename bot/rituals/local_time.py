"""When it is the hour again somewhere: `(now, hour there, time zone) => the next moment, in Unix seconds`.

discord.ext.tasks calls at fixed times, too, but forgets what it missed; here the next moment is kept in a row.
"""

from __future__ import annotations

import datetime

from bot.store.server_rules import time_zone

DAY_H = 24
STEPS = (1, 2, 3, 4, 6, 8, 12, 24)
"""Hours between two times: those by which a day can be divided."""


def next_time(now: float, hour: int, zone: str, every_h: int = DAY_H) -> float:
    """The next moment after `now` at which it is that hour there, or so many hours later, and so on.

    An hour that the change to summer time leaves out counts when it would have been; one that comes twice in autumn,
    the first time. Where the zone is not known any more, it is UTC's.
    """
    there = time_zone(zone) or datetime.UTC
    today = datetime.datetime.fromtimestamp(now, there).date()
    days = [today + datetime.timedelta(days=apart) for apart in (-1, 0, 1, 2)]
    hours = range(hour % every_h, DAY_H, every_h)
    times = {datetime.datetime(one.year, one.month, one.day, at, tzinfo=there).timestamp()
             for one in days for at in hours}  # fmt: skip
    return min(moment for moment in times if moment > now)
