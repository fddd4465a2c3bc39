"""Messages go out once, wait by night, are tried again when refused, and tell nobody about a resident. Real servers on the other side."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta

import pytest

from core.alerts import Message, is_quiet, settings
from core.refusals import Refused
from db.channels import Mail, Post, Robot, configured
from db.commands import work_orders as commands
from db.commands.alerts import mark_read, raise_all
from db.commands.alerts_delivery import LEASE, claim_next, deliver_all, hold, queue_up
from db.commands.filing import carry_out
from db.commands.identity import set_mail_address
from db.engine import open_session
from db.models.alerts import AlertDelivery, MailAddress
from db.models.ledger import LedgerEntry
from db.queries.alerts_delivery import undelivered, unqueued
from db.queries.identity import accounts
from db.scope import Scope
from tests.db.test_alerts import DAY, NOW, SECOND, Warned, at, late_clocks
from tests.post_office import Group, MailServer, open_for_business

MINUTE = timedelta(minutes=1)


@pytest.fixture
def office(kept, two_communities) -> Warned:
    return kept(Warned, two_communities["ours"])


@pytest.fixture
def group():
    with open_for_business(Group()) as one:
        yield one


@pytest.fixture
def mail():
    with open_for_business(MailServer()) as one:
        yield one


def robot(group: Group, name: str = "wecom") -> Post:
    return Post((Robot(name, group.url),), None)


def deliver(office, post: Post, now=NOW):
    done = deliver_all(office.engine, lambda: now, post)
    return done.sent, done.failed


def test_500_late_matters_are_one_message_to_the_group(office, group):
    late_clocks(office, 500)
    raise_all(office.engine, NOW)
    assert deliver(office, robot(group)) == (1, 0)
    assert deliver(office, robot(group)) == (0, 0)
    (_, body), = group.posts
    assert body["msgtype"] == "text" and "逾期500项" in body["text"]["content"]
    assert len(body["text"]["content"].encode()) <= 2048


@pytest.mark.parametrize(
    ("name", "answer", "error"),
    [
        ("wecom", {"errcode": 0, "errmsg": "ok"}, None),
        ("wecom", {"errcode": 93000, "errmsg": "invalid webhook url, hint: [secret-of-the-group]"}, "errcode 93000"),
        ("dingtalk", {"errcode": 310000, "errmsg": "keywords not in content"}, "errcode 310000"),
        ("feishu", {"code": 0, "msg": "success"}, None),
        ("feishu", {"code": 19001, "msg": "param invalid"}, "code 19001"),
        ("feishu", {"StatusCode": 0, "StatusMessage": "success"}, None),
        ("feishu", {"StatusCode": 1, "StatusMessage": "no"}, "StatusCode 1"),
        ("wecom", "<html>log in first</html>", "no JSON in the answer"),
        ("wecom", {"hello": 1}, "no code in the answer"),
        ("wecom", 502, "http 502"),
    ],
)
def test_a_refusal_in_the_answer_s_body_is_a_failure(group, name, answer, error):
    group.answer = answer
    assert Robot(name, group.url).send(Message("t", "x"), to=None, key="k", now=NOW) == error


def test_what_was_refused_is_tried_again_after_a_minute(office, group):
    group.answer = {"errcode": 93000, "errmsg": "invalid webhook url, hint: [secret-of-the-group]"}
    late_clocks(office, 1)
    raise_all(office.engine, NOW)
    assert deliver(office, robot(group)) == (0, 1)
    assert {(one.last_error, one.attempts, one.sent_at, one.next_try_at) for one in office.rows(AlertDelivery)} == {("errcode 93000", 1, None, NOW + MINUTE)}
    assert deliver(office, robot(group), NOW + MINUTE - SECOND) == (0, 0)
    group.answer = {"errcode": 0}
    assert deliver(office, robot(group), NOW + MINUTE) == (1, 0)
    assert len(group.posts) == 2 and all(one.closed_at == one.sent_at == NOW + MINUTE for one in office.rows(AlertDelivery))


def test_a_server_that_is_not_there_is_tried_16_times_and_then_given_up(office):
    nobody, now, tries = Post((Robot("wecom", "http://127.0.0.1:9/"),), None), NOW, 0
    late_clocks(office, 1)
    raise_all(office.engine, NOW)
    deliver(office, nobody, now)
    while rows := office.rows(AlertDelivery, AlertDelivery.closed_at.is_(None)):
        tries, now = tries + 1, max(one.next_try_at for one in rows)
        # By night nothing is tried.
        now = now if not is_quiet(now) else now + 10 * DAY / 24
        deliver(office, nobody, now)
    assert {(one.attempts, one.sent_at, one.last_error) for one in office.rows(AlertDelivery)} == {(settings().tries, None, "ConnectError")}
    assert tries == settings().tries - 1 and now < NOW + 6 * DAY


def test_what_is_new_joins_what_was_refused_in_one_message(office, group):
    group.answer = 500
    late_clocks(office, 2)
    raise_all(office.engine, NOW)
    deliver(office, robot(group))
    late_clocks(office, 3)
    raise_all(office.engine, NOW + SECOND)
    assert deliver(office, robot(group), NOW + SECOND) == (0, 0), "the server is left alone for a minute"
    group.answer = {"errcode": 0}
    assert deliver(office, robot(group), NOW + MINUTE) == (1, 0)
    assert "逾期5项" in group.posts[-1][1]["text"]["content"]


def test_by_night_only_what_is_urgent_goes_out_and_the_rest_in_the_morning(office, group):
    night, morning = at("2026-11-18T23:00"), at("2026-11-19T07:00")
    late_clocks(office, 1)
    office.take_in("emergency", now=night)
    raise_all(office.engine, night + 20 * MINUTE)
    assert office.inbox("b") >= 1, "the desk itself does not wait"
    assert deliver(office, robot(group), night + 20 * MINUTE) == (1, 0)
    assert "突发事件" in group.posts[0][1]["text"]["content"] and "巡查" not in group.posts[0][1]["text"]["content"]
    assert deliver(office, robot(group), morning - SECOND) == (0, 0)
    assert deliver(office, robot(group), morning) == (1, 0)
    assert "巡查" in group.posts[1][1]["text"]["content"]


def test_what_was_done_meanwhile_is_not_told_any_more(office, group):
    taken = office.take_in("demand")
    raise_all(office.engine, NOW + 21 * DAY / 24 + DAY / 24)
    office.act(taken.order_id, commands.accept)
    office.act(taken.order_id, commands.finish, now=NOW + 23 * DAY / 24, result="已答复", told=True)
    assert deliver(office, robot(group), NOW + DAY) == (0, 0) and group.posts == []
    assert all(one.closed_at and not one.sent_at for one in office.rows(AlertDelivery))


def test_a_channel_set_up_today_is_not_flooded_with_old_news(office, group):
    late_clocks(office, 1)
    raise_all(office.engine, NOW)
    assert deliver(office, robot(group), NOW + settings().send_within + SECOND) == (0, 0)


def address(office, name: str, to: str | None):
    return carry_out(office.engine, Scope.system({office.id}), set_mail_address, now=NOW, account_id=office.accounts[name], address=to)


def test_a_letter_goes_to_whom_it_concerns_in_their_language_and_says_nothing_about_residents(office, mail):
    address(office, "b", "b@example.org")
    late_clocks(office, 2)
    office.take_in("demand", matter="王大妈投诉", applicant="王大妈", contact="13812345678", place="01")
    raise_all(office.engine, NOW)
    assert deliver(office, Post((Mail(mail.url, "desk@example.org"),), "https://desk.example/alerts")) == (1, 0)
    (letter,) = mail.letters
    assert (letter["To"], letter["From"], letter["Subject"]) == ("b@example.org", "desk@example.org", "【ours】预警：逾期2项")
    text = letter.get_content()
    assert "https://desk.example/alerts" in text and "第01网格" in text
    assert not any(word in text for word in ("王大妈", "138", "投诉"))


def test_a_mail_server_s_no_is_a_failure_without_the_address(office, mail):
    address(office, "head", "head@example.org")
    mail.refuse = "550 no such user head@example.org"
    late_clocks(office, 1)
    raise_all(office.engine, NOW)
    assert deliver(office, Post((Mail(mail.url, "desk@example.org"),), None)) == (0, 1)
    assert [one.last_error for one in office.rows(AlertDelivery)] == ["smtp 550"]
    mail.refuse = None
    assert deliver(office, Post((Mail(mail.url, "desk@example.org"),), None), NOW + MINUTE) == (1, 0)


def test_a_password_is_never_sent_without_tls(mail):
    channel = Mail(mail.url.replace("smtp://", "smtp://desk:secret@"), "desk@example.org")
    assert channel.send(Message("t", "x"), to="a@example.org", key="k", now=NOW) == "no TLS, password not sent"


def test_what_somebody_has_read_on_the_desk_is_not_written_to_them(office, mail):
    address(office, "b", "b@example.org")
    late_clocks(office, 1)
    raise_all(office.engine, NOW)
    carry_out(office.engine, office.scope("b"), mark_read, now=NOW)
    assert deliver(office, Post((Mail(mail.url, "desk@example.org"),), None)) == (0, 0)


def test_an_address_is_sealed_stays_off_the_ledger_and_must_be_one(office):
    assert address(office, "b", "no address\nBcc: x@y.z") == Refused("accounts.address_bad")
    assert address(office, "b", "b@example.org") is None
    entries = office.rows(LedgerEntry, LedgerEntry.command == "account.mail_address")
    assert len(entries) == 1 and "example" not in entries[0].facts
    with office.engine.connect() as link:
        assert b"example" not in bytes(link.exec_driver_sql("SELECT address FROM mail_address").scalar())
    address(office, "b", None)
    assert office.rows(MailAddress) == []


def waiting(office, group):
    late_clocks(office, 3)
    raise_all(office.engine, NOW)
    with open_session(office.engine, Scope.system({office.id})) as session:
        rows = unqueued(session, NOW, office.id, robot(group).channels)
    carry_out(office.engine, Scope.system({office.id}), queue_up, now=NOW, rows=rows)
    return rows


def claim(office, now):
    return carry_out(office.engine, Scope.system({office.id}), claim_next, now=now, community_id=office.id, channels=("wecom",))


def test_whoever_died_while_sending_loses_the_claim_after_a_while_and_another_sends(office, group):
    waiting(office, group)
    dead = claim(office, NOW)
    assert dead and claim(office, NOW + LEASE - SECOND) is None
    assert deliver(office, robot(group), NOW + LEASE - SECOND) == (0, 0)
    assert deliver(office, robot(group), NOW + LEASE) == (1, 0)
    assert not carry_out(office.engine, Scope.system({office.id}), hold, now=NOW + LEASE, claim=dead), "and would notice, had it only slept"


class Crash(RuntimeError):
    pass


@dataclass(frozen=True)
class DiesAfterSending(Mail):
    """A mail server's client whose process ends before it can note that the letter was taken."""

    def send(self, message, **details):
        super().send(message, **details)
        raise Crash


