"""`python -m db due`: one deadline explained, or many answered line by line."""

from datetime import datetime, timedelta

import pytest
from click.testing import CliRunner

from db.cli.due import due


def ask(*arguments: str, lines: bytes | str = "", url: str = "sqlite:////nowhere/desk.db"):
    return CliRunner().invoke(due, arguments, input=lines, env={"DESK_DATABASE_URL": url})


def test_one_deadline_is_explained_day_by_day():
    done = ask("matter.first_review", "2025-09-26T10:00")
    assert done.exit_code == 0
    lines = done.stdout.splitlines()
    assert lines[1:6] == [
        "26 Sep Fri: first day, not counted",
        "27 Sep Sat: weekend, not counted",
        "28 Sep Sun: make-up working day, 1",
        "29 Sep Mon: working day, 2",
        "30 Sep Tue: working day, 3",
    ]
    assert lines[-1] == "2025-09-26T10:00\t2025-10-11T00:00:00+08:00\tfinal"


def test_the_explanation_comes_in_chinese_too():
    assert "9月28日周日：调休上班日，第1天" in ask("matter.first_review", "2025-09-26T10:00", "--lang", "zh").stdout


def test_a_period_is_named_with_its_last_day():
    done = ask("elder.call", "2026-12-31")
    assert "2026-W53: 2026-12-28 to 2027-01-03" in done.stdout
    assert done.stdout.splitlines()[-1] == "2026-12-31\t2027-01-04T00:00:00+08:00\tfinal"


def test_many_starts_are_answered_one_line_each_in_local_time():
    starts = ["2026-12-24T10:00", "2026-12-28 10:00", "2026-12-28T02:00:00+00:00", "2026-12-28T02:00:00Z", "2026-12-28"]
    done = ask("matter.first_review", "-", lines="\n".join(starts))
    due_at = ["2027-01-01", *["2027-01-05"] * 4]
    mark = ["final", *["provisional"] * 4]
    assert done.stdout.splitlines() == [f"{start}\t{day}T00:00:00+08:00\t{word}" for start, day, word in zip(starts, due_at, mark, strict=True)]
    assert done.exit_code == 0


def test_a_bad_line_is_told_with_its_number_and_the_rest_is_answered():
    done = ask("repair.on_site", "-", lines=b"2026-11-18T10:00\r\nsoon\n\n2026-02-30\n\xff\xfe\n2026-11-18T11:00\n")
    assert [line.split("\t")[1] for line in done.stdout.splitlines()] == ["2026-11-18T13:00:00+08:00", "2026-11-18T14:00:00+08:00"]
    assert [line.split(":")[0] for line in done.stderr.splitlines()] == ["line 2", "line 3", "line 4", "line 5"]
    assert "write it like" in done.stderr
    assert done.exit_code == 2


def test_a_date_the_calendar_does_not_reach_is_a_bad_line():
    done = ask("matter.first_review", "-", lines="2300-01-01\n1900-01-01\n9999-12-31\n2026-11-18\n")
    assert len(done.stdout.splitlines()) == 1
    assert len(done.stderr.splitlines()) == 3
    assert done.exit_code == 2


def test_closing_hours_end_the_last_day():
    assert "\t2026-11-25T17:30:00+08:00\tfinal" in ask("matter.first_review", "2026-11-18T10:00", "--closes-at", "17:30").stdout


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("kpi.on_time", "2026-11-18"), "kpi.on_time is a measure: it sets no deadline"),
        (("repair.nothing", "2026-11-18"), "no clause 'repair.nothing'"),
        (("repair.done", "tomorrow"), "no ISO time"),
        (("repair.done", "1999-12-31"), "not in force on 1999-12-31"),
        (("repair.done", "2026-11-18", "--closes-at", "late"), "'late' is no time"),
    ],
)
def test_what_can_not_be_asked_is_told_with_exit_code_2(arguments, complaint):
    done = ask(*arguments)
    assert done.exit_code == 2
    assert complaint in done.stderr


def test_a_long_list_is_answered_in_its_order():
    starts = [(datetime(2024, 1, 1) + timedelta(hours=7 * n)).isoformat() for n in range(3_500)]
    done = ask("subsidy.review", "-", lines="\n".join(starts))
    assert [line.split("\t")[0] for line in done.stdout.splitlines()] == starts


def test_a_loaded_year_is_counted_on(sqlite_url, sqlite_engine):
    from datetime import UTC, date

    from core.calendar import notice_from_rows
    from db.commands.calendar import load_for_office
    from db.scope import Scope

    assert "provisional" in ask("matter.first_review", "2026-12-28", url=sqlite_url).stdout.splitlines()[-1]
    notice = notice_from_rows(2027, "test", [(date(2027, 1, 1), "off", "元旦")])
    load_for_office(sqlite_engine, Scope.system(()), now=datetime(2026, 12, 1, tzinfo=UTC), notice=notice)
    assert ask("matter.first_review", "2026-12-28", url=sqlite_url).stdout.splitlines()[-1] == "2026-12-28\t2027-01-06T00:00:00+08:00\tfinal"


def test_a_year_is_loaded_and_listed_on_the_command_line(sqlite_url, tmp_path):
    from db.cli.calendar import calendar

    notice = tmp_path / "2027.csv"
    notice.write_text("日期,类型,说明\n2027-01-01,off,元旦\n", encoding="utf-8")
    env = {"DESK_DATABASE_URL": sqlite_url, "DESK_NOW": "2026-12-01T10:00:00+08:00"}
    nameless = CliRunner().invoke(calendar, ["load", str(notice)], env=env)
    assert (nameless.exit_code, "name and number" in nameless.stderr) == (1, True)
    assert CliRunner().invoke(calendar, ["load", str(notice), "--source", "国办发明电〔2026〕1号"], env=env).stdout == "2027 is loaded; 0 open deadlines moved\n"
    assert CliRunner().invoke(calendar, ["list"], env=env).stdout.splitlines()[-1] == "2027\t260\t国办发明电〔2026〕1号"
