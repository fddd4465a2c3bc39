"""Every line of the rulebook's sections 1–7 is a clause, and nothing else is."""

import re

import pytest

from core.roles import DESKS
from core.rulebook import UNDATED, Cadence, Limit, Threshold, load_rulebook
from core.rulebook.vocabulary import EVENTS
from core.words import LANGS, t

TABLE = {
    1: """repair.on_site repair.done demand.feedback demand.urgent_on_site matter.simple matter.first_review matter.supplement
          subsidy.review mediation.on_the_spot mediation.council mediation.report_street noise.verify complaint.contact complaint.feedback
          emergency.on_site emergency.report arrears.suspend parking.notice festival.plan""",
    2: """elder.call elder.visit file.update disabled.assess child.session grid.patrol meeting.party_committee meeting.party_joint
          meeting.representatives meeting.partners supervision.check assessment.regular data.reconcile drill.general drill.training
          training.staff counselling.group pair.rotate scorecard.monthly fund.publish""",
    3: """kpi.on_time kpi.mediation kpi.special_satisfaction survey.coverage score.weights grid.size grid.posts staff.station staff.on_duty
          reps.ratio vote.representatives vote.owners committee.members emergency.team contract.hours contract.experience agreement.term""",
    4: "red.three_months stress.three_months excellent.two_years property.cards accountability rectify",
    5: """bonus.excellent allowance.certificate contract.payment volunteer.five_star timebank credit.points star.resident tip.reward""",
    6: """register.fields materials.once first_asked review.trail mediation.trail followup disclosure archive.file archive.access
          tamper_proof overdue.push dispatch.auto hotspots""",
}
"""The ids of the rulebook's tables."""

SENTENCES = {
    1: "bill.stages mediation.steps review.chain online.stages",
    2: "followup.round council.greening talk.day archive.inspect results.publish",
    6: "complaint.explanation",
    7: """roster.groups elder.team elder.disabled_household disabled.support child.team service.priority affair.kinds proposal.chain
          newcomer.plan case.library service.portal""",
}
"""Ids of what the rulebook says in sentences outside its tables."""

OURS = {1: "welfare.check reconcile.visit", 6: "extension.limit extension.told contact.late contact.dense contact.absent contact.photo suspension.limit repair.board file.limit archive.retention archive.reading"}
"""What the rulebook says nothing of, and this product adds: marked default wherever it is shown."""

LIMITS = {
    "repair.on_site": "3 hour", "repair.done": "72 hour", "demand.feedback": "24 hour", "demand.urgent_on_site": "30 minute",
    "matter.simple": "1 hour", "matter.first_review": "5 working_day", "matter.supplement": "3 working_day",
    "subsidy.review": "15 working_day", "mediation.on_the_spot": "24 hour", "mediation.council": "3 working_day",
    "mediation.report_street": "5 working_day", "noise.verify": "24 hour", "complaint.contact": "1 hour",
    "complaint.feedback": "3 working_day", "emergency.on_site": "5 minute", "emergency.report": "15 minute",
    "arrears.suspend": "30 day", "parking.notice": "72 hour", "festival.plan": "3 month",
    "welfare.check": "24 hour", "reconcile.visit": "5 working_day",
}  # fmt: skip
CADENCES = {
    "elder.call": (1, "week"), "elder.visit": (1, "month"), "file.update": (1, "quarter"), "disabled.assess": (1, "half_year"),
    "child.session": (2, "month"), "grid.patrol": (1, "day"), "meeting.party_committee": (1, "month"), "meeting.party_joint": (1, "quarter"),
    "meeting.representatives": (1, "quarter"), "meeting.partners": (1, "quarter"), "supervision.check": (1, "quarter"),
    "assessment.regular": (1, "quarter"), "data.reconcile": (1, "quarter"), "drill.general": (1, "half_year"), "drill.training": (1, "quarter"),
    "training.staff": (1, "month"), "counselling.group": (1, "month"), "pair.rotate": (1, "week"), "scorecard.monthly": (1, "month"),
    "fund.publish": (1, "year"),
}  # fmt: skip
DEFAULTS = {"welfare.check", "reconcile.visit", "extension.limit", "extension.told", "contact.late", "contact.dense", "contact.absent", "contact.photo", "suspension.limit", "repair.board", "file.limit", "archive.retention", "archive.reading", "bill.stages", "matter.simple", "grid.size", "followup.round", "council.greening", "talk.day", "archive.inspect", "results.publish"}
"""Where the documents give no figure."""

BOOK = load_rulebook()


