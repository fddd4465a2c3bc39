"""Who is another person: the member of staff, not the account."""

import ast

import pytest

from core.grants import Decider, another_person, waits_for
from tests.house.source import files, text

HEAD, WORKER, UNLINKED, LEDGER, SWEEP = (1, 11), (2, 12), (3, None), (4, None), (None, None)


@pytest.mark.parametrize(
    ("asked_by", "account", "staff", "role", "reason"),
    [
        (WORKER, 1, 11, "station_head", None),
        (SWEEP, 1, 11, "station_head", None),
        (HEAD, 1, 11, "station_head", "grants.by_another"),
        (HEAD, 9, 11, "station_head", "grants.by_another"),
        (HEAD, 1, 15, "station_head", "grants.by_another"),
        (HEAD, 9, 19, "station_head", None),
        (HEAD, 9, None, "station_head", "grants.actor_unknown"),
        (WORKER, 9, None, "station_head", "grants.actor_unknown"),
        (SWEEP, 9, None, "station_head", "grants.actor_unknown"),
        (WORKER, None, None, "system", "grants.actor_unknown"),
        (UNLINKED, 1, 11, "station_head", "grants.asker_unknown"),
        (LEDGER, 1, 11, "station_head", "grants.asker_unknown"),
        (UNLINKED, 3, 11, "station_head", "grants.by_another"),
        (HEAD, 7, None, "street_officer", None),
        (UNLINKED, 7, None, "street_officer", None),
        (HEAD, 7, 11, "street_officer", "grants.by_another"),
    ],
)
def test_another_person_is_another_member_of_staff_and_who_is_not_known_is_none(asked_by, account, staff, role, reason):
    refused = another_person(asked_by, Decider(account, staff, role))
    assert (refused and refused.reason) == reason


def test_what_the_head_or_nobody_known_asks_for_waits_for_the_street():
    assert [waits_for(*one) for one in (("grid_worker", WORKER), (None, SWEEP))] == ["station_head"] * 2
    assert [waits_for(*one) for one in (("station_head", HEAD), ("grid_worker", UNLINKED), ("administrator", LEDGER))] == ["street_officer"] * 3


def test_every_command_that_decides_asks_that_one_rule():
    decides = {}
    for path in files("db"):
        if path.parts[1] == "commands" and not path.stem.startswith("reconciliation"):
            names = {node.name: ast.unparse(node) for node in ast.walk(ast.parse(text(path))) if isinstance(node, ast.FunctionDef)}
            decides |= {(path.stem, name): source for name, source in names.items() if name == "decide" or name.startswith("decide_") or name == "review"}
    assert len(decides) >= 7
    assert [key for key, source in decides.items() if "may_decide(" not in source and "may_review(" not in source] == []
    for stem in ("archive", "changes", "extensions", "late_entries", "suspensions"):
        [path] = [one for one in files("core") if one.name == f"{stem}.py"]
        assert "another_person(" in text(path), stem
