"""How an entry of the ledger reads, whoever filed it."""

from datetime import UTC, datetime
from types import SimpleNamespace
from uuid import UUID

import pytest

from core.roles import SYSTEM, Role
from core.words import t
from db.queries.ledger import Entry
from pages.parts.ledger_entries import _common

DESK = SimpleNamespace(t=lambda key, **values: t(key, "zh", **values))


@pytest.mark.parametrize("role", [SYSTEM, *Role])
@pytest.mark.parametrize("who", [None, "王明"])
def test_an_entry_of_any_role_reads_also_one_the_program_made_for_somebody(role, who):
    entry = Entry(UUID(int=1), datetime(2026, 11, 18, tzinfo=UTC), who, role, "sweep", None, None, {}, 1, b"", None)
    assert _common(DESK, entry)[2] == (who or t("ledger.system", "zh"))