def ids(*tables: dict[int, str]) -> dict[str, int]:
    return {clause_id: section for table in tables for section, line in table.items() for clause_id in line.split()}


def test_every_row_and_every_sentence_is_a_clause_of_its_section():
    assert {clause.id: clause.section for clause in BOOK.values()} == ids(TABLE, SENTENCES, OURS)
    assert len(BOOK) == 83 + 21 + len(ids(OURS))
    assert {clause.id for clause in BOOK.values() if clause.source.document == "default"} == set(ids(OURS))


def test_every_deadline_has_the_figure_of_the_documents():
    figures = {clause.id: clause.values[-1].figure for clause in BOOK.values()}
    assert {k: f"{v.n} {v.unit}" for k, v in figures.items() if isinstance(v, Limit)} == LIMITS
    assert {k for k, v in figures.items() if isinstance(v, Limit) and v.kind == "not_before"} == {"arrears.suspend", "parking.notice", "festival.plan"}


def test_every_cadence_has_the_figure_of_the_documents():
    figures = {clause.id: clause.values[-1].figure for clause in BOOK.values() if clause.id in ids(TABLE)}
    assert {k: (v.times, v.per) for k, v in figures.items() if isinstance(v, Cadence)} == CADENCES


@pytest.mark.parametrize(
    ("clause_id", "reached", "missed"),
    [
        ("kpi.on_time", 0.98, 0.9799), ("kpi.mediation", 0.9, 0.8999), ("kpi.special_satisfaction", 0.95, 0.9499), ("survey.coverage", 0.1, 0.0999),
        ("grid.size", 400, 401), ("grid.size", 200, 199), ("grid.posts", 2, 1), ("staff.station", 8, 9), ("staff.on_duty", 2, 3), ("reps.ratio", 50, 51),
        ("vote.representatives", 2 / 3, 0.6666), ("vote.owners", 2 / 3, 0.6666), ("committee.members", 3, 2), ("emergency.team", 20, 19),
        ("contract.hours", 8, 7.99), ("contract.experience", 3, 2.9), ("agreement.term", 3, 2), ("red.three_months", 3, 2),
        ("stress.three_months", 3, 2), ("excellent.two_years", 2, 1), ("star.resident", 0.1, 0.11),
    ],
)  # fmt: skip
def test_a_threshold_is_reached_exactly_at_its_figure(clause_id, reached, missed):
    threshold = BOOK[clause_id].values[-1].figure
    assert isinstance(threshold, Threshold)
    assert threshold.reached_by(reached)
    assert not threshold.reached_by(missed)


def test_two_thirds_of_a_vote_are_counted_as_a_fraction():
    """40 of 60 is two thirds; a rounded 0.67 would refuse it."""
    from fractions import Fraction

    assert BOOK["vote.owners"].values[-1].figure.reached_by(Fraction(40, 60))
    assert not BOOK["vote.owners"].values[-1].figure.reached_by(Fraction(39, 60))


def test_what_the_documents_leave_open_is_marked_as_our_default_and_nothing_else():
    assert {clause.id for clause in BOOK.values() if any(dated.is_default for dated in clause.values)} == DEFAULTS
    for clause_id in DEFAULTS:
        assert "默认" in BOOK[clause_id].figure["zh"]
        assert "default" in BOOK[clause_id].figure["en"]


def test_a_limit_says_its_number_in_words_too():
    for clause in BOOK.values():
        figure = clause.values[-1].figure
        if isinstance(figure, Limit):
            assert all(re.search(rf"(?<!\d){figure.n}(?!\d)", clause.figure[lang]) for lang in LANGS), clause.id


def test_every_event_of_a_clause_has_words():
    assert all(t(f"rulebook.event.{event}", lang) for event in EVENTS for lang in LANGS)


def test_every_event_is_used():
    used = {event for clause in BOOK.values() for event in (clause.starts, clause.stops, clause.pauses)}
    assert used - {None} == set(EVENTS)


def test_every_clause_with_a_deadline_says_what_starts_and_stops_it():
    for clause in BOOK.values():
        assert bool(clause.starts and clause.stops) is isinstance(clause.values[-1].figure, Limit), clause.id


def test_only_matters_stand_still_while_materials_are_missing():
    assert {clause.id for clause in BOOK.values() if clause.pauses} == {"matter.simple", "matter.first_review", "subsidy.review"}


def test_every_view_named_is_a_desk():
    assert {desk for clause in BOOK.values() for desk in clause.desk or ()} <= set(DESKS)


def test_no_document_names_a_day_it_begins():
    assert {clause.values[0].from_ for clause in BOOK.values()} == {UNDATED}
