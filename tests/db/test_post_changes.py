"""Who joins the staff, takes a post, gives it up and leaves: by the desk exactly as by a ledger, nonsense refused, what follows told."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from core.refusals import Refused
from db.commands import identity
from db.commands.care import enrol
from db.commands.posts import end_post, hire, leave, stay, take_post
from db.engine import open_session
from db.models.clocks import Clock
from db.models.grids import Post, Staff
from db.models.ledger import LedgerEntry
from db.queries.posts import holding
from db.queries.staff import lately_left, standing
from tests.db.care_people import Place, at, found
from tests.db.test_imports import Office

NOW, TODAY = at("2026-11-18T10:00"), date(2026, 11, 18)
DAY = timedelta(1)
BEGAN = date(2025, 1, 1)
"""Since when everybody stands where they stand."""


def made(engine) -> Place:
    place = found(engine)
    place.run(enrol, at("2026-11-02T09:00"), resident_id=place.resident("张老人"), group="elder")
    return place


@pytest.fixture
def engine(sqlite_engine):
    return sqlite_engine


@pytest.fixture
def place(kept) -> Place:
    return kept(made)


def does(place, command, scope=None, **about):
    return place.run(command, NOW, scope or place.role("station_head"), community_id=place.community_id, **about)


def takes(place, who="A1", post="B", since=TODAY, grid=0, **more):
    staff_id = place.staff[who] if isinstance(who, str) else who
    return does(place, take_post, staff_id=staff_id, grid_id=place.grids[grid], post=post, since=since, **more)


def posts(place, grid=0) -> list[tuple]:
    names = {one.id: one.name.removeprefix("员工") for one in place.all(Staff)}
    rows = place.all(Post, Post.grid_id == place.grids[grid])
    return sorted((one.post, names[one.staff_id], one.from_date, one.to_date) for one in rows)


def answers(place, day=TODAY, grid=0):
    """Who answers for the care of a grid at noon of a day."""
    with open_session(place.engine, place.system) as session:
        return holding(session, at(f"{day}T12:00"), place.community_id).holder("grid", place.grids[grid], None)


def reason(done):
    return done.reason if isinstance(done, Refused) else None


def test_only_the_station_head_changes_the_staff(place):
    for role in ("committee_member", "street_officer", "property_company", "administrator"):
        scope = place.role(role)
        post = place.all(Post)[0]
        tried = (
            does(place, hire, scope, name="新人", kind="grid_worker"), takes(place, scope=scope), does(place, end_post, scope, post_id=post.id, to_date=TODAY),
            does(place, leave, scope, staff_id=place.staff["A0"], left_on=TODAY), does(place, stay, scope, staff_id=place.staff["A0"]),
        )  # fmt: skip
        assert {one.reason for one in tried} == {"common.not_allowed"}, role
    assert takes(place, scope=place.worker()).reason == "common.not_allowed"


def test_somebody_new_takes_a_post_with_one_ledger_entry_each_and_no_name_in_it(place):
    before = {one.id for one in place.all(LedgerEntry)}
    who = does(place, hire, name=" 新 人", kind="grid_worker", phone="138 1234 5678")
    done = takes(place, who, since=TODAY + DAY)
    assert (done.name, done.before) == ("新人", "员工B0")
    assert posts(place) == [("A", "A0", BEGAN, None), ("B", "B0", BEGAN, TODAY + DAY), ("B", "新人", TODAY + DAY, None)]
    assert (answers(place), answers(place, TODAY + DAY)) == (place.staff["B0"], who), "the day before is theirs who stood there"
    filed = [one for one in place.all(LedgerEntry) if one.id not in before]
    assert [one.command for one in filed] == ["staff.hire", "staff.take_post"]
    assert not any("新人" in one.facts or "13812345678" in one.facts for one in filed)


def test_a_post_is_handed_on_as_a_ledger_hands_it_on(kept, two_communities):
    """The same change by the desk and by an imported sheet leaves the same rows."""
    desk = kept(Office, two_communities["ours"])
    head = ["姓名", "职务", "联系电话", "所属网格", "岗位", "到岗日期"]
    rows = lambda grid: [["甲某", "网格员", "13800000001", grid, "A岗", "2026.1.1"], ["丙某", "网格员", "13800000003", None, None, None]]  # noqa: E731
    for grid in ("01", "02"):
        desk.take_in(desk.upload("staff", [head, *rows(grid)]))
    staff = {one.name: one.id for one in desk.rows(Staff)}
    desk.take_in(desk.upload("staff", [head, ["丙某", "网格员", "13800000003", "01", "A岗", "2026-11-10"]]))
    place = Place(desk.engine, desk.community_id, [], staff)
    [second] = [one.grid_id for one in desk.rows(Post) if one.grid_id not in {row.grid_id for row in desk.rows(Post) if row.staff_id == staff["丙某"]}]
    scope = replace(desk.scope, staff_id=staff["甲某"])
    assert not isinstance(does(place, take_post, scope, staff_id=staff["丙某"], grid_id=second, post="A", since=date(2026, 11, 10)), Refused)
    by_grid = {}
    for one in desk.rows(Post):
        by_grid.setdefault(one.grid_id, set()).add((one.post, one.staff_id, one.from_date, one.to_date))
    ledger, by_hand = by_grid.values()
    assert ledger == by_hand and len(ledger) == 2


@pytest.mark.parametrize(
    ("since", "why"),
    [(BEGAN - DAY, "posts.held_then"), (BEGAN, None), (TODAY, None), (TODAY + timedelta(366), None), (TODAY + timedelta(367), "posts.too_far")],
)
def test_nobody_takes_a_post_before_who_holds_it_began_nor_more_than_a_year_ahead(place, since, why):
    assert reason(takes(place, since=since)) == why
    if since == BEGAN:
        assert posts(place)[1:] == [("B", "A1", BEGAN, None), ("B", "B0", BEGAN, BEGAN)], "entered by mistake: they never stood there"


def test_who_holds_a_post_does_not_take_it_again_and_who_leaves_does_not_take_one_after(place):
    assert takes(place, "B0").reason == "posts.holds_it"
    does(place, leave, staff_id=place.staff["A1"], left_on=TODAY + 2 * DAY)
    assert takes(place, "A1", since=TODAY + 2 * DAY).reason == "posts.left_by_then"
    assert reason(takes(place, "A1", since=TODAY + DAY)) is None


@pytest.mark.parametrize(("to_date", "why"), [(BEGAN - DAY, "posts.ends_first"), (BEGAN, None), (TODAY, None), (TODAY + timedelta(367), "posts.too_far")])
def test_no_post_ends_before_it_began(place, to_date, why):
    [post] = [one for one in place.all(Post) if one.staff_id == place.staff["B0"]]
    assert reason(does(place, end_post, post_id=post.id, to_date=to_date)) == why
    if to_date == TODAY:
        assert does(place, end_post, post_id=post.id, to_date=TODAY).reason == "posts.over"
        assert answers(place) == place.staff["A0"], "the other post answers"


def test_the_last_to_leave_a_grid_with_people_on_the_roster_is_told_and_not_kept(place):
    a, b = sorted((one for one in place.all(Post) if one.grid_id == place.grids[0]), key=lambda one: one.post)
    assert does(place, end_post, post_id=a.id, to_date=TODAY).follows.alone == ()
    assert does(place, end_post, post_id=b.id, to_date=TODAY).follows.alone == (("第1网格", 1),)
    assert answers(place) is None and place.all(Clock)[0].closed_at is None, "what is owed is owed"
    assert takes(place, "A1", post="A").follows.alone == ()
    assert takes(place, "A1", post="B").follows.doubled == ("第1网格",)


def test_who_leaves_leaves_their_posts_and_has_them_again_when_that_is_undone(place):
    who = place.staff["B0"]
    assert does(place, leave, staff_id=who, left_on=BEGAN - DAY).reason == "posts.leaves_first"
    assert reason(does(place, leave, staff_id=who, left_on=TODAY)) is None
    assert (answers(place), answers(place, TODAY - DAY)) == (place.staff["A0"], who)
    assert does(place, leave, staff_id=who, left_on=TODAY).reason == "staff.has_left"
    with open_session(place.engine, place.role("station_head")) as session:
        assert [one[1:] for one in lately_left(session, NOW, place.community_id)] == [("员工B0", TODAY)]
    assert reason(does(place, stay, staff_id=who)) is None
    assert answers(place) == who and does(place, stay, staff_id=who).reason == "common.changed_meanwhile"


def test_nobody_joins_twice_and_who_has_left_comes_back_as_the_same_person(place):
    new = {"name": "王五", "kind": "grid_worker"}
    who = does(place, hire, **new, phone="13812345678")
    assert does(place, hire, **new).reason == does(place, hire, **new, phone="13812345678").reason == "posts.known_already", "without both numbers it may be the same"
    assert reason(does(place, hire, **new, phone="13900000000")) is None, "another of that name"
    does(place, leave, staff_id=who, left_on=TODAY)
    assert does(place, hire, **new, phone="13812345678").reason == "posts.has_left_before"


def test_the_last_head_to_leave_is_told_and_so_is_an_account_that_reaches_what_it_should_not(place):
    assert does(place, leave, staff_id=place.staff["head"], left_on=TODAY + DAY).follows.no_head
    details = {"username": "b0", "display_name": "b0", "role": "grid_worker", "password_hash": None, "communities": []}
    place.run(identity.create_account, NOW, **details, grids=[(place.community_id, place.grids[0])], staff=(place.community_id, place.staff["B0"]))
    assert takes(place, "B0", grid=1).follows.unreached == (("b0", "第2网格"),)
    assert takes(place, "A1").follows.reached == (("b0", "第1网格"),)
    assert does(place, leave, staff_id=place.staff["B0"], left_on=TODAY + DAY).follows.account == "b0"


@pytest.mark.parametrize(("name", "phone", "why"), [("", "", "posts.bad_name"), ("王3", "", "posts.bad_name"), ("王五", "12", "posts.bad_phone"), ("王五", "", None)])
def test_a_name_and_a_number_are_what_a_ledger_takes(place, name, phone, why):
    assert reason(does(place, hire, name=name, kind="social_worker", phone=phone)) == why


def test_posts_to_come_are_listed(place):
    takes(place, "A1", since=TODAY + DAY)
    with open_session(place.engine, place.role("station_head")) as session:
        listed = [(one.post, one.from_date, one.to_date) for one in standing(session, NOW, place.community_id) if one.grid_id == place.grids[0]]
    assert listed == [("A", BEGAN, None), ("B", BEGAN, TODAY + DAY), ("B", TODAY + DAY, None)]