def test_whoever_died_after_sending_is_repeated_with_the_same_message_id(office, mail):
    """At least once: twice rather than not at all, and a mail program can tell that it is the same letter."""
    address(office, "b", "b@example.org")
    late_clocks(office, 1)
    raise_all(office.engine, NOW)
    with pytest.raises(Crash):
        deliver(office, Post((DiesAfterSending(mail.url, "desk@example.org"),), None))
    assert deliver(office, Post((Mail(mail.url, "desk@example.org"),), None), NOW + LEASE) == (1, 0)
    assert len(mail.letters) == 2 and len({letter["Message-ID"] for letter in mail.letters}) == 1


def test_the_station_head_is_told_what_could_not_be_delivered(office, group):
    group.answer = {"errcode": 93000}
    late_clocks(office, 1)
    raise_all(office.engine, NOW)
    deliver(office, robot(group))
    with open_session(office.engine, office.scope("head")) as session:
        assert undelivered(session, NOW) == {"wecom": (2, "errcode 93000")}
    group.answer = {"errcode": 0}
    deliver(office, robot(group), NOW + MINUTE)
    with open_session(office.engine, office.scope("head")) as session:
        assert undelivered(session, NOW + MINUTE) == {}


def test_queueing_twice_is_queueing_once(office, group):
    rows = waiting(office, group)
    carry_out(office.engine, Scope.system({office.id}), queue_up, now=NOW, rows=rows)
    assert len(office.rows(AlertDelivery)) == len(rows) == 2


