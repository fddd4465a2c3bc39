"""Who gets in, how long it lasts, and what ends it. Moments are parameters: nothing here waits."""

import json
from datetime import timedelta

import pytest
from argon2.exceptions import VerifyMismatchError
from sqlalchemy import select

from core.refusals import Refused
from core.roles import Role
from db.commands import identity
from db.commands.filing import carry_out
from db.commands.identity import FAILURES, IDLE, LASTS, LOCKED_FOR, SPREAD
from db.engine import ScopedSession, open_session
from db.models.accounts import Account, SessionToken
from db.models.grids import Grid
from db.models.ledger import LedgerEntry
from db.queries import identity as read
from db.scope import Scope
from tests.db.conftest import MOMENT
from tests.pages.office import quick_hash

MINUTE = timedelta(minutes=1)
PASSWORD = "correct-horse-9"
HASHED = quick_hash(PASSWORD)
OFFICE = Scope.system((), label="test")


@pytest.fixture
def open_account(engine):
    """Opens an account and gives its id; the password is PASSWORD."""

    def make(username="wang", role=Role.STATION_HEAD, communities=(), grids=(), scope=OFFICE, **more):
        details = {"username": username, "display_name": "王测试", "role": role, "password_hash": HASHED} | more
        return carry_out(engine, scope, identity.create_account, communities=communities, grids=grids, now=MOMENT, **details)

    return make


def enter(engine, password=PASSWORD, at=MOMENT, username="wang"):
    return identity.log_in(engine, username, password, now=at)


def inside(engine, token, at=MOMENT):
    return read.visitor(engine, token, now=at) is not None


def entries(engine):
    with open_session(engine, OFFICE) as session:
        return session.scalars(select(LedgerEntry).order_by(LedgerEntry.id)).all()


def test_the_right_password_opens_the_desk_and_only_the_hash_of_its_token_is_kept(engine, open_account):
    account_id = open_account()
    token = enter(engine, username=" Wang ")
    visitor = read.visitor(engine, token, now=MOMENT)
    assert (visitor.account_id, visitor.role, visitor.lang, visitor.scope.label) == (account_id, "station_head", "zh", "wang")
    with open_session(engine, None) as session:
        assert session.scalars(select(SessionToken.token_hash)).all() == [read.token_hash(token)]
    assert token.encode() not in read.token_hash(token)


def test_an_unknown_name_and_a_wrong_password_get_the_same_answer(engine, open_account):
    open_account()
    assert enter(engine, "wrong-password") == enter(engine, username="nobody") == enter(engine, "") == enter(engine, username="")
    assert isinstance(enter(engine, username="nobody"), Refused)


def test_an_unknown_name_costs_the_same_work_as_a_known_one():
    with pytest.raises(VerifyMismatchError):  # a hash that can't be read would be refused at once
        identity._HASHER.verify(identity._NOBODYS_HASH, "wrong-password")
    assert not identity._HASHER.check_needs_rehash(identity._NOBODYS_HASH)


@pytest.mark.parametrize(("failures", "then_let_in"), [(FAILURES - 1, True), (FAILURES, False)])
def test_the_fifth_wrong_password_locks_and_the_fourth_does_not(engine, open_account, failures, then_let_in):
    open_account()
    for _ in range(failures):
        assert isinstance(enter(engine, "wrong-password"), Refused)
    assert isinstance(enter(engine), str) is then_let_in


def test_the_sixth_try_is_refused_even_with_the_right_password_and_says_no_more_than_before(engine, open_account):
    open_account()
    answers = [enter(engine, "wrong-password") for _ in range(FAILURES)]
    assert enter(engine) == answers[0]
    assert [entry.command for entry in entries(engine)] == ["account.create", "account.lock"]


@pytest.mark.parametrize(("after", "let_in"), [(LOCKED_FOR - MINUTE, False), (LOCKED_FOR, True), (LOCKED_FOR + MINUTE, True)])
def test_a_lock_ends_after_its_quarter_of_an_hour(engine, open_account, after, let_in):
    open_account()
    for _ in range(FAILURES):
        enter(engine, "wrong-password")
    assert isinstance(enter(engine, at=MOMENT + after), str) is let_in


def test_a_right_password_forgets_the_failures_before_it(engine, open_account):
    open_account()
    for _ in range(FAILURES - 1):
        enter(engine, "wrong-password")
    enter(engine)
    enter(engine, "wrong-password")
    assert isinstance(enter(engine), str)


