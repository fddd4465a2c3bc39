"""Two communities on an empty database: what scope and filing are tested with."""

from datetime import UTC, datetime

import pytest

from db.commands.filing import carry_out, file
from db.models.grids import Community, Grid
from db.scope import Scope
from db.types import uuid7

MOMENT = datetime(2026, 11, 18, 2, tzinfo=UTC)


@pytest.fixture
def two_communities(kept):
    """Community ids by code: 'ours' and 'theirs', two grids each."""
    return kept(found_two)


def found_two(engine):
    ids = {"ours": uuid7(), "theirs": uuid7()}

    def command(session, *, now):
        for code, community_id in ids.items():
            session.add(Community(community_id=community_id, code=code, name=code, created_at=now))
        session.flush()
        for community_id in ids.values():
            for number in ("01", "02"):
                session.add(Grid(community_id=community_id, code=number, name=f"第{number}网格"))
        file(session, "test.found", now=now, community_id=ids["ours"])

    carry_out(engine, Scope.system(ids.values()), command, now=MOMENT)
    return ids
