"""A client that has no browser and keeps no rules: it skips the login, asks for pages by name and by hash, and stays on after its log-in is over."""

import httpx
import pytest
from streamlit.util import calc_hash
from websockets.exceptions import InvalidStatus

from core.roles import DESKS, Role, desks_of
from core.words import t
from db.commands import identity
from db.engine import make_engine
from tests import desk
from tests.conftest import NOW
from tests.pages.office import PASSWORD, SECRET, USERS, act, another
from tests.websocket import open_socket

ENDED = t("shell.ended", "zh")
OWN = "的显示名"
"""Part of every display name but the administrator's: shown in the shell of whoever is logged in."""


def said(answer, text: str) -> bool:
    """Whether the text went over the wire, in a message or inside a table."""
    return text.encode() in answer.wire


def refused(address, cookies=None, origin=None) -> bool:
    try:
        with open_socket(address, cookies or {}, origin):
            return False
    except InvalidStatus as answer:
        return answer.response.status_code == 403


def test_no_cookie_no_websocket(office_server):
    assert refused(office_server.address)


@pytest.mark.parametrize("token", ["x", "0" * 43, ""])
def test_a_made_up_cookie_opens_no_websocket(office_server, token):
    assert refused(office_server.address, cookies={"desk_session": token})


@pytest.mark.parametrize("origin", ["https://evil.example", "http://127.0.0.1:1", "null"])
def test_a_page_of_another_site_or_port_can_not_use_the_cookie_it_does_not_own(office_server, origin):
    """The browser sends the cookie to every port of a host, and Streamlit itself trusts the loopback."""
    cookies = office_server.sign_in("worker", PASSWORD)
    assert refused(office_server.address, cookies=cookies, origin=origin)
    assert not refused(office_server.address, cookies=cookies)


def test_the_administrator_gets_the_accounts_or_the_probe_proves_nothing(office_server):
    with open_socket(office_server.address, office_server.sign_in("admin", PASSWORD)) as probe:
        for sent in (probe.run("accounts"), probe.run(page_hash=calc_hash("accounts"))):
            assert all(said(sent, name) for name in (SECRET, "worker", "committee"))


def test_right_after_a_restart_nobody_gets_another_roles_page_by_name_or_by_hash(loaded, office_server, tmp_path):
    """Before any run has called st.navigation, Streamlit itself knows no pages and no roles. A second process over the database is what a restart is to it."""
    cookies = office_server.sign_in("worker", PASSWORD)
    with desk.serve(office_server.database, NOW, tmp_path / "second.log", by=loaded) as running:
        assert refused(running.address)
        with open_socket(running.address, cookies) as by_name, open_socket(running.address, cookies) as by_hash:
            for sent in (by_name.run("accounts"), by_hash.run(page_hash=calc_hash("accounts"))):
                assert not said(sent, SECRET) and not said(sent, "committee")
                assert said(sent, OWN), "the log-in itself outlives the restart"


@pytest.mark.parametrize("username", USERS)
def test_a_page_of_another_role_is_neither_in_the_menu_nor_run(office_server, username):
    with open_socket(office_server.address, office_server.sign_in(username, PASSWORD)) as probe:
        for name in sorted(set(DESKS) - set(desks_of(USERS[username]))):
            for sent in (probe.run(name), probe.run(page_hash=calc_hash(name))):
                menu = next(one.navigation for one in sent.messages if one.WhichOneof("type") == "navigation")
                assert menu.page_script_hash != calc_hash(name), f"{username} was shown {name}"
                assert {page.url_pathname for page in menu.app_pages} == {*desks_of(USERS[username]), ""}


def disable(account_id):
    return identity.disable_account, {"account_id": account_id}


def new_password(account_id):
    return identity.reset_password, {"account_id": account_id, "password_hash": identity.hash_password("another-password")}


def new_role(account_id):
    return identity.change_account, {"account_id": account_id, "role": Role.PROPERTY_COMPANY, "communities": [], "display_name": "甲", "version": 1}


@pytest.fixture
def engine(office_server):
    engine = make_engine(office_server.database)
    yield engine
    engine.dispose()


@pytest.mark.parametrize(("username", "change"), [("worker", disable), ("head", new_password), ("street", new_role)])
def test_the_next_rerun_after_a_change_of_the_account_is_refused(office_server, engine, username, change):
    username, account_id = another(engine, username, NOW)
    cookies = office_server.sign_in(username, PASSWORD)
    with open_socket(office_server.address, cookies) as probe:
        assert said(probe.run(), OWN)
        command, details = change(account_id)
        assert act(engine, command, NOW, **details) is None
        for sent in (probe.run(), probe.run("rulebook")):
            assert said(sent, ENDED) and not said(sent, OWN)
    assert refused(office_server.address, cookies=cookies)


def test_the_next_rerun_after_logging_out_elsewhere_is_refused(office_server):
    cookies = office_server.sign_in("committee", PASSWORD)
    with open_socket(office_server.address, cookies) as probe:
        assert said(probe.run(), OWN)
        assert httpx.post(f"{office_server.address}/logout", cookies=cookies).status_code == 303
        sent = probe.run()
        assert said(sent, ENDED) and not said(sent, OWN)
