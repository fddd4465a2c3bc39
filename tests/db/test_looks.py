"""The committee can see who looked at whom: all of it, by who looked, at whom and when."""

import pytest

from db.commands.care import enrol, record_contact
from db.commands.filing import carry_out, file
from db.commands.residents import reveal
from db.engine import open_session
from db.models.ledger import LedgerEntry
from db.models.residents import Contact
from db.queries.looks import looked_at, lookers, looks
from db.types import uuid7
from tests.db.care_people import Place, at, found

NOW = at("2026-11-18T10:00")
PAGE = 50


def noted(session, *, now, kind, subject, **facts):
    """A look as the commands of files, orders and reconciliation note it."""
    community = next(iter(session.scope.communities))
    file(session, f"{kind}.reveal", now=now, community_id=community, subject_kind="contact" if kind == "files" else kind, subject_id=subject, purpose="contact", **facts)


@pytest.fixture
def place(kept) -> Place:
    return kept(looked)


def looked(engine) -> Place:
    """The worker looks at 甲's number 52 times; the head at a photo of 甲's visit, at 乙's number and at 乙 in a comparison."""
    made = found(engine)
    ids = {name: made.resident(name, "1950-05-05", 0, phone="13800005678") for name in ("甲老人", "乙老人", "丙老人")}
    made.run(enrol, NOW, resident_id=ids["甲老人"], group="elder", detail=None)
    made.run(record_contact, NOW, made.worker(), resident_id=ids["甲老人"], act="visit", outcome="reached", happened_at=NOW)
    for _ in range(PAGE + 2):
        made.run(reveal, NOW, made.worker(), resident_id=ids["甲老人"], field="phone", purpose="contact")
    later = at("2026-11-20T10:00")
    head = made.role("station_head")
    made.run(reveal, later, head, resident_id=ids["乙老人"], field="phone", purpose="contact")
    carry_out(engine, head, noted, now=later, kind="files", subject=made.all(Contact)[0].id)
    carry_out(engine, head, noted, now=later, kind="reconciliation", subject=uuid7(), resident=ids["乙老人"])
    carry_out(engine, head, noted, now=later, kind="reconciliation", subject=uuid7(), resident=None)
    return made


def seen(place, **narrowed):
    with open_session(place.engine, place.role("committee_member")) as session:
        return looks(session, place.community_id, **narrowed)


def test_every_look_can_be_reached_also_the_52nd(place):
    of, first = seen(place, limit=PAGE)
    _, rest = seen(place, limit=PAGE, offset=PAGE)
    assert (of, len(first), len(rest)) == (PAGE + 6, PAGE, 6)
    assert not {one.entry.id for one in first} & {one.entry.id for one in rest}


def test_who_looked_at_one_person_also_by_a_photo_or_in_a_comparison(place):
    of, found_ = seen(place, resident_id=place.residents["乙老人"])
    assert (of, {one.entry.command for one in found_}) == (2, {"resident.reveal", "reconciliation.reveal"})
    of, found_ = seen(place, resident_id=place.residents["甲老人"], since=at("2026-11-20T00:00"))
    assert (of, [one.entry.command for one in found_]) == (1, ["files.reveal"])
    assert len({one.whom for one in found_}) == 1 and "" not in {one.whom for one in found_}
    assert seen(place, resident_id=place.residents["丙老人"])[0] == 0


def test_until_is_exclusive_and_since_inclusive(place):
    moment = at("2026-11-20T10:00")
    assert (seen(place, since=moment)[0], seen(place, until=moment)[0]) == (4, PAGE + 2)


def test_the_choices_are_who_looked_and_whom_masked_as_the_reader_sees_names(place):
    with open_session(place.engine, place.role("committee_member")) as session:
        people = looked_at(session, place.community_id)
        assert set(people) == {place.residents["甲老人"], place.residents["乙老人"]}
        assert "甲老人" not in people.values()
        assert lookers(session, place.community_id) == {}, "those without an account here have no name to choose"
    [one] = seen(place, limit=1)[1]
    assert one.entry.role == "station_head"
    by_head = next(row.actor_id for row in place.all(LedgerEntry, LedgerEntry.id == one.entry.id))
    assert seen(place, actor_id=by_head)[0] == len(place.all(LedgerEntry, LedgerEntry.actor_id == by_head)) > 0
