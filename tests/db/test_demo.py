"""The demo community is believable, synthetic and marked so; the same seed gives the same people."""

import random
from collections import Counter
from datetime import date

from sqlalchemy import func, select

from db.demo.geography import neighbourhood
from db.demo.people import DISABLED_SHARE, ELDER_SHARE, age_on, homes
from db.engine import open_session
from db.models.clocks import Clock
from db.models.grids import Building, Community, Grid, Household
from db.models.residents import Resident, SpecialGroup
from db.models.work_orders import WorkOrder
from db.scope import Scope
from tests.conftest import run_db

TODAY = date(2026, 11, 18)


def people_of(seed):
    return [person for home in homes(neighbourhood(1), random.Random(seed), TODAY) for person in home.people]


def test_the_same_seed_gives_the_same_people():
    assert people_of("a") == people_of("a") != people_of("b")


def test_elders_and_disabled_residents_are_as_many_as_the_census_says():
    people = people_of("shares")
    assert abs(sum(age_on(p.born, TODAY) >= 60 for p in people) / len(people) - ELDER_SHARE) < 0.015
    assert abs(sum("disabled" in p.groups for p in people) / len(people) - DISABLED_SHARE) < 0.01
    assert 9_100 <= len(people) <= 9_700


def test_numbers_are_recognisably_nobody_s():
    people = people_of("numbers")
    assert all(p.id_number.startswith("0000") and p.phone.startswith("100") for p in people), "no such region, no such prefix"
    assert len({p.id_number for p in people}) == len(people)


def test_elders_on_the_roster_are_sixty_and_children_are_minors():
    for person in people_of("ages"):
        age = age_on(person.born, TODAY)
        assert ("elder" in person.groups) == (age >= 60)
        assert "child" not in person.groups or age < 18


def test_twelve_grids_of_about_300_households_with_gaps_to_find(demo_engine):
    with open_session(demo_engine, None) as session:
        community = session.scalars(select(Community), execution_options={"rollup": True}).one()
    assert community.is_demo
    with open_session(demo_engine, Scope.system({community.community_id})) as session:
        count = lambda model: session.scalar(select(func.count()).select_from(model))  # noqa: E731
        assert count(Grid) == 12
        assert count(Household) == 3600
        assert count(SpecialGroup) > 2_500
        sizes = Counter(session.scalars(select(Household.grid_id)))
        assert sizes[None] > 0 and max(sizes.values()) > 400 and min(n for grid, n in sizes.items() if grid) < 200
        assert session.scalar(select(func.count()).select_from(Building).where(Building.grid_id.is_(None))) == 2
        assert session.scalar(select(func.count()).select_from(Resident).where(Resident.id_number.is_(None))) == 0
        assert 1_800 < count(WorkOrder) < 2_500
        assert session.scalar(select(func.count()).select_from(Clock).where(Clock.closed_at.is_(None))) > 5_000


def test_a_demo_is_not_loaded_over_an_office_s_own_data(demo_db):
    before = run_db(demo_db, "demo", "--if-empty")
    assert before == ""


def test_a_district_loads_on_postgresql_and_no_tenant_key_clashes(postgres_url):
    output = run_db(postgres_url, "demo", "--communities", "2", "--grids", "4", "--months", "1")
    assert "head-2" in output and "street" in output