@pytest.mark.parametrize(("after", "let_in"), [(IDLE - MINUTE, True), (IDLE, False), (IDLE + MINUTE, False)])
def test_a_log_in_nobody_uses_ends_after_72_hours(engine, open_account, after, let_in):
    open_account()
    assert inside(engine, enter(engine), MOMENT + after) is let_in


def test_use_keeps_a_log_in_alive_until_its_last_day_and_no_longer(engine, open_account):
    open_account()
    token, moment = enter(engine), MOMENT
    while visitor := read.visitor(engine, token, now=moment):
        identity.renew(engine, token, visitor.idle_until, now=moment)
        moment += timedelta(hours=6)
    assert LASTS <= moment - MOMENT <= LASTS + SPREAD + timedelta(hours=6)


@pytest.mark.parametrize(("before_end", "let_in"), [(MINUTE, True), (timedelta(0), False), (-MINUTE, False)])
def test_the_last_day_ends_to_the_minute(engine, open_account, before_end, let_in):
    open_account()
    token = enter(engine)
    with open_session(engine, None) as session:
        ends = session.scalar(select(SessionToken.expires_at))
    identity.renew(engine, token, MOMENT, now=ends - 2 * MINUTE)
    assert inside(engine, token, ends - before_end) is let_in


def test_not_everybody_is_thrown_out_in_the_same_minute(engine, open_account):
    open_account()
    for _ in range(6):
        enter(engine)
    with open_session(engine, None) as session:
        ends = set(session.scalars(select(SessionToken.expires_at)))
    assert len(ends) > 1 and all(LASTS <= end - MOMENT < LASTS + SPREAD for end in ends)


def test_clicking_does_not_write_at_each_click(engine, open_account):
    open_account()
    token = enter(engine)
    seen = read.visitor(engine, token, now=MOMENT).idle_until
    identity.renew(engine, token, seen, now=MOMENT + timedelta(minutes=9))
    assert read.visitor(engine, token, now=MOMENT).idle_until == seen
    identity.renew(engine, token, seen, now=MOMENT + timedelta(minutes=11))
    assert read.visitor(engine, token, now=MOMENT).idle_until == seen + timedelta(minutes=11)


def test_logging_out_ends_this_log_in_and_not_the_other_phone(engine, open_account):
    open_account()
    here, there = enter(engine), enter(engine)
    identity.log_out(engine, here, now=MOMENT)
    assert (inside(engine, here), inside(engine, there)) == (False, True)


def _disable(account):
    return identity.disable_account, {}


def _password(account):
    return identity.reset_password, {"password_hash": HASHED}


def _role(account):
    return identity.change_account, {"role": Role.STREET_OFFICER, "communities": [], "display_name": "王测试", "version": account.version}


def _reach(account):
    return identity.change_account, {"role": account.role, "communities": [account.id], "display_name": "王测试", "version": account.version}


@pytest.mark.parametrize("change", [_disable, _password, _role, _reach])
def test_a_change_of_the_account_ends_its_log_ins_at_once_with_one_entry(engine, open_account, change):
    account_id = open_account()
    other = open_account("li")
    token, others = enter(engine), enter(engine, username="li")
    with open_session(engine, None) as session:
        command, details = change(session.get(Account, account_id))
    assert carry_out(engine, OFFICE, command, account_id=account_id, now=MOMENT, **details) is None
    assert (inside(engine, token), inside(engine, others)) == (False, True)
    assert [(entry.subject_id, entry.command) for entry in entries(engine)][2:] == [(account_id, entries(engine)[-1].command)]
    assert other != account_id


def test_a_disabled_account_can_not_log_in_until_it_is_enabled(engine, open_account):
    account_id = open_account()
    before = enter(engine)
    carry_out(engine, OFFICE, identity.disable_account, account_id=account_id, now=MOMENT)
    assert isinstance(enter(engine), Refused)
    carry_out(engine, OFFICE, identity.enable_account, account_id=account_id, now=MOMENT)
    assert isinstance(enter(engine), str)
    assert not inside(engine, before), "a log-in from before does not come back"


