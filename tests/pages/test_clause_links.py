"""Links of the rulebook's clauses: a desk is only told of a clause when it reads it."""

import re
from datetime import UTC, datetime
from pathlib import Path

from core.roles import Role
from core.rulebook import load_rulebook
from db.scope import Scope
from db.types import uuid7
from pages.parts.clause_list import _links
from pages.parts.desk import Actor, Desk

PAGES = Path(__file__).resolve().parents[2] / "pages"


def test_a_link_names_a_clause_only_to_a_desk_that_reads_it():
    actor = Actor(uuid7(), "head", "head", Role.STATION_HEAD, None, True)
    desk = Desk("zh", datetime(2026, 11, 18, tzinfo=UTC), Scope(actor.id, actor.role, frozenset()), actor)
    links = "".join(_links(desk, clause) for clause in load_rulebook().values())
    named = set(re.findall(r'href="/(\w+)\?clause=', links))
    assert named == {"calendar", "checklist", "queue", "roster", "duties"}
    assert "/queue?clause=repair.done" in links and "/roster?clause=elder.call" in links and "/duties?clause=drill.general" in links
    assert "/roster?clause=child.team" in links and "/roster?clause=roster.groups" not in links
    assert "/queue?clause=register.fields" not in links, "a record has no clocks: the queue narrowed to it would be empty"
    assert all(re.search(r'take_clause\(\)|query_params.get\("clause"\)', (PAGES / f"{one}.py").read_text(encoding="utf-8")) for one in named)