def test_four_deliverers_at_once_send_one_message(office, group):
    late_clocks(office, 10)
    raise_all(office.engine, NOW)
    with ThreadPoolExecutor(4) as four:
        done = list(four.map(lambda _: deliver(office, robot(group)), range(4)))
    assert sorted(done) == [(0, 0), (0, 0), (0, 0), (1, 0)] and len(group.posts) == 1


def test_three_processes_at_once_send_one_message(loaded, office, group):
    late_clocks(office, 10)
    raise_all(office.engine, NOW)
    said = loaded.at_once(3, office.engine.url, "deliver", DESK_NOW=NOW.isoformat(), DESK_WEBHOOK_WECOM=group.url)
    assert sorted(text for _, text in said) == ["0 messages sent, 0 refused\n"] * 2 + ["1 messages sent, 0 refused\n"] and len(group.posts) == 1


def test_signed_robots_send_a_stamp_and_a_signature(group):
    message = Message("t", "x")
    assert Robot("dingtalk", group.url, "SEC1").send(message, to=None, key="k", now=NOW) is None
    group.answer = {"code": 0, "msg": "success"}
    assert Robot("feishu", group.url, "SEC1").send(message, to=None, key="k", now=NOW) is None
    (path, _), (_, body) = group.posts
    assert f"timestamp={int(NOW.timestamp() * 1000)}" in path and "&sign=" in path
    assert body["timestamp"] == str(int(NOW.timestamp())) and body["sign"] and body["content"] == {"text": "t\nx"}


