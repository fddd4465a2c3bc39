"""Nobody who sees names masked is handed one in full: by any query of any room, in a ledger that goes out, in a word of the ledger or of an alert, for each role.

In the copy of the demo every resident's name has a sign of its own where a mask covers it: at the end of two signs, inside longer ones, also behind a surname of two.
"""

import dataclasses
import importlib
import inspect
import io
import json
import pkgutil
import re
import zipfile
from itertools import islice, product
from uuid import UUID

import pytest
from sqlalchemy import select, text
from streamlit import session_state

import db.queries
from core.care import OUTCOMES
from core.periods import period_of
from core.refusals import Refused
from core.roles import PERSONAL, RIGHTS, Role
from db.commands.care import enrol, record_contact
from db.commands.consents import record_consent
from db.commands.exports import FORMATS, export
from db.commands.filing import carry_out
from db.commands.residents import SHOWN_FOR, reveal
from db.engine import make_engine, open_session
from db.models.alerts import Alert
from db.models.base import Base
from db.models.grids import Grid
from db.models.ledger import LedgerEntry
from db.models.residents import Contact, Resident, SpecialGroup
from db.models.surveys import Survey
from db.models.work_orders import WorkOrder
from db.queries.exports import exportable
from db.queries.identity import scope_of
from db.scope import Scope
from pages.parts import reveal as shown
from tests.conftest import NOW
from tests.desk import ACCOUNTS

SIGN = "龘"
VEILED = [Role.COMMITTEE_MEMBER, Role.PROPERTY_COMPANY]
"""Who sees names masked and reaches all residents, or none; what street and administrator are sent, tests/pages/test_leaks.py reads."""
QUARTER = period_of("quarter", NOW)
OPEN_ENDED = ("identity.accounts", "care.personal_value")
"""Names of staff, for the administrator; and the one value that a command shows for a purpose."""


@pytest.fixture(scope="module")
def office(demo_template, tmp_path_factory):
    """The demo with marked names, and what there is to ask about."""
    path = tmp_path_factory.mktemp("leaks") / "demo.db"
    path.write_bytes(demo_template.read_bytes())
    engine = make_engine(f"sqlite:///{path}")
    with engine.begin() as link:
        link.execute(text(f"UPDATE resident SET name = CASE WHEN length(name) < 3 THEN substr(name, 1, 1) || '{SIGN}' ELSE substr(name, 1, 1) || '{SIGN}' || substr(name, 3) END"))
        link.execute(text(f"UPDATE resident SET name = '欧阳{SIGN}明' WHERE length(name) = 4"))
    yield engine
    engine.dispose()


@pytest.fixture(scope="module")
def asked(office) -> dict:
    """Values for the parameters that queries ask for by name."""
    (community_id,) = scope_of(office, "head").communities
    with open_session(office, Scope.system({community_id})) as session:
        about = (WorkOrder.resident_id.is_not(None), WorkOrder.kind == "welfare_check")
        orders = [*session.scalars(select(WorkOrder.id).where(*about).limit(1)), *session.scalars(select(WorkOrder.id).where(WorkOrder.desk == "property").limit(1))]
        people = list(session.scalars(select(SpecialGroup.resident_id).distinct().limit(20)))
        contacts = list(session.scalars(select(Contact.id).order_by(Contact.happened_at.desc()).limit(20)))
        grids, surveys = list(session.scalars(select(Grid.id))), list(session.scalars(select(Survey.id)))
    quarters = [QUARTER, QUARTER.previous()]
    return {
        "now": [NOW], "day": [NOW.date()], "community_id": [community_id], "community_ids": [[community_id]], "lang": ["zh"], "order_id": orders, "lead_id": orders,
        "order_ids": [orders], "resident_id": people[:2], "ids": [people], "residents": [people], "contacts": [contacts], "contact_ids": [contacts], "grid_id": grids[:1],
        "survey_id": surveys, "quarter_key": [one.key for one in quarters], "period_key": [one.key for one in quarters], "period": quarters, "month": ["2026-11"],
        "clause_id": ["kpi.on_time", "elder.call", "elder.visit", "team.elder", "file.update", "followup", "grid.posts"], "chart": ["care"], "by": ["grid"], "key": [None],
        "kind": [None], "figure": ["received"], "first": [period_of("month", NOW).previous()], "last": [period_of("month", NOW)], "limit": [50], "offset": [0], "text": [SIGN, "欧阳"],
    }  # fmt: skip


def queries():
    """(name, function, its parameters without a default) of each public query that takes a session first."""
    for found in pkgutil.walk_packages(db.queries.__path__, "db.queries."):
        module = importlib.import_module(found.name)
        for name, one in inspect.getmembers(module, inspect.isfunction):
            first, *rest = inspect.signature(one).parameters.values() or [None]
            if not name.startswith("_") and one.__module__ == found.name and first is not None and first.name == "session":
                yield f"{found.name[11:]}.{name}", one, [more.name for more in rest if more.default is more.empty]


