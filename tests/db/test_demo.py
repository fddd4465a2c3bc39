"""The demo community is believable, synthetic and marked so; the same seed gives the same people."""

import random
from collections import Counter
from datetime import date
from functools import cache

from sqlalchemy import func, select

from core.calendar import packaged_calendar
from core.rulebook import load_rulebook
from db.demo.community import communities
from db.demo.geography import neighbourhood
from db.demo.people import DISABLED_SHARE, ELDER_SHARE, age_on, homes
from db.engine import open_session
from db.models.grids import Building, Community, Grid, Household, Post
from db.models.residents import Resident, SpecialGroup
from tests.conftest import NOW, printed, run_db

TODAY = date(2026, 11, 18)


@cache
def people_of(seed="census"):
    return made_people(seed)


def made_people(seed):
    return [person for home in homes(neighbourhood(1), random.Random(seed), TODAY) for person in home.people]


def test_the_same_seed_gives_the_same_people():
    assert people_of() == made_people("census") != made_people("other")


def test_elders_and_disabled_residents_are_as_many_as_the_census_says():
    people = people_of()
    assert abs(sum(age_on(p.born, TODAY) >= 60 for p in people) / len(people) - ELDER_SHARE) < 0.015
    assert abs(sum("disabled" in p.groups for p in people) / len(people) - DISABLED_SHARE) < 0.01
    assert 9_100 <= len(people) <= 9_700


def test_numbers_are_recognisably_nobody_s():
    people = people_of()
    assert all(p.id_number.startswith("0000") and p.phone.startswith("100") for p in people), "no such region, no such prefix"
    assert len({p.id_number for p in people}) == len(people)


def test_elders_on_the_roster_are_sixty_and_children_are_minors():
    for person in people_of():
        age = age_on(person.born, TODAY)
        assert ("elder" in person.groups) == (age >= 60)
        assert "child" not in person.groups or age < 18


def test_twelve_grids_of_about_300_households_with_gaps_to_find():
    made = next(communities(1, 12, 1, NOW, packaged_calendar(), load_rulebook()))
    rows = made.rows
    assert rows[Community][0]["is_demo"]
    assert (len(rows[Grid]), len(rows[Household])) == (12, 3600)
    sizes = Counter(row["grid_id"] for row in rows[Household])
    assert sizes[None] > 0 and max(sizes.values()) > 400 and min(n for grid, n in sizes.items() if grid) < 200
    assert sum(row["grid_id"] is None for row in rows[Building]) == 2
    assert len(rows[SpecialGroup]) > 2_500
    assert {row["post"] for row in rows[Post]} == {"A", "B"} and len(rows[Post]) == 23, "one grid has no B post"


def test_a_demo_is_not_loaded_over_an_office_s_own_data(demo_engine, demo_db):
    def residents():
        with open_session(demo_engine, None) as session:
            return session.scalar(select(func.count()).select_from(Resident), execution_options={"rollup": True})

    before = residents()
    assert "worker1" in printed(demo_db, "demo", "--if-empty"), "it only names the accounts again"
    assert residents() == before > 0


def test_a_district_loads_on_postgresql_and_no_tenant_key_clashes(postgres_url):
    output = run_db(postgres_url, "demo", "--communities", "2", "--grids", "2", "--months", "1")
    assert "head-2" in output and "street" in output