@pytest.mark.parametrize(
    ("settings_", "complaint"),
    [
        ({"DESK_SMTP_URL": "mail.example"}, "DESK_SMTP_URL"),
        ({"DESK_SMTP_URL": "smtp://u:hunter2@mail.example"}, "DESK_MAIL_FROM"),
        ({"DESK_SMTP_URL": "smtp://desk:hunter2/x@mail.example", "DESK_MAIL_FROM": "desk@example.org"}, "DESK_SMTP_URL"),
        ({"DESK_WEBHOOK_FEISHU": "hunter2"}, "DESK_WEBHOOK_FEISHU"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named_and_its_secret_is_not(settings_, complaint):
    with pytest.raises(ValueError, match=complaint) as caught:
        configured(settings_)
    assert "hunter2" not in str(caught.value)


def test_every_channel_is_configured_by_its_variable():
    found = configured(
        {"DESK_SMTP_URL": "smtps://mail.example", "DESK_MAIL_FROM": "desk@example.org", "DESK_WEBHOOK_WECOM": "https://a.example/1", "DESK_WEBHOOK_DINGTALK": "https://b.example/2",
         "DESK_WEBHOOK_FEISHU": "https://c.example/3", "DESK_PUBLIC_URL": "https://desk.example/"}
    )  # fmt: skip
    assert [one.name for one in found.channels] == ["email", "wecom", "dingtalk", "feishu"] and found.link == "https://desk.example/alerts"
    assert configured({}).channels == ()


def test_the_administrator_reads_the_address_and_changes_only_those_within_reach(office):
    address(office, "b", "b@example.org")
    with open_session(office.engine, Scope(None, "administrator", frozenset({office.id}))) as session:
        assert {one.username: one.mail_address for one in accounts(session)}["user-b"] == "b@example.org"
    for scope in (office.scope("head"), Scope(None, "administrator", frozenset())):
        refused = carry_out(office.engine, scope, set_mail_address, now=NOW, account_id=office.accounts["b"], address="x@example.org")
        assert refused.reason in ("common.not_allowed", "accounts.beyond_reach")
