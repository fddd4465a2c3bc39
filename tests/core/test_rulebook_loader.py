"""The loader refuses whatever a rulebook may not say, and names file, clause and what to write instead."""

from datetime import date

import pytest

from core.rulebook import Limit, RulebookError, Source, load_rulebook, not_yet_enforced, read_rulebook

GOOD = """\
repair.done:
  section: 1
  shape: clock
  title: {zh: 修复, en: Repaired}
  source: HB 一(一)
  starts: reported
  stops: done
  desk: null
  values:
    - from: 2025-01-01
      value: {within: 72 hour}
      figure: {zh: 72小时, en: 72 hours}
"""
VALUE = "      value: {within: 72 hour}\n"
LATER = "    - {from: 2026-01-01, value: null}\n"


def book(text: str):
    return read_rulebook([("property.yaml", text)])


BAD = {
    "an unknown key": (GOOD.replace("stops:", "stopps:"), "unknown key 'stopps'", "write one of section"),
    "a key twice": (GOOD.replace("  shape: clock", "  shape: clock\n  shape: clock"), "line 4", "keep one of the two"),
    "a clause twice in a file": (GOOD + GOOD, "line 13", "keep one of the two"),
    "a missing source": (GOOD.replace("  source: HB 一(一)\n", ""), "no 'source'", "add `source: …`"),
    "an empty source": (GOOD.replace("HB 一(一)", '""'), "source is ''", "like `WS 三.1`"),
    "an unknown document": (GOOD.replace("HB 一(一)", "XX 一"), "document in source is 'XX'", "one of HB, WS, FS, NP"),
    "a source without a section": (GOOD.replace("HB 一(一)", "HB"), "names no section", "like `HB 三.1`"),
    "unsorted dates": (GOOD + LATER.replace("2026", "2024"), "not sorted", "oldest first"),
    "one date twice": (GOOD + LATER.replace("2026", "2025"), "one date twice", "oldest first"),
    "a date that is text": (GOOD.replace("2025-01-01", "'2025-01-01'"), "from is '2025-01-01'", "a date like 2025-01-01"),
    "a date with a time": (GOOD.replace("2025-01-01", "2025-01-01T10:00:00"), "from is", "a date like 2025-01-01"),
    "a missing language": (GOOD.replace("title: {zh: 修复, en: Repaired}", "title: {zh: 修复}"), "title has no 'en'", "add `en: …`"),
    "an empty translation": (GOOD.replace("en: Repaired", 'en: ""'), "title in 'en' is ''", "write a sentence"),
    "a figure in one language": (GOOD.replace(", en: 72 hours", ""), "figure has no 'en'", "add `en: …`"),
    "a number for a sentence": (GOOD.replace("en: 72 hours", "en: 72"), "figure in 'en' is 72", "in quotes"),
    "no figure": (GOOD.replace("      figure: {zh: 72小时, en: 72 hours}\n", ""), "no 'figure'", "add `figure:"),
    "an unknown unit": (GOOD.replace("72 hour}", "72 hours}"), "within is '72 hours'", "like `3 hour`"),
    "a number without a unit": (GOOD.replace("72 hour}", "72}"), "within is 72", "like `3 hour`"),
    "a limit of nothing": (GOOD.replace("72 hour}", "0 hour}"), "within is '0 hour'", "a whole number"),
    "a negative limit": (GOOD.replace("72 hour}", "-3 hour}"), "within is '-3 hour'", "a whole number"),
    "half a limit": (GOOD.replace("72 hour}", "1.5 hour}"), "within is '1.5 hour'", "a whole number"),
    "two kinds of value": (GOOD.replace("72 hour}", "72 hour, not_before: 3 day}"), "exactly one of", "within, not_before"),
    "a warning after the end": (GOOD.replace("72 hour}", "72 hour, warn: 1.5}"), "warn is 1.5", "a share like 0.8"),
    "an unknown shape": (GOOD.replace("shape: clock", "shape: watch"), "shape is 'watch'", "one of clock, measure, record"),
    "a section that is not there": (GOOD.replace("section: 1", "section: 8"), "section is 8", "one of 1, 2"),
    "a section that is true": (GOOD.replace("section: 1", "section: true"), "section is True", "one of 1, 2"),
    "an unknown event": (GOOD.replace("stops: done", "stops: ended"), "stops is 'ended'", "write one of"),
    "an unknown view": (GOOD.replace("desk: null", "desk: [queue, kitchen]"), "desk is 'kitchen'", "write one of"),
    "a view twice": (GOOD.replace("desk: null", "desk: [queue, queue]"), "desk is ['queue', 'queue']", "each view once"),
    "no view and no null": (GOOD.replace("  desk: null\n", ""), "no 'desk'", "add `desk: …`"),
    "no values": (GOOD[: GOOD.index("    - from")].replace("values:", "values: []"), "values is empty", "- from: 2025-01-01"),
    "a first value that is repealed": (GOOD[: GOOD.index("    - from")] + LATER, "first value is null", "begin with the figure"),
    "a repeal with a figure": (GOOD + LATER.replace("null}", "null, default: true}"), "only `from` and `value`", "remove the rest"),
    "a default that is a word": (GOOD + "      default: yes please\n", "default is 'yes please'", "write true"),
    "a measure with a limit": (GOOD.replace("shape: clock", "shape: measure"), "a measure takes a Threshold", "change the shape or the value"),
    "a record with a limit": (GOOD.replace("shape: clock", "shape: record"), "a record takes a Text", "change the shape or the value"),
    "a clock with a sentence": (GOOD.replace(VALUE, "      value: text\n"), "a clock takes a Limit or Cadence", "change the shape"),
    "a cadence of an unknown act": (GOOD.replace("within: 72 hour", "times: 1, per: week, act: dance, subject: grid"), "act is 'dance'", "one of"),
    "a cadence of an unknown period": (GOOD.replace("within: 72 hour", "times: 1, per: fortnight, act: call, subject: grid"), "per is 'fortnight'", "one of day"),
    "a cadence never": (GOOD.replace("within: 72 hour", "times: 0, per: week, act: call, subject: grid"), "times is 0", "from 1"),
    "a cadence without a subject": (GOOD.replace("within: 72 hour", "times: 1, per: week, act: call"), "no 'subject'", "add"),
    "an unknown operator": (GOOD.replace("within: 72 hour", 'op: ">", figure: 1, unit: share'), "op is '>'", "one of >="),
    "an unknown measure": (GOOD.replace("within: 72 hour", 'op: ">=", figure: 1, unit: apples'), "unit is 'apples'", "one of share"),
    "a figure that is no number": (GOOD.replace("within: 72 hour", 'op: ">=", figure: many, unit: share'), "figure is 'many'", "a fraction like 2/3"),
    "a band the wrong way round": (GOOD.replace("within: 72 hour", "op: between, figure: [4, 2], unit: share"), "figure is [4, 2]", "the smaller first"),
    "a part that is a sentence": (GOOD + "      parts: {rest: text}\n", "a part is a number", "leave sentences to `figure`"),
    "an id with a capital gap": (GOOD.replace("repair.done:", "repair done:"), "repair done", "words joined by dots"),
    "a clause that is a sentence": ("repair.done: within 72 hours\n", "the clause is 'within 72 hours'", "write a mapping"),
    "a list of clauses": ("- repair.done\n", "top level", "write a mapping"),
    "no YAML": ("repair.done: {section: 1\n", "not readable as YAML", "check indents"),
}


