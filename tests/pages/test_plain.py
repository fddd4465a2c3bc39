"""What people typed stays text when a page draws it as Markdown."""

import re
from datetime import UTC, datetime

import pytest

from db.queries.checklist_rows import Violation
from db.queries.supervision import Step
from db.scope import Scope
from db.types import uuid7
from pages.parts.desk import Actor, Desk
from pages.parts.evidence import _step_text, row_text
from pages.parts.plain import plain

NASTY = "**x** [a](http://b) `c` :red[d] <i> $e$"
UNESCAPED = re.compile(r"(?<!\\)[\[\]`<>$]|(?<!\\)\*\*x")
MOMENT = datetime(2026, 11, 18, tzinfo=UTC)


@pytest.fixture
def desk():
    actor = Actor(uuid7(), "head", "站长", "station_head", None, True)
    return Desk("zh", MOMENT, Scope(actor.id, actor.role, frozenset()), actor)


def test_every_sign_of_markdown_in_a_name_stays_a_sign():
    assert not UNESCAPED.search(plain(NASTY)) and re.sub(r"\\(.)", r"\1", plain(NASTY)) == NASTY
    assert plain("王淑珍 1号楼2单元501 13800001234 (东)") == "王淑珍 1号楼2单元501 13800001234 (东)"
    assert (plain("一行\n# 又一行"), plain(None)) == ("一行 \\# 又一行", "")


def test_a_matter_with_signs_of_markdown_breaks_no_row_and_no_step(desk):
    row = row_text(desk, "repair.done", Violation("work_order", uuid7(), NASTY, grid=NASTY + "2", holder=NASTY))
    assert row.count(plain(NASTY)) == 3
    assert plain(NASTY) in _step_text(desk, Step("repair.done", MOMENT, MOMENT, NASTY))
