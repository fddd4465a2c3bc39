"""What grids and the community owe, and who may say that it was done."""

from datetime import date, datetime, timedelta

import pytest

from core.calendar import SHANGHAI
from core.duties import CLAUSES, COMMUNITY, GRID, check_record, of, right
from core.roles import Role, may
from core.rulebook import load_rulebook

RULES, DAY = load_rulebook(), date(2026, 11, 18)
NOW = datetime(2026, 11, 18, 10, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("clause", "times", "per"),
    [
        ("grid.patrol", 1, "day"),
        ("meeting.party_committee", 1, "month"),
        ("meeting.party_joint", 1, "quarter"),
        ("meeting.representatives", 1, "quarter"),
        ("meeting.partners", 1, "quarter"),
        ("supervision.check", 1, "quarter"),
        ("assessment.regular", 1, "quarter"),
        ("data.reconcile", 1, "quarter"),
        ("drill.general", 1, "half_year"),
        ("drill.training", 1, "quarter"),
        ("training.staff", 1, "month"),
        ("counselling.group", 1, "month"),
        ("fund.publish", 1, "year"),
    ],
)
def test_each_duty_recurs_as_the_rulebook_says(clause, times, per):
    figure = RULES[clause].on(DAY).figure
    assert (figure.times, figure.per) == (times, per)
    assert figure.subject == ("grid" if clause in GRID else "community")


def test_grids_are_patrolled_and_the_rest_is_the_communitys():
    assert of("grid", RULES, DAY) == GRID
    assert of("community", RULES, DAY) == COMMUNITY


def test_every_duty_of_grid_and_community_in_the_rulebook_is_kept():
    kept = {clause.id for clause in RULES.values() if getattr((clause.on(DAY) or clause.values[0]).figure, "subject", None) in ("grid", "community")}
    assert kept == set(CLAUSES), "also those whose cadence is a default of ours"


def test_what_the_supervision_committee_checks_only_the_committee_records():
    assert [role for role in Role if may(role, right("supervision.check"))] == [Role.COMMITTEE_MEMBER]
    assert may("grid_worker", right("grid.patrol")) and not may("grid_worker", right("drill.general"))
    assert may("station_head", right("fund.publish")) and not may("street_officer", right("fund.publish"))


@pytest.mark.parametrize(
    ("clause", "in_grid", "happened_at", "attendees", "reason"),
    [
        ("grid.patrol", True, NOW, None, None),
        ("grid.patrol", False, NOW, None, "duties.no_such_duty"),
        ("drill.general", True, NOW, 3, "duties.no_such_duty"),
        ("elder.call", False, NOW, None, "duties.no_such_duty"),
        ("drill.general", False, NOW + timedelta(seconds=1), 3, "duties.in_future"),
        ("drill.general", False, NOW, 0, "duties.nobody_there"),
        ("drill.general", False, NOW, 1, None),
    ],
)
def test_a_record_says_what_was_done_where_and_when(clause, in_grid, happened_at, attendees, reason):
    refused = check_record(clause, in_grid, happened_at, NOW, attendees)
    assert (refused and refused.reason) == reason