def said(value) -> str:
    """All text in what a query hands over."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return " ".join(said(getattr(value, one.name)) for one in dataclasses.fields(value))
    if isinstance(value, dict):
        return said([*value.keys(), *value.values()])
    if isinstance(value, (list, tuple, set, frozenset)) or inspect.isgenerator(value):
        return " ".join(map(said, value))
    return "" if isinstance(value, (Base, UUID)) else str(value)


@pytest.mark.parametrize("role", VEILED)
def test_no_query_hands_a_name_in_full_to_a_role_that_sees_it_masked(office, asked, role):
    leaks, ran = {}, 0
    with open_session(office, scope_of(office, ACCOUNTS[role])) as session:
        for name, one, needed in queries():
            if name in OPEN_ENDED or not all(each in asked for each in needed):
                continue
            for values in islice(product(*(asked[each] for each in needed)), 3):
                try:
                    found = said(one(session, **dict(zip(needed, values, strict=True))))
                except (KeyError, PermissionError) as problem:
                    found = str(problem)
                ran += 1
                if SIGN in found:
                    leaks[name] = re.findall(f".{{20}}{SIGN}.{{10}}", found)[:1]
    assert leaks == {} and ran > 150


def test_the_scan_bites(office, asked):
    with open_session(office, scope_of(office, "head")) as session:
        from db.queries.roster import roster

        assert SIGN in said(roster(session, NOW))


@pytest.mark.parametrize("role", [role for role in Role if exportable(role)])
def test_what_goes_out_as_a_ledger_names_nobody_in_full_to_who_may_not_read_it_and_shows_no_number(office, asked, role):
    scope, (community_id,) = scope_of(office, ACCOUNTS[role]), asked["community_id"]
    with open_session(office, Scope.system({community_id})) as session:
        numbers = {one for row in session.execute(select(Resident.phone, Resident.id_number)) for one in row if one}
    # Contacts are as residents, ten times as many.
    for name in (one for one in exportable(role) if one != "contacts"):
        made = [export(office, scope, now=NOW, community_id=community_id, name=name, kind=kind, lang="zh") for kind in (FORMATS if name == "staff" else FORMATS[1:])]
        for one in made:
            words = one.name + (one.content.decode("utf-8-sig") if one.name.endswith("csv") else _sheets(one.content))
            assert not numbers & set(re.findall(r"(?<!\d)(?:1\d{10}|\d{17}[\dX])(?!\d)", words)), name
            assert role == Role.STATION_HEAD and name != "surveys" or SIGN not in words, name


def _sheets(content: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        return " ".join(packed.read(one).decode() for one in packed.namelist() if one.endswith(".xml"))


def test_nothing_on_the_ledger_or_in_an_alert_is_anybodys_name_or_number(office, asked):
    with open_session(office, Scope.system({asked["community_id"][0]})) as session:
        facts = " ".join(session.scalars(select(LedgerEntry.facts).where(LedgerEntry.facts.is_not(None))))
        alerts = said([tuple(row) for row in session.execute(select(Alert))])
        secret = {one for row in session.execute(select(Resident.phone, Resident.id_number, Resident.birth_date).limit(600)) for one in row if one}
        names = set(session.scalars(select(Resident.name).limit(600)))
    assert SIGN not in facts + alerts and not [one for one in secret if one in facts]
    assert names and json.dumps(facts)


@pytest.mark.parametrize("role", Role)
def test_a_refusal_says_nothing_of_whom_it_is_about(office, asked, role):
    scope, who = scope_of(office, ACCOUNTS[role]), asked["resident_id"][0]
    tries = [(reveal, {"field": field, "purpose": ""}) for field in PERSONAL]
    tries += [(record_contact, {"act": "call", "outcome": one, "happened_at": NOW.replace(year=2030)}) for one in OUTCOMES]
    tries += [(enrol, {"group": "child"}), (record_consent, {"purpose": "photo", "agreed": True, "way": "oral", "said_on": NOW.date().replace(year=2030), "note": ""})]
    for command, more in tries:
        done = carry_out(office, scope, command, now=NOW, resident_id=who, **more)
        assert isinstance(done, Refused) and SIGN not in done.text("zh") + done.text("en") + str(done.values), command.__name__
    assert RIGHTS[role].masked >= frozenset(PERSONAL) - {"name"}


@pytest.mark.parametrize(("left", "there"), [(SHOWN_FOR, True), (4, True), (3, False), (0, False), (-1, False)])
def test_what_was_shown_in_full_is_gone_from_the_session_when_its_time_is_over(left, there):
    session_state[shown._SHOWN] = ("phone", "13812345678", shown.monotonic() + left)
    assert shown.is_revealed("phone") is there and not shown.is_revealed("address")
    assert ("13812345678" in str(dict(session_state))) is there
    session_state.clear()
