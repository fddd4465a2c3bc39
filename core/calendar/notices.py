"""One year's notice of public holidays and make-up working days, read from a file's mapping or an office's rows."""

import reprlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from core.words import LANGS

_MIN_WORKING_DAYS, _MAX_WORKING_DAYS = 200, 300


class NoticeProblem(ValueError):
    """A notice that can't be right. `reason` is a word key of calendar.yaml, `values` fill its places."""

    def __init__(self, reason: str, **values):
        super().__init__(f"{reason} {values}")
        self.reason, self.values = reason, values


@dataclass(frozen=True)
class YearNotice:
    """`off` are days off by the notice, `work` weekends worked; each date has its name as {'zh', 'en'}. `source` is the document's
    title and number (`source_en` in English, if it has one), `url` where it was published. The first days of a New Year holiday may lie in December of the year before."""

    year: int
    source: str
    url: str
    off: Mapping[date, Mapping[str, str]]
    work: Mapping[date, Mapping[str, str]]
    source_en: str = ""

    def source_in(self, lang: str) -> str:
        """The document's name in `lang`; an office's own in the words it used."""
        return self.source_en if lang == "en" and self.source_en else self.source

    def checked(self) -> "YearNotice":
        """Itself. Raises NoticeProblem when a date is in the wrong year, off and worked at once, a worked weekday, or too few or too
        many working days remain for a year."""
        for day in (*self.off, *self.work):
            if day.year != self.year and not (day.year == self.year - 1 and day.month == 12):
                raise NoticeProblem("calendar.wrong_year", date=day.isoformat(), year=self.year)
        for day in self.work:
            if day in self.off:
                raise NoticeProblem("calendar.both_kinds", date=day.isoformat())
            if day.weekday() < 5:
                raise NoticeProblem("calendar.work_on_weekday", date=day.isoformat())
        count = self.working_days()
        if not _MIN_WORKING_DAYS <= count <= _MAX_WORKING_DAYS:
            raise NoticeProblem("calendar.implausible", year=self.year, n=count, least=_MIN_WORKING_DAYS, most=_MAX_WORKING_DAYS)
        return self

    def working_days(self) -> int:
        """Working days left in the year under this notice."""
        first = date(self.year, 1, 1)
        days = (first + timedelta(n) for n in range((date(self.year + 1, 1, 1) - first).days))
        return sum(day in self.work or (day.weekday() < 5 and day not in self.off) for day in days)


_KEYS = {"year": int, "source": str, "source_en": str, "url": str, "off": list, "work": list}


def notice_from_mapping(content: Mapping) -> YearNotice:
    """A notice from the mapping of a year's file: year, source, source_en, url, `off` spans {from, to, name}, `work` days {date, name}.
    Raises NoticeProblem."""
    wrong = [key for key, value in content.items() if key not in _KEYS or not isinstance(value, _KEYS[key])]
    wrong += [key for key in ("year", "source") if key not in content]
    if wrong or content["year"] not in range(1950, 2149):
        raise NoticeProblem("calendar.bad_file", keys=reprlib.repr(wrong or ["year"]))
    off = {day: name for span in content.get("off", ()) for day, name in _days_of(span)}
    work = {day: name for span in content.get("work", ()) for day, name in _days_of(span)}
    return YearNotice(content["year"], content["source"], content.get("url", ""), off, work, content.get("source_en", "")).checked()


def _days_of(span) -> Iterable[tuple[date, Mapping[str, str]]]:
    if not isinstance(span, Mapping):
        raise NoticeProblem("calendar.bad_span", span=reprlib.repr(span))
    first, last = (span.get("from"), span.get("to")) if "from" in span else (span.get("date"), span.get("date"))
    if type(first) is not date or type(last) is not date or not 0 <= (last - first).days < 60:
        raise NoticeProblem("calendar.bad_span", span=reprlib.repr(span))
    name = span.get("name") or ""
    names = {lang: str(name.get(lang, "")) for lang in LANGS} if isinstance(name, Mapping) else dict.fromkeys(LANGS, str(name)[:60])
    return [(first + timedelta(n), names) for n in range((last - first).days + 1)]


def notice_from_rows(year: int, source: str, rows: Iterable[tuple[date, str, str]]) -> YearNotice:
    """A notice from an office's rows (date, 'off' or 'work', note). Raises NoticeProblem."""
    kinds: dict[str, dict] = {"off": {}, "work": {}}
    for day, kind, note in rows:
        if day in kinds["off"] or day in kinds["work"]:
            raise NoticeProblem("calendar.twice", date=day.isoformat())
        kinds[kind][day] = {"zh": note, "en": note}
    return YearNotice(year, source, "", kinds["off"], kinds["work"]).checked()
