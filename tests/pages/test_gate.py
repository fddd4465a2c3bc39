"""Without a live session: no page, no websocket, no file. Asked by HTTP for everything the app answers to."""

import re

import httpx
import pytest

from core.roles import DESKS
from core.words import t
from pages.routes import every_route
from pages.routes.attempts import Attempts
from pages.routes.gate import OPEN
from tests.pages.office import PASSWORD

METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS")
STREAMLITS = (
    "/_stcore/health", "/_stcore/host-config", "/_stcore/metrics", "/_stcore/script-health-check", "/_stcore/stream", "/_stcore/upload_file/a/b",
    "/_stcore/agent/interact", "/_stcore/agent/mcp", "/_stcore/agent/openapi.json", "/_stcore/bidi-components/a/b.js", "/_stcore/nothing",
    "/media/0123456789abcdef.png", "/component/streamlit_folium.st_folium/index.html", "/app/static/leaflet/leaflet.js", "/auth/login", "/auth/logout",
    "/oauth2callback", "/index.html", "/favicon.png", "/manifest.json", "/static/js/index.js", "/static/css/index.css",
)  # fmt: skip
TRICKS = (
    "//login", "/login/", "/login/x", "/login/../roster", "/login/%2e%2e/roster", "/Login", "/login;x", "/login%00", "/healthz/", "/login/desk.css/../../_stcore/health",
    "/login/oidc/callback/x", "/%2flogin", "/board/", "/board/x", "/board/../roster", "/board;x", "//board", "/Board", "/board/%2e%2e/ledger", "/roster?x=/login", "/roster#/login",
)  # fmt: skip


def ours() -> list[str]:
    """The paths of our own routes, their parameters filled with something."""
    return [re.sub(r"\{[^}]*\}", "00000000-0000-0000-0000-000000000000", route.path) for route in every_route()]


CLOSED = sorted({*ours(), *(f"/{one}" for one in DESKS), *STREAMLITS} - OPEN)


@pytest.fixture(scope="module")
def stranger(office_server):
    """Somebody with no cookie."""
    with httpx.Client(base_url=office_server.address, follow_redirects=False) as client:
        yield client


@pytest.fixture
def worker(office_server):
    """The grid worker, logged in."""
    cookies = office_server.sign_in("worker", PASSWORD)
    with httpx.Client(base_url=office_server.address, follow_redirects=False, cookies=cookies) as client:
        yield client


def turned_away(answer: httpx.Response) -> bool:
    return answer.status_code == 401 or (answer.status_code == 303 and answer.headers["location"].split("?")[0] == "/login")


def test_what_is_open_is_the_door_the_health_check_and_the_notice_board_and_nothing_else():
    assert sorted(OPEN) == ["/board", "/healthz", "/login", "/login/desk.css", "/login/language", "/login/oidc", "/login/oidc/callback"]


@pytest.mark.parametrize("path", CLOSED)
def test_a_stranger_is_turned_away_from(stranger, path):
    answers = {method: stranger.request(method, path) for method in METHODS}
    assert {method: answer.status_code for method, answer in answers.items() if not turned_away(answer)} == {}
    assert all(len(answer.content) < 10 for answer in answers.values())


@pytest.mark.parametrize("path", TRICKS)
def test_no_spelling_of_an_open_path_opens_another(stranger, path):
    assert turned_away(stranger.get(path))


@pytest.mark.parametrize("cookie", ["", "x", "0" * 43, "' OR 1=1 --", "é"])
def test_a_made_up_cookie_is_no_cookie(stranger, cookie):
    assert turned_away(stranger.get("/roster", headers={"Cookie": f"desk_session={cookie}".encode()}))


@pytest.mark.parametrize("path", sorted(OPEN - {"/board", "/login/oidc", "/login/oidc/callback"}))
def test_the_door_answers_everybody(stranger, path):
    assert stranger.get(path).status_code in (200, 303)


def test_who_asked_for_a_page_is_taken_to_the_door_and_then_to_that_page(office_server, stranger):
    answer = stranger.get("/rulebook", headers={"Accept": "text/html"})
    assert answer.headers["location"] == "/login?next=/rulebook"
    assert 'name="next" value="/rulebook"' in stranger.get(answer.headers["location"]).text
    with httpx.Client(base_url=office_server.address) as client:
        entered = client.post("/login", data={"account": "head", "password": PASSWORD, "next": "/rulebook"})
    assert entered.headers["location"] == "/rulebook"


