"""Times are aware and stored in UTC; personal data is unreadable in the file; a wrong key is told."""

import hmac
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.exc import StatementError

from db.commands.filing import carry_out, file
from db.engine import open_session
from db.keys import KeyProblem, Keyring, keyring
from db.models.grids import Absence, Staff
from db.scope import Scope
from db.types import from_micros, to_micros, uuid7
from tests.db.conftest import MOMENT


def test_a_naive_time_is_refused(engine, two_communities):
    def command(session):
        staff = Staff(community_id=two_communities["ours"], id=uuid7(), name="张三", kind="head")
        session.add(staff)
        session.flush()
        session.add(Absence(community_id=staff.community_id, staff_id=staff.id, starts_at=datetime(2026, 1, 1), ends_at=MOMENT))
        session.flush()

    with pytest.raises(StatementError, match="no time zone"):
        carry_out(engine, Scope.system(two_communities.values()), command)


def test_a_time_comes_back_in_utc_to_the_microsecond(engine, two_communities):
    shanghai = datetime(2026, 2, 28, 23, 59, 59, 999_999, timezone(timedelta(hours=8)))

    def command(session):
        staff = Staff(community_id=two_communities["ours"], id=uuid7(), name="张三", kind="head")
        session.add(staff)
        session.flush()
        session.add(Absence(community_id=staff.community_id, staff_id=staff.id, starts_at=shanghai, ends_at=MOMENT))
        file(session, "test", now=MOMENT, community_id=staff.community_id)

    scope = Scope.system(two_communities.values())
    carry_out(engine, scope, command)
    with open_session(engine, scope) as session:
        stored = session.scalars(select(Absence.starts_at)).one()
    assert stored == shanghai and stored.tzinfo is UTC


@given(st.datetimes(min_value=datetime(1900, 1, 1), max_value=datetime(2200, 1, 1), timezones=st.just(UTC)))
def test_sqlite_keeps_any_moment_exactly(moment):
    assert from_micros(to_micros(moment)) == moment


@given(st.binary(max_size=200))
def test_a_mark_is_the_hmac_under_the_index_key(content):
    assert keyring().mark(content) == hmac.digest(keyring().index_key, content, "sha256")


def test_a_phone_number_stands_in_the_database_as_cipher_only(engine, two_communities):
    def command(session):
        session.add(Staff(community_id=two_communities["ours"], name="张三", kind="head", phone="13800001111"))
        file(session, "test", now=MOMENT, community_id=two_communities["ours"])

    scope = Scope.system({two_communities["ours"]})
    carry_out(engine, scope, command)
    with open_session(engine, scope) as session:
        raw = session.execute(text("SELECT phone FROM staff"), execution_options={"rollup": True}).scalar_one()
        assert b"13800001111" not in bytes(raw)
        assert session.scalars(select(Staff.phone)).one() == "13800001111"


def test_a_cell_moved_to_another_column_or_read_with_another_key_is_told():
    sealed = keyring().seal("13800001111", "staff.phone")
    with pytest.raises(KeyProblem, match="resident.phone"):
        keyring().unseal(sealed, "resident.phone")
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    other = Keyring(AESGCM(bytes(32)), bytes(32), keyring().signer)
    with pytest.raises(KeyProblem, match="DESK_KEY_FILE"):
        other.unseal(sealed, "staff.phone")


def test_the_same_value_is_found_by_its_blind_index_and_sealed_differently_each_time():
    assert keyring().blind_index("x", "a") == keyring().blind_index("x", "a") != keyring().blind_index("x", "b")
    assert keyring().seal("x", "a") != keyring().seal("x", "a")
