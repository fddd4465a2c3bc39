"""Log-in by the office's own provider: a real one on the loopback, over real HTTP, exchanged for a session of ours."""

import shutil

import httpx
import pytest
from joserfc.jwk import RSAKey

from core.roles import Role
from core.words import t
from db.commands import identity
from db.engine import make_engine
from tests import desk
from tests.conftest import NOW
from tests.pages import provider as offices
from tests.pages.office import PASSWORD, act

NO_ACCOUNT, FAILED = "/login?note=no_account", "/login?note=oidc_failed"


@pytest.fixture(scope="module")
def office(loaded, office_template, tmp_path_factory):
    """The desk with a provider, the provider itself, and the database's engine."""
    path = tmp_path_factory.mktemp("oidc") / "desk.db"
    shutil.copy(office_template[0], path)
    with offices.provider() as provider:
        named = {"DESK_OIDC_ISSUER": provider.issuer, "DESK_OIDC_CLIENT_ID": offices.CLIENT, "DESK_OIDC_CLIENT_SECRET": offices.SECRET}
        with desk.serve(f"sqlite:///{path}", NOW, path.parent / "server.log", by=loaded, **named) as running:
            engine = make_engine(f"sqlite:///{path}")
            for username in ("oidc-1", "oidc-2", "oidc-5"):
                without_password(engine, username)
            yield running, provider, engine


def without_password(engine, username):
    """Open an account that logs in by the provider only; its id."""
    details = {"username": username, "display_name": username, "role": Role.STATION_HEAD, "password_hash": None}
    return act(engine, identity.create_account, NOW, communities=[], **details)


@pytest.fixture
def come_in(office):
    """Comes through the provider as `claims` say who; gives the desk's last answer, and the client with its cookies."""
    running, provider, _ = office
    clients = []

    def through(**claims):
        provider.claims = claims
        client = httpx.Client(base_url=running.address, follow_redirects=False)
        clients.append(client)
        to_provider = client.get("/login/oidc")
        back = client.get(to_provider.headers["location"])
        return client.get(back.headers["location"]), client

    yield through
    for client in clients:
        client.close()


def test_the_door_offers_the_offices_own_log_in_only_where_there_is_one(office, office_server):
    running, *_ = office
    assert t("login.oidc", "zh") in httpx.get(f"{running.address}/login").text
    assert t("login.oidc", "zh") not in httpx.get(f"{office_server.address}/login").text
    for path in ("/login/oidc", "/login/oidc/callback"):
        assert httpx.get(f"{office_server.address}{path}").status_code == 404


def test_who_the_provider_knows_gets_a_session_of_ours_that_logging_out_ends(come_in):
    answer, client = come_in(sub="s-1", preferred_username="oidc-1")
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert client.get("/rulebook").status_code == 200
    assert client.post("/logout").status_code == 303
    assert client.get("/rulebook").status_code == 303


def test_the_subject_counts_once_it_is_known_and_the_name_no_more(come_in):
    assert come_in(sub="s-2", preferred_username="oidc-2")[0].headers["location"] == "/"
    assert come_in(sub="s-2", preferred_username="somebody")[0].headers["location"] == "/"
    assert come_in(sub="s-3", preferred_username="oidc-2")[0].headers["location"] == NO_ACCOUNT


@pytest.mark.parametrize("claims", [{"sub": "s-9"}, {"sub": "s-9", "preferred_username": "nobody"}, {"sub": "s-9", "preferred_username": ""}])
def test_whom_we_do_not_know_is_told_so_and_gets_nothing(come_in, claims):
    answer, client = come_in(**claims)
    assert answer.headers["location"] == NO_ACCOUNT and "desk_session" not in client.cookies
    assert t("login.no_account", "zh") in client.get(NO_ACCOUNT).text


def test_who_calls_himself_like_an_account_with_a_password_does_not_get_it(come_in):
    assert come_in(sub="s-8", preferred_username="admin")[0].headers["location"] == NO_ACCOUNT


def test_a_disabled_account_stays_out_by_this_way_too_and_a_running_session_ends(office, come_in):
    engine = office[2]
    account_id = without_password(engine, "oidc-4")
    _, client = come_in(sub="s-4", preferred_username="oidc-4")
    assert client.get("/rulebook").status_code == 200
    assert act(engine, identity.disable_account, NOW, account_id=account_id) is None
    assert client.get("/rulebook").status_code == 303
    assert come_in(sub="s-4", preferred_username="oidc-4")[0].headers["location"] == NO_ACCOUNT


SPOILT = [{"aud": "another"}, {"iss": "http://evil.example"}, {"exp": 1}, {"nonce": "another"}, {"sub": ""}]


@pytest.mark.parametrize("spoil", SPOILT, ids=lambda one: next(iter(one)))
def test_an_id_token_not_meant_for_us_opens_nothing(office, come_in, spoil):
    provider = office[1]
    provider.spoil = spoil
    try:
        answer, client = come_in(sub="s-5", preferred_username="oidc-5")
    finally:
        provider.spoil = {}
    assert answer.headers["location"] == FAILED and "desk_session" not in client.cookies


def test_an_id_token_signed_by_somebody_else_opens_nothing(office, come_in):
    provider = office[1]
    provider.published, provider.key = provider.key, RSAKey.generate_key(2048, {"kid": "one"})
    try:
        answer, client = come_in(sub="s-6", preferred_username="oidc-5")
    finally:
        provider.key, provider.published = provider.published, None
    assert answer.headers["location"] == FAILED and "desk_session" not in client.cookies


@pytest.mark.parametrize("query", ["", "?code=x", "?code=x&state=y", "?error=access_denied&state=y"])
def test_an_answer_nobody_asked_for_opens_nothing(office, query):
    running, *_ = office
    with httpx.Client(base_url=running.address) as client:
        assert client.get(f"/login/oidc/callback{query}").headers["location"] == FAILED
        assert "desk_session" not in client.cookies


def test_an_answer_to_somebody_elses_question_opens_nothing(office):
    running, provider, _ = office
    provider.claims = {"sub": "s-7", "preferred_username": "oidc-5"}
    with httpx.Client(base_url=running.address) as asker, httpx.Client(base_url=running.address) as other:
        back = asker.get(asker.get("/login/oidc").headers["location"]).headers["location"]
        assert other.get(back).headers["location"] == FAILED


def test_a_provider_that_is_down_leaves_the_local_log_in_and_over_https_the_cookie_is_for_https_only(loaded, office_db, tmp_path):
    named = {"DESK_OIDC_ISSUER": f"http://127.0.0.1:{desk.free_port()}", "DESK_OIDC_CLIENT_ID": "desk", "DESK_SECURE_COOKIE": "1"}
    with desk.serve(office_db, NOW, tmp_path / "server.log", by=loaded, **named) as running, httpx.Client(base_url=running.address) as client:
        assert client.get("/login/oidc").headers["location"] == "/login?note=oidc_unreachable"
        assert "; Secure" in client.post("/login", data={"account": "head", "password": PASSWORD}).headers["set-cookie"]