@pytest.mark.parametrize("onward", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "/login", "/roster/../x", ""])
def test_nobody_is_sent_on_to_a_place_that_is_no_desk(office_server, stranger, onward):
    assert onward == "" or f'value="{onward}"' not in stranger.get("/login", params={"next": onward}).text
    with httpx.Client(base_url=office_server.address) as client:
        assert client.post("/login", data={"account": "head", "password": PASSWORD, "next": onward}).headers["location"] == "/"


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(office_server):
    with httpx.Client(base_url=office_server.address) as client:
        cookie = client.post("/login", data={"account": "head", "password": PASSWORD}).headers["set-cookie"]
    assert "HttpOnly" in cookie and "SameSite=lax" in cookie and "Path=/" in cookie and "Secure" not in cookie


def test_a_refresh_keeps_the_log_in_and_the_page_speaks_its_language(worker):
    for _ in range(2):
        page = worker.get("/rulebook")
        assert page.status_code == 200 and '<html lang="zh-CN">' in page.text
    for word in ("<title>Streamlit", "You need to enable JavaScript", "_stcore/agent"):
        assert word not in page.text


def test_who_is_logged_in_goes_from_the_door_straight_to_a_desk_of_theirs(worker):
    assert worker.get("/login").headers["location"] == "/"
    assert worker.get("/", headers={"Accept": "text/html"}).status_code in (200, 303)


CROSS_SITE = [{"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}]


@pytest.mark.parametrize("headers", CROSS_SITE)
def test_another_site_can_log_nobody_in_and_nobody_out(office_server, worker, headers):
    with httpx.Client(base_url=office_server.address) as client:
        answer = client.post("/login", data={"account": "head", "password": PASSWORD}, headers=headers)
        assert answer.status_code == 403 and "desk_session" not in client.cookies
    assert worker.post("/logout", headers=headers).status_code == 403
    assert worker.get("/rulebook").status_code == 200


def test_logging_out_is_for_good_also_for_a_copy_of_the_cookie(office_server, worker):
    copy = dict(worker.cookies)
    assert worker.get("/logout").status_code == 200, "a link alone logs nobody out"
    assert worker.get("/rulebook").status_code == 200
    answer = worker.post("/logout", headers={"Origin": office_server.address, "Sec-Fetch-Site": "same-origin"})
    assert answer.headers["location"] == "/login?note=left"
    with httpx.Client(base_url=office_server.address, cookies=copy) as thief:
        assert turned_away(thief.get("/rulebook"))


def test_a_new_password_is_asked_for_twice_and_the_old_one_once(worker):
    assert PASSWORD not in worker.get("/password").text
    wrong = {"old": PASSWORD, "new": "another-password", "again": "another-passwort"}
    assert t("login.password_differs", "zh") in worker.post("/password", data=wrong).text
    assert t("login.password_wrong", "zh") in worker.post("/password", data={"old": "x", "new": "another-password", "again": "another-password"}).text
    assert worker.post("/password", data=wrong, headers={"Origin": "https://evil.example"}).status_code == 403
    assert worker.get("/rulebook").status_code == 200


def test_what_was_typed_is_shown_as_text_and_never_as_html(stranger):
    page = stranger.post("/login", data={"account": '"><script>alert(1)</script>', "password": "x"}).text
    assert "<script>" not in page and "&lt;script&gt;" in page


@pytest.mark.parametrize("path", ["/login", "/healthz", "/rulebook", "/_stcore/health"])
def test_every_answer_says_who_may_frame_and_feed_it(stranger, path):
    headers = stranger.get(path).headers
    assert headers["x-content-type-options"] == "nosniff" and headers["x-frame-options"] == "SAMEORIGIN"
    for rule in ("default-src 'self'", "frame-ancestors 'self'", "form-action 'self'", "object-src 'none'", "script-src 'self' 'unsafe-eval'"):
        assert rule in headers["content-security-policy"]


def test_the_door_speaks_two_languages_and_asks_no_other_host(office_server):
    with httpx.Client(base_url=office_server.address, follow_redirects=True) as client:
        chinese, english = client.get("/login").text, client.get("/login/language?to=en").text
    assert '<html lang="zh-CN">' in chinese and "登录" in chinese
    assert '<html lang="en">' in english and "Log in" in english
    assert set(re.findall(r"[\u4e00-\u9fff]+", english)) == {"中文"}
    assert "http" not in re.sub(r"http://www.w3.org/\S+", "", chinese)


@pytest.mark.parametrize(("failures", "stopped"), [(2, False), (3, True)])
def test_an_address_that_keeps_failing_is_stopped_until_the_window_has_passed(failures, stopped):
    seconds = [0.0]
    attempts = Attempts(limit=3, window=60.0, clock=lambda: seconds[0])
    for _ in range(failures):
        attempts.note_failure("10.0.0.9")
    assert attempts.too_many("10.0.0.9") is stopped
    assert not attempts.too_many("10.0.0.10")
    seconds[0] = 59.9
    assert attempts.too_many("10.0.0.9") is stopped
    seconds[0] = 60.0
    assert not attempts.too_many("10.0.0.9")
