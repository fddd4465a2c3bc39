"""Today's round as a document behind the gate."""

import httpx
import pytest

from tests.pages.office import PASSWORD


@pytest.fixture
def get(office_server):
    def ask(path: str, user: str | None = None) -> httpx.Response:
        cookies = office_server.sign_in(user, PASSWORD) if user else None
        with httpx.Client(base_url=office_server.address, cookies=cookies) as client:
            return client.get(path)

    return ask


def test_the_round_needs_a_log_in_and_a_role_with_the_roster(get):
    assert get("/desk/walk").status_code == 401
    assert get("/desk/walk", "street").status_code == 404
    assert get("/desk/walk?grid=x", "head").status_code == 404


def test_the_round_is_a_page_of_its_own_and_is_kept_by_nobody(get):
    answer = get("/desk/walk", "head")
    assert answer.status_code == 200 and answer.headers["cache-control"] == "no-store"
    assert "<h1>" in answer.text and "今日走访路线" in answer.text and "<script" not in answer.text