def test_the_last_administrator_can_not_be_disabled_or_made_something_else(engine, open_account):
    first = open_account("first", Role.ADMINISTRATOR)
    refused = Refused("accounts.last_administrator")
    assert carry_out(engine, OFFICE, identity.disable_account, account_id=first, now=MOMENT) == refused
    demote = {"role": Role.STATION_HEAD, "communities": [], "display_name": "王测试", "version": 1}
    assert carry_out(engine, OFFICE, identity.change_account, account_id=first, now=MOMENT, **demote) == refused
    open_account("second", Role.ADMINISTRATOR)
    assert carry_out(engine, OFFICE, identity.change_account, account_id=first, now=MOMENT, **demote) is None


@pytest.mark.parametrize("role", [role for role in Role if role != Role.ADMINISTRATOR])
def test_only_an_administrator_opens_accounts(engine, open_account, role):
    nobody = Scope(None, role, frozenset())
    assert open_account("zhao", scope=nobody) == Refused("common.not_allowed")
    with ScopedSession(engine, nobody) as session, pytest.raises(PermissionError):
        read.accounts(session)


def test_everybody_may_change_their_own_password_and_nobody_elses(engine, open_account):
    own, other = open_account("wang"), open_account("li")
    scope = Scope(own, Role.STATION_HEAD, frozenset())
    assert carry_out(engine, scope, identity.reset_password, account_id=own, password_hash=HASHED, now=MOMENT) is None
    assert carry_out(engine, scope, identity.reset_password, account_id=other, password_hash=HASHED, now=MOMENT) == Refused("common.not_allowed")


def test_a_new_password_of_ones_own_needs_the_present_one_and_ends_every_log_in(engine, open_account):
    account_id = open_account()
    token, scope = enter(engine), Scope(account_id, Role.STATION_HEAD, frozenset())
    assert identity.change_own_password(engine, scope, "wrong-password", "another-password", now=MOMENT) == Refused("login.password_wrong")
    assert identity.change_own_password(engine, scope, PASSWORD, "short", now=MOMENT) == Refused("accounts.password_short", values={"n": 10})
    assert inside(engine, token)
    assert identity.change_own_password(engine, scope, PASSWORD, "another-password", now=MOMENT) is None
    assert not inside(engine, token)
    assert isinstance(enter(engine), Refused) and isinstance(enter(engine, "another-password"), str)


@pytest.mark.parametrize("known", [identity.DEMO_PASSWORD, " Wangge-2026 "])
def test_nobody_may_choose_the_password_that_stands_in_the_readme(engine, open_account, known):
    scope = Scope(open_account(), Role.STATION_HEAD, frozenset())
    assert identity.hash_password(known) == Refused("accounts.password_of_demo")
    assert identity.change_own_password(engine, scope, PASSWORD, known, now=MOMENT) == Refused("accounts.password_of_demo")


def test_whoever_tries_passwords_at_somebodys_open_desk_is_out_after_the_fifth(engine, open_account):
    account_id = open_account()
    token, scope = enter(engine), Scope(account_id, Role.STATION_HEAD, frozenset())
    for wrong in range(1, FAILURES + 1):
        assert inside(engine, token), f"still in before wrong password {wrong}"
        identity.change_own_password(engine, scope, "wrong-password", "another-password", now=MOMENT)
    assert not inside(engine, token)
    assert isinstance(enter(engine), Refused), "locked"


@pytest.mark.parametrize(("length", "good"), [(9, False), (10, True)])
def test_a_password_has_ten_characters_or_more(length, good):
    assert isinstance(identity.hash_password("x" * length), str) is good


@pytest.mark.parametrize("details", [{"username": "w"}, {"username": "wang li"}, {"username": "王"}, {"display_name": " "}, {"role": "king"}])
def test_an_account_needs_a_usable_name_and_a_known_role(open_account, details):
    assert isinstance(open_account(**details), Refused)


def test_two_accounts_can_not_share_a_name(open_account):
    open_account("wang")
    assert open_account("WANG") == Refused("accounts.username_taken", values={"username": "wang"})


def test_the_second_of_two_editors_of_an_account_is_told(engine, open_account):
    account_id = open_account()
    edit = {"role": Role.STATION_HEAD, "communities": [], "version": 1, "now": MOMENT}
    assert carry_out(engine, OFFICE, identity.change_account, account_id=account_id, display_name="甲", **edit) is None
    assert carry_out(engine, OFFICE, identity.change_account, account_id=account_id, display_name="乙", **edit) == Refused("common.changed_meanwhile")


