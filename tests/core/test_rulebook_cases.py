"""The rulebook's clauses against worked examples: tests/rulebook/*.yaml, one sentence a case."""

from datetime import datetime, time
from pathlib import Path

import pytest

from core.calendar import SHANGHAI, packaged_calendar
from core.clocks import due, explain
from core.periods import period_of
from core.rulebook import Cadence, Limit, load_rulebook
from core.yaml_files import read_mapping

FILES = sorted((Path(__file__).parent.parent / "rulebook").glob("*.yaml"))
CASES = {sentence: case for path in FILES for sentence, case in read_mapping(path).items()}
KEYS = {"clause", "start", "due", "provisional", "pauses", "closes_at", "warn", "says", "key"}


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize("sentence", CASES)
def test_the_rulebook_says(sentence):
    case = CASES[sentence]
    assert set(case) <= KEYS
    start = local(case["start"])
    figure = load_rulebook()[case["clause"]].on(start.date()).figure
    check = check_limit if isinstance(figure, Limit) else check_cadence
    check(case, start, figure)


def check_limit(case: dict, start: datetime, limit: Limit) -> None:
    closes_at = time.fromisoformat(case["closes_at"]) if "closes_at" in case else None
    pauses = [(local(begin), local(end)) for begin, end in case.get("pauses", ())]
    reached = due(start, limit, packaged_calendar(), closes_at=closes_at, pauses=pauses)
    assert reached.due_at == local(case["due"])
    assert reached.provisional is case.get("provisional", False)
    assert start <= reached.warn_at <= reached.due_at
    assert reached.warn_at == local(case.get("warn") or reached.warn_at.astimezone(SHANGHAI).replace(tzinfo=None).isoformat())
    assert explain(reached, "en")[: len(case.get("says", ()))] == case.get("says", [])


def check_cadence(case: dict, start: datetime, cadence: Cadence) -> None:
    period = period_of(cadence.per, start)
    assert (period.key, period.end) == (case["key"], local(case["due"]))
    assert period.start <= start < period.end


def test_every_clause_with_a_clock_has_a_case():
    clocks = {clause.id for clause in load_rulebook().values() if clause.shape == "clock"}
    assert clocks == {case["clause"] for case in CASES.values()}
