"""The list of clauses that no view enforces is exact: whoever enforces one takes it off here and sets its `desk`."""

from core.roles import DESKS
from core.rulebook import load_rulebook, not_yet_enforced
from tests.house import source

NOT_YET = set(
    """
    festival.plan online.stages
    pair.rotate scorecard.monthly
    survey.coverage score.weights staff.on_duty reps.ratio vote.representatives vote.owners
    committee.members emergency.team contract.hours contract.experience agreement.term
    red.three_months stress.three_months excellent.two_years property.cards accountability rectify
    bonus.excellent allowance.certificate contract.payment volunteer.five_star timebank credit.points star.resident tip.reward
    disclosure hotspots
    proposal.chain newcomer.plan case.library service.portal
    """.split()
)


def test_the_clauses_not_yet_enforced_are_exactly_these():
    assert set(not_yet_enforced(load_rulebook())) == NOT_YET


def test_every_view_that_is_said_to_enforce_a_clause_exists():
    named = {desk for clause in load_rulebook().values() for desk in clause.desk or ()}
    assert named <= set(DESKS)
    assert [desk for desk in named if not (source.ROOT / "pages" / f"{desk}.py").exists()] == []
