"""A long ledger on all cores: the same rows, bad cells and digests as in one process, and nothing lost with a process that dies."""

import os
import sys
from pathlib import Path
from types import ModuleType

import pytest

from db import crew, packed_rows
from db.crew import in_order
from db.engine import open_session
from db.models.grids import Building, Household
from db.models.residents import Resident, SpecialGroup
from db.queries import imports as queries
from db.queries.proof import verify
from db.scope import Scope
from tests import at_work, ledgers
from tests.db.test_imports import Office, states


@pytest.mark.parametrize("engine", ["postgres"], indirect=True)
def test_a_long_ledger_comes_to_the_same_on_all_cores_and_leaves_rows_the_ledger_can_prove(engine, two_communities, monkeypatch):
    rows, merges = ledgers.nasty_residents()
    more = [[None, row[0], row[1], row[2], "户主", row[3], row[5], row[6], row[7], "老年人" if n % 3 else None, None, None] for n, row in enumerate(ledgers.many_residents(400)[1:])]
    ours, beside = (Office(engine, two_communities[name]) for name in ("ours", "theirs"))
    sheet = ([*rows[:-2], *more, [*rows[8][:3], *rows[5][3:]], *rows[-2:]], merges)
    alone = ours.preview(ours.upload("residents", *sheet))
    monkeypatch.setattr(crew, "MANY", 1)
    monkeypatch.setattr(packed_rows, "BLOCK", 50)
    monkeypatch.setattr(packed_rows, "MANY", 60)
    monkeypatch.setattr(queries, "BLOCK", 50)
    monkeypatch.setattr("os.sched_getaffinity", lambda pid: {0, 1}, raising=False)
    seen = beside.preview(beside.upload("residents", *sheet))
    assert seen.counts == alone.counts and seen.found == alone.found
    assert seen.counts["new"] > 300 and seen.counts["bad_cells"] > 7
    done = beside.take_in(seen.upload, expected=seen.fingerprint)
    assert states(done) == states(seen)
    ours.take_in(alone.upload, expected=alone.fingerprint)
    for model, columns in ((Resident, ("name", "id_number", "id_index", "phone", "phone_index", "birth_date", "birth_year", "version")), (Household, ("door", "door_index")), (Building, ("name",)), (SpecialGroup, ("group", "detail", "from_date"))):
        here, there = ([tuple(getattr(row, column) for column in columns) for row in office.rows(model)] for office in (ours, beside))
        assert sorted(map(repr, there)) == sorted(map(repr, here)) and there
    with open_session(engine, Scope.system({beside.community_id})) as session:
        assert verify(session, beside.community_id).holds


def test_what_a_dying_process_had_to_do_is_done_all_the_same(monkeypatch):
    monkeypatch.setattr("os.sched_getaffinity", lambda pid: {0, 1}, raising=False)
    with crew.crew(crew.MANY):
        assert list(in_order(at_work.dies_beside, ((os.getpid(), number) for number in range(9)))) == [0, 2, 4, 6, 8, 10, 12, 14, 16]


def test_the_crew_gives_way_to_whoever_writes(monkeypatch):
    monkeypatch.setattr("os.sched_getaffinity", lambda pid: {0, 1}, raising=False)
    with crew.crew(crew.MANY):
        assert [*in_order(os.nice, [(0,)])] == [os.nice(0) + 10]


def test_a_short_file_or_a_machine_of_one_core_begins_no_further_process(monkeypatch):
    monkeypatch.setattr("os.sched_getaffinity", lambda pid: {0, 1}, raising=False)
    with crew.crew(crew.MANY - 1):
        assert crew._present.get() is None
    monkeypatch.setattr("os.sched_getaffinity", lambda pid: {0}, raising=False)
    with crew.crew(crew.MANY):
        assert crew._present.get() is None


def test_a_further_process_does_not_run_the_page_again_that_began_it_nor_take_a_page_for_a_library(monkeypatch, tmp_path):
    page = tmp_path / "shell.py"
    page.write_text("raise SystemExit(f'{__name__} ran the page')")
    main = ModuleType("__main__")
    main.__file__ = str(page)
    monkeypatch.setitem(sys.modules, "__main__", main)
    monkeypatch.syspath_prepend(str(Path(crew.__file__).parents[1] / "pages"))
    monkeypatch.setattr("os.sched_getaffinity", lambda pid: {0, 1}, raising=False)
    with crew.crew(crew.MANY):
        assert os.getpid() not in set(in_order(at_work.where, ((n,) for n in range(3))))


def test_what_is_made_ahead_comes_in_order_and_fails_where_it_failed(monkeypatch):
    monkeypatch.setattr("os.sched_getaffinity", lambda pid: {0, 1}, raising=False)

    def made():
        yield from range(4)
        raise ValueError("the fifth")

    seen = []
    with crew.crew(crew.MANY), pytest.raises(ValueError, match="the fifth"):
        seen += crew.ahead(range(3))
        for one in crew.ahead(made()):
            seen.append(one)
    assert seen == [0, 1, 2, 0, 1, 2, 3]
