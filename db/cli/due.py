"""`python -m db due CLAUSE START`: a deadline and its day-by-day explanation; with `-` for START, many from standard input."""

import sys
from collections.abc import Callable, Iterable
from datetime import date, datetime, time
from pathlib import Path

import click
from sqlalchemy import inspect

from core.calendar import SHANGHAI, WorkCalendar, local_day, packaged_calendar
from core.clocks import due as deadline
from core.clocks import explain
from core.periods import period_of
from core.rulebook import Cadence, Clause, Limit, load_rulebook
from core.words import LANGS, t
from db.engine import make_engine, open_session
from db.queries.calendar import current_calendar

_BATCH = 2_000


@click.command()
@click.argument("clause")
@click.argument("start")
@click.option("--lang", type=click.Choice(LANGS), default="en", show_default=True, help="Language of the explanation.")
@click.option("--closes-at", help="Close of business, like 17:30. [default: days end at 24:00]")
@click.pass_context
def due(context: click.Context, clause: str, start: str, lang: str, closes_at: str | None) -> None:
    """When CLAUSE (say matter.first_review) falls due if it starts at START, an ISO time; without offset it is Beijing time.

    With - for START, reads one start a line and answers each with start, due, and provisional or final, separated by tabs. A line that
    can't be read is told on standard error with its number; the rest is answered, and the exit code is 2.
    """
    rule = _clause(clause)
    counted = _counting(rule, _calendar(), _closing(closes_at))
    if start != "-":
        _one(rule, start, counted, lang)
    elif _many(sys.stdin.buffer, counted):
        context.exit(2)


def _one(rule: Clause, start: str, counted: Callable, lang: str) -> None:
    try:
        due_at, provisional, lines = counted(_moment(start))
        lines = lines(lang)
    except (ValueError, OverflowError) as problem:
        raise click.BadParameter(f"{start}: {problem}", param_hint="START") from None
    click.echo(f"{rule.id} ({rule.source}): {rule.title[lang]}, {rule.figure[lang]}")
    for line in lines:
        click.echo(line)
    click.echo(f"{start}\t{_local(due_at)}\t{_mark(provisional)}")


def _many(lines: Iterable[bytes], counted: Callable) -> int:
    """Answers every line; returns how many it could not read."""
    bad, answers = 0, []
    for number, raw in enumerate(lines, 1):
        start = raw.decode(errors="replace").strip("\ufeff \t\r\n")
        try:
            due_at, provisional, _ = counted(_moment(start))
            answers.append(f"{start}\t{_local(due_at)}\t{_mark(provisional)}")
        except (ValueError, OverflowError) as problem:
            bad += 1
            click.echo(f"line {number}: {start!r}: {problem}", err=True)
        if len(answers) >= _BATCH:
            click.echo("\n".join(answers))
            answers.clear()
    if answers:
        click.echo("\n".join(answers))
    return bad


def _clause(clause_id: str) -> Clause:
    rulebook = load_rulebook()
    if clause_id not in rulebook:
        raise click.BadParameter(f"no clause {clause_id!r}; `python -m db show rulebook` lists them", param_hint="CLAUSE")
    if rulebook[clause_id].shape != "clock":
        raise click.BadParameter(f"{clause_id} is a {rulebook[clause_id].shape}: it sets no deadline", param_hint="CLAUSE")
    return rulebook[clause_id]


def _counting(rule: Clause, calendar: WorkCalendar, closes_at: time | None) -> Callable:
    """start → (due_at, provisional, lang → explanation), by the clause's value on the day of the start."""
    values: dict[date, object] = {}

    def counted(start: datetime):
        day = local_day(start)
        if day not in values:
            values[day] = rule.on(day)
        figure = values[day] and values[day].figure
        if isinstance(figure, Limit):
            reached = deadline(start, figure, calendar, closes_at=closes_at)
            return reached.due_at, reached.provisional, lambda lang: explain(reached, lang)
        if isinstance(figure, Cadence):
            period = period_of(figure.per, start)
            span = {"key": period.key, "first": period.first_day, "last": period.last_day}
            return period.end, False, lambda lang: [t("calendar.period_span", lang, **span)]
        raise ValueError(f"{rule.id} is not in force on {day}")

    return counted


def _calendar() -> WorkCalendar:
    """The office's calendar; the packaged one where no database is set up yet."""
    engine = make_engine()
    if engine.dialect.name == "sqlite" and not Path(engine.url.database or "").is_file() or not inspect(engine).has_table("calendar_year"):
        return packaged_calendar()
    with open_session(engine, None) as session:
        return current_calendar(session)


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError("no ISO time; write it like 2026-09-24T10:00") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=SHANGHAI)


def _closing(text: str | None) -> time | None:
    try:
        return time.fromisoformat(text) if text else None
    except ValueError:
        raise click.BadParameter(f"{text!r} is no time; write it like 17:30", param_hint="--closes-at") from None


def _local(moment: datetime) -> str:
    return moment.astimezone(SHANGHAI).isoformat()


def _mark(provisional: bool) -> str:
    return "provisional" if provisional else "final"