@pytest.mark.parametrize("what", BAD)
def test_the_loader_refuses(what):
    text, complaint, advice = BAD[what]
    with pytest.raises(RulebookError) as problem:
        book(text)
    words = str(problem.value)
    assert words.startswith("property.yaml, ")
    assert complaint in words
    assert advice in words


def test_an_id_used_in_two_files_is_refused_with_both_files():
    with pytest.raises(RulebookError, match=r"^b\.yaml, repair\.done: already a clause of a\.yaml: give it another id"):
        read_rulebook([("a.yaml", GOOD), ("b.yaml", GOOD)])


def test_a_good_clause_reads_as_written():
    clause = book(GOOD)["repair.done"]
    assert clause.sources == (Source("HB", "一(一)"),)
    assert str(clause.source) == "HB 一(一)"
    assert clause.on(date(2025, 1, 1)).figure == Limit(72, "hour")
    assert clause.figure == {"zh": "72小时", "en": "72 hours"}
    assert clause.desk is None


def test_a_value_holds_from_its_date_until_it_is_repealed():
    tighter = GOOD + "    - from: 2026-01-01\n" + VALUE.replace("72", "48") + "      figure: {zh: 48小时, en: 48 hours}\n"
    clause = book(tighter + LATER.replace("2026", "2027"))["repair.done"]
    assert clause.on(date(2024, 12, 31)) is None
    assert clause.on(date(2025, 12, 31)).figure.n == 72
    assert clause.on(date(2026, 1, 1)).figure.n == 48
    assert clause.on(date(2026, 12, 31)).figure.n == 48
    assert clause.on(date(2027, 1, 1)) is None
    assert clause.figure["en"] == "48 hours"


def test_a_warning_point_is_a_share_or_what_is_left():
    assert book(GOOD.replace("72 hour}", "72 hour, warn: 0.5}"))["repair.done"].values[0].figure.warn == 0.5
    assert book(GOOD.replace("72 hour}", "72 hour, warn: 6 hour}"))["repair.done"].values[0].figure.warn == Limit(6, "hour")


def test_a_clause_no_view_enforces_is_listed_as_such():
    assert not_yet_enforced(book(GOOD)) == ("repair.done",)
    assert not_yet_enforced(book(GOOD.replace("desk: null", "desk: queue"))) == ()


def test_the_packaged_rulebook_is_read_once():
    assert load_rulebook() is load_rulebook()
