"""The first day of an office, by the README's own commands and ledgers: from an empty database to what a worker has to do, and what follows from who they are."""

import json
import re
import shlex
from contextlib import chdir
from datetime import timedelta

import pytest
from click.testing import CliRunner
from sqlalchemy import Engine, select

from core.measures import Verdict
from core.refusals import Refused
from db.__main__ import main as commands
from db.commands.care import record_contact
from db.commands.filing import carry_out
from db.commands.identity import log_in
from db.commands.surveys import enter, start
from db.engine import open_session
from db.models.residents import Resident
from db.models.surveys import SurveyPerson
from db.queries.beginnings import missing
from db.queries.checklist import checklist
from db.queries.identity import scope_of, visitor
from tests.conftest import NOW, ROOT, printed

SECTION = re.compile(r"^### The first day, without the demo\n(.*?)^### ", re.M | re.S)
LEDGER = re.compile(r"^```csv (\S+)\n(.*?)^```", re.M | re.S)
LINE = re.compile(r"^\.venv/bin/python -m db (.*)$", re.M)
PASSWORD = "long-enough-1"
NUMBERS = "甲乙丙丁戊己庚辛壬癸酉子丑寅卯辰巳午"


def told() -> str:
    return SECTION.search((ROOT / "README.md").read_text(encoding="utf-8"))[1]


def walk(engine: Engine, folder) -> dict[str, str]:
    """Carry out the section's commands, in order; what each printed. The residents' ledger has twenty rows: those of the README and more of their kind."""
    for name, content in LEDGER.findall(told()):
        (folder / name).write_text(content, encoding="utf-8")
    with (folder / "residents.csv").open("a", encoding="utf-8") as ledger:
        ledger.writelines(f"居民{NUMBERS[n]},男,{1940 + n}-01-02,{1 + (n % 3 == 2)}号楼,3单元,{300 + n},,{'老年人' if n < 9 else ''},\n" for n in range(18))
    said = {}
    with chdir(folder):
        for line in LINE.findall(told()):
            asked = f"{PASSWORD}\n{PASSWORD}\n" if line.startswith("account create") else None
            env = {"DESK_DATABASE_URL": f"sqlite:///{engine.url.database}", "DESK_NOW": NOW.isoformat()}
            done = CliRunner().invoke(commands, shlex.split(line), input=asked, env=env)
            assert done.exit_code == 0, f"{line}\n{done.output}"
            said[line] = done.output
    return said


@pytest.fixture
def engine(sqlite_engine):
    return sqlite_engine


@pytest.fixture
def said(kept, tmp_path):
    return kept(walk, tmp_path)


@pytest.fixture
def url(engine, said):
    return f"sqlite:///{engine.url.database}"


def run(engine, username, command, now=NOW, **arguments):
    """As that account, by the scope its log-in would have."""
    return carry_out(engine, scope_of(engine, username), command, now=now, **arguments)


def resident(engine, name):
    with open_session(engine, scope_of(engine, "zhang")) as session:
        return session.scalar(select(Resident.id).where(Resident.name == name))


def test_the_readme_s_first_day_ends_with_a_worker_s_queue(engine, said):
    with open_session(engine, scope_of(engine, "zhang")) as session:
        assert missing(session, NOW) == ()
    printed_by = {line.split(" --")[0]: text for line, text in said.items()}
    assert "新增 5" in printed_by["import staff.csv"] and "拒收 0" in printed_by["import staff.csv"]
    assert "新增 20" in printed_by["import residents.csv"] and "拒收 0" in printed_by["import residents.csv"]
    assert printed_by["account link wang"] == "account wang belongs to 王网格\n"
    assert "elder.call" in printed_by["show queue"] and "陈*人" not in printed_by["show queue"]
    assert printed_by["absence list"] == "王网格\t2026-12-01\t2026-12-05\tcoming\n"


def test_an_elder_of_the_ledger_is_called_after_a_log_in_and_leaves_the_queue(engine, url, said):
    def due(clause_id):
        shown = json.loads(printed(url, "show", "queue", "--as", "wang", "--json"))
        return {one["subject_id"] for value in shown.values() if isinstance(value, list) for one in value if one["clause_id"] == clause_id}

    who = resident(engine, "陈老人")
    assert str(who) in due("elder.call")
    at_desk = visitor(engine, log_in(engine, "wang", PASSWORD, now=NOW), now=NOW)
    called = carry_out(engine, at_desk.scope, record_contact, now=NOW, resident_id=who, act="call", outcome="reached", happened_at=NOW)
    assert called.met and str(who) not in due("elder.call")


def test_dense_visits_and_visits_while_away_of_a_real_account_are_on_the_checklist(engine, said):
    begins, [community_id] = NOW.replace(month=12, day=1, hour=9), scope_of(engine, "zhang").communities
    with open_session(engine, scope_of(engine, "wang")) as session:
        elders = session.scalars(select(Resident.id).order_by(Resident.id).limit(12)).all()
    for n, who in enumerate(elders):
        moment = begins + timedelta(seconds=50 * n)
        assert not isinstance(run(engine, "wang", record_contact, begins + timedelta(hours=1), resident_id=who, act="visit", outcome="reached", happened_at=moment), Refused)
    with open_session(engine, scope_of(engine, "zhang")) as session:
        lines = checklist(session, begins + timedelta(hours=1), community_id, "2026-Q4")
    for clause_id in ("contact.dense", "contact.absent"):
        assert (lines.line(clause_id).verdict, lines.line(clause_id).not_met) == (Verdict.broken, 12)


def test_who_recorded_a_call_enters_no_answer_of_that_elder(engine, said):
    who, [community_id] = resident(engine, "陈老人"), scope_of(engine, "zhang").communities
    assert not isinstance(run(engine, "zhang", record_contact, resident_id=who, act="call", outcome="reached", happened_at=NOW), Refused)
    assert not isinstance(run(engine, "zhang", start, community_id=community_id), Refused)
    with open_session(engine, scope_of(engine, "zhang")) as session:
        asked = session.scalar(select(SurveyPerson).where(SurveyPerson.resident_id == who))
    answer = {"person_id": asked.id, "version": asked.version, "outcome": "answered", "rating": 5}
    assert run(engine, "zhang", enter, **answer).reason == "surveys.carer_contact"
    assert run(engine, "wang", enter, **answer).reason == "common.not_found", "it lies with the other grid's workers"