def test_the_ledger_holds_no_name_and_no_password_of_an_account(engine, open_account):
    open_account("wang")
    assert [json.loads(entry.facts) for entry in entries(engine)] == [{"role": "station_head"}]


def test_a_grid_worker_reaches_the_grids_given_and_a_station_head_the_whole_community(engine, open_account, two_communities):
    ours = two_communities["ours"]
    with open_session(engine, Scope.system([ours])) as session:
        first, second = session.scalars(select(Grid.id).order_by(Grid.code))
    open_account("worker", Role.GRID_WORKER, [ours], [(ours, first)])
    open_account("head", Role.STATION_HEAD, [ours])
    open_account("bare", Role.GRID_WORKER, [ours])
    assert read.scope_of(engine, "worker").grids == {first}
    assert read.scope_of(engine, "head").grids is None
    assert read.scope_of(engine, "bare").communities == frozenset(), "no grid, nothing to see"
    with open_session(engine, read.scope_of(engine, "worker")) as session:
        assert session.scalars(select(Grid.id)).all() == [first] != [second]


def test_an_administrator_without_a_list_reaches_every_community(engine, open_account, two_communities):
    open_account("boss", Role.ADMINISTRATOR)
    assert read.scope_of(engine, "boss").communities == frozenset(two_communities.values())


def test_an_administrator_of_one_community_manages_no_account_that_reaches_further(engine, open_account, two_communities):
    ours, theirs = two_communities.values()
    local = read.scope_of(engine, open_account("local", Role.ADMINISTRATOR, [ours]) and "local")
    beyond = Refused("accounts.beyond_reach")
    assert open_account("boss2", Role.ADMINISTRATOR, scope=local) == beyond, "one without a list reaches all"
    assert open_account("head2", communities=[theirs], scope=local) == beyond
    boss, head = open_account("boss", Role.ADMINISTRATOR), open_account("head", communities=[ours], scope=local)
    for command, details in ((identity.disable_account, {}), (identity.enable_account, {}), (identity.reset_password, {"password_hash": HASHED})):
        assert carry_out(engine, local, command, account_id=boss, now=MOMENT, **details) == beyond
        assert carry_out(engine, local, command, account_id=head, now=MOMENT, **details) is None
    change = {"role": Role.STATION_HEAD, "display_name": "王测试", "version": 1, "now": MOMENT}
    assert carry_out(engine, local, identity.change_account, account_id=boss, communities=[ours], **change) == beyond
    assert carry_out(engine, read.scope_of(engine, "boss"), identity.disable_account, account_id=local.actor_id, now=MOMENT) is None


def test_the_offices_own_identity_opens_the_account_of_that_name_and_stays_bound_to_it(engine, open_account):
    account_id = open_account("wang", password_hash=None)
    token = identity.log_in_by_subject(engine, "https://id.example sub-1", "wang", now=MOMENT)
    assert read.visitor(engine, token, now=MOMENT).account_id == account_id
    assert isinstance(identity.log_in_by_subject(engine, "https://id.example sub-1", "renamed", now=MOMENT), str)
    assert identity.log_in_by_subject(engine, "https://id.example sub-2", "wang", now=MOMENT) == Refused("login.no_account")
    assert identity.log_in_by_subject(engine, "https://id.example sub-3", None, now=MOMENT) == Refused("login.no_account")


def test_the_offices_own_identity_does_not_take_over_an_account_with_a_password_by_its_name(engine, open_account):
    open_account("wang")
    assert identity.log_in_by_subject(engine, "https://id.example sub-1", "wang", now=MOMENT) == Refused("login.no_account")
    with open_session(engine, None) as session:
        assert session.scalars(select(Account.oidc_subject)).all() == [None]


def test_the_offices_own_identity_does_not_open_a_disabled_account(engine, open_account):
    account_id = open_account("wang", password_hash=None)
    carry_out(engine, OFFICE, identity.disable_account, account_id=account_id, now=MOMENT)
    assert identity.log_in_by_subject(engine, "https://id.example sub-1", "wang", now=MOMENT) == Refused("login.no_account")


def test_the_language_chosen_is_kept_for_the_next_log_in(engine, open_account):
    account_id = open_account()
    carry_out(engine, OFFICE, identity.choose_language, account_id=account_id, lang="en", now=MOMENT)
    assert read.visitor(engine, enter(engine), now=MOMENT).lang == "en"
