"""The residents' guide of an item as a document behind the gate."""

import sqlite3

import httpx
from sqlalchemy.engine import make_url

from db.types import uuid7
from tests.pages.office import PASSWORD


def test_the_guide_names_limits_papers_steps_review_and_basis_and_says_that_it_is_a_sample(office_server):
    link = sqlite3.connect(make_url(office_server.database).database)
    [[community]] = link.execute("SELECT lower(hex(community_id)) FROM community").fetchall()
    link.close()
    community = f"{community[:8]}-{community[8:12]}-{community[12:16]}-{community[16:20]}-{community[20:]}"
    cookies = office_server.sign_in("property", PASSWORD)
    with httpx.Client(base_url=office_server.address) as client:
        assert client.get(f"/desk/guide?item=elder.senior_card&community={community}").status_code == 401
        client.cookies = cookies
        assert client.get(f"/desk/guide?item=elder.dance&community={community}").status_code == 404
        assert client.get(f"/desk/guide?item=elder.senior_card&community={uuid7()}").status_code == 404
        page = client.get(f"/desk/guide?item=relief.minimum_living&community={community}")
    assert page.status_code == 200 and page.headers["cache-control"] == "no-store"
    for said in ("最低生活保障申请", "示例", "办理时限", "5个工作日内", "所需材料", "户口簿", "办理步骤", "初审", "复审", "审批", "办理依据", "《城市居民最低生活保障条例》"):
        assert said in page.text
