"""Which days are working days: the State Council's yearly notices, and plain weekdays where none is loaded.

A *statutory day off* (Civil Code art. 203) is read in the usual way: every day that is not a working day, weekly rest days and
public holidays alike; a make-up weekend (调休) is a working day and therefore not off.
"""

from core.calendar.notices import NoticeProblem, YearNotice, notice_from_mapping, notice_from_rows
from core.calendar.shanghai import SHANGHAI, is_day_only, local_day, local_minute
from core.calendar.work_calendar import CalendarError, WorkCalendar, packaged_calendar, packaged_notices

__all__ = [
    "SHANGHAI",
    "CalendarError",
    "NoticeProblem",
    "WorkCalendar",
    "YearNotice",
    "is_day_only",
    "local_day",
    "local_minute",
    "notice_from_mapping",
    "notice_from_rows",
    "packaged_calendar",
    "packaged_notices",
]
