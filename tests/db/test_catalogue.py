"""A community makes items of the catalogue its own, on both engines."""

from dataclasses import replace

import pytest

from core.catalogue import CLASSES, Draft, load_catalogue
from core.catalogue.drafts import LISTS
from core.refusals import Refused
from core.roles import Role
from db.commands.catalogue import save_item, withdraw_item
from db.commands.filing import carry_out, file
from db.engine import open_session
from db.models.grids import Community
from db.models.ledger import LedgerEntry
from db.queries.catalogue import entries, entry
from db.scope import Scope
from db.types import uuid7
from tests.db.conftest import MOMENT

KEY = "elder.senior_card"


@pytest.fixture
def one_community(sqlite_engine):
    """Id of a community on SQLite alone."""
    community_id = uuid7()

    def command(session, *, now):
        session.add(Community(community_id=community_id, code="one", name="一社区", created_at=now))
        file(session, "test.found", now=now, community_id=community_id)

    carry_out(sqlite_engine, Scope.system([community_id]), command, now=MOMENT)
    return community_id


def draft_of(item, **values) -> Draft:
    lists = {name: {lang: "\n".join(one[lang] for one in getattr(item, name)) for lang in ("zh", "en")} for name in LISTS}
    return Draft(item.group, item.title, item.kind, item.chain, item.important, lists | values)


def test_a_saved_item_is_no_sample_any_more_and_the_other_community_keeps_the_sample(engine, two_communities):
    ours, theirs = two_communities["ours"], two_communities["theirs"]
    head, neighbour = (Scope(None, Role.STATION_HEAD, frozenset({one})) for one in (ours, theirs))
    with open_session(engine, head) as session:
        [sample] = [one for one in entries(session, ours) if one.item.id == KEY]
        assert sample.sample and len(entries(session, ours)) == 75
    draft = draft_of(sample.item, materials={"zh": "身份证复印件"})
    saved = carry_out(engine, head, save_item, now=MOMENT, community_id=ours, key=KEY, draft=draft)
    assert [one["en"] for one in saved.materials] == ["身份证复印件"]
    with open_session(engine, head) as session:
        found = entry(session, ours, KEY)
        assert (found.sample, found.version, found.item) == (False, 1, saved)
        assert session.query(LedgerEntry).order_by(LedgerEntry.id.desc()).first().command == "catalogue.save"
    with open_session(engine, neighbour) as session:
        assert entry(session, theirs, KEY).sample
    assert carry_out(engine, head, save_item, now=MOMENT, community_id=ours, key=KEY, draft=draft).reason == "common.changed_meanwhile"


def test_a_new_item_stands_last_in_its_class_and_a_title_is_there_once(sqlite_engine, one_community):
    ours = one_community
    head = Scope(None, Role.STATION_HEAD, frozenset({ours}))
    sample = next(group for group in load_catalogue() if group.id == "elder").items[0]
    act = lambda **more: carry_out(sqlite_engine, head, save_item, now=MOMENT, community_id=ours, **more)  # noqa: E731
    assert act(draft=draft_of(sample)).reason == "catalogue.title_taken"
    new = act(draft=replace(draft_of(sample), title={"zh": "助浴服务"}))
    with open_session(sqlite_engine, head) as session:
        found = entries(session, ours)
    assert [one.item.id for one in found if one.item.group == "elder"][-1] == new.id
    assert list(dict.fromkeys(one.item.group for one in found)) == list(CLASSES)


def test_only_the_station_head_changes_it_and_what_is_withdrawn_comes_back(sqlite_engine, one_community):
    ours = one_community
    worker, head = (Scope(None, role, frozenset({ours})) for role in (Role.GRID_WORKER, Role.STATION_HEAD))
    act = lambda who, **more: carry_out(sqlite_engine, who, withdraw_item, now=MOMENT, community_id=ours, **({"key": KEY} | more))  # noqa: E731
    assert act(worker, withdrawn=True) == Refused("common.not_allowed")
    assert act(head, key="elder.dance", withdrawn=True) == Refused("common.not_found")
    act(head, withdrawn=True)
    with open_session(sqlite_engine, head) as session:
        assert entry(session, ours, KEY).withdrawn
    act(head, withdrawn=False, version=1)
    with open_session(sqlite_engine, head) as session:
        assert not entry(session, ours, KEY).withdrawn
