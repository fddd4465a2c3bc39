"""Photos and files: stored once by their content, sealed, linked to an act, opened within the scope, struck out and never erased."""

from datetime import timedelta
from functools import partial
from io import BytesIO

import pytest
from PIL import Image
from sqlalchemy import select, text

from core.files import AT_ONCE, MEGABYTE, OPEN, Upload
from core.refusals import Refused
from db.commands import files, suspensions
from db.commands import work_orders as commands
from db.commands.backup import back_up
from db.commands.filing import carry_out
from db.engine import make_engine, open_session
from db.models.files import Attachment, StoredFile
from db.models.ledger import LedgerEntry
from db.models.suspensions import Suspension
from db.models.work_orders import WorkOrderEvent
from db.queries.files import SHOWN_FOR, Altered, of_order, opened
from db.queries.proof import verify
from db.scope import Scope
from db.types import uuid7
from tests.db.test_extensions import SQLITE
from tests.db.test_work_orders import HOUR, NOW, Office

PDF = Upload("王奶奶低保证明.pdf", b"%PDF-1.7 one page")


def photo(seed: int = 1, *, size: tuple[int, int] = (64, 48), quality: int = 90) -> bytes:
    """A JPEG: blocks of light and dark by `seed`."""
    small = Image.new("L", (17, 16))
    small.putdata([(x * x * seed + y * 37 * (seed + x)) % 251 for y in range(16) for x in range(17)])
    kept = BytesIO()
    small.resize(size, Image.Resampling.NEAREST).convert("RGB").save(kept, "JPEG", quality=quality)
    return kept.getvalue()


@pytest.fixture
def office(engine, kept, two_communities):
    return kept(Office, two_communities["ours"])


@pytest.fixture
def order_id(office):
    return office.take_in("demand").order_id


def attach(office, order_id, *uploads, who="a", now=NOW, **more):
    return office.do(who, files.attach, now=now, order_id=order_id, uploads=uploads or (Upload("现场.jpg", photo()),), **more)


def look(office, query, *arguments, scope=None, who="a"):
    with open_session(office.engine, scope or office.scope(who)) as session:
        return query(session, *arguments)


def show(office, scope, order_id, *, now=NOW, purpose="contact"):
    return carry_out(office.engine, scope, files.reveal, now=now, community_id=office.id, order_id=order_id, purpose=purpose)


def test_the_same_content_is_stored_once_in_a_community_whatever_it_is_called(office, order_id):
    other = office.take_in("demand").order_id
    first, again = attach(office, order_id, Upload("一.jpg", photo()), PDF, Upload("二.jpg", photo())), attach(office, other, Upload("三.png", photo()))
    assert (len(first.ids), len(again.ids)) == (2, 1)
    assert sorted(one.kind for one in office.rows(StoredFile)) == ["jpeg", "pdf"]
    assert {one.name for one in office.rows(Attachment)} == {"一.jpg", PDF.name, "三.jpg"}
    for content, found in ((photo(), first.ids[0]), (photo(), again.ids[0]), (PDF.content, first.ids[1])):
        assert look(office, opened, NOW, office.id, found, who="head").content == content


@SQLITE
def test_content_name_and_preview_are_sealed_and_the_ledger_names_content_and_nobody(office, order_id):
    attach(office, order_id, PDF, Upload("张三.jpg", photo()))
    with office.engine.connect() as link:
        stored = b"".join(part or b"" for row in link.execute(text("SELECT content, preview, look FROM stored_file UNION ALL SELECT name, x'', x'' FROM attachment")) for part in row)
    assert b"%PDF" not in stored and b"JFIF" not in stored and "张三".encode() not in stored
    [entry] = office.rows(LedgerEntry, LedgerEntry.command == "work_order.attach")
    marks = [one.mark.hex() for one in office.rows(StoredFile)]
    assert all(mark in entry.facts for mark in marks) and "王奶奶" not in entry.facts and "张三" not in entry.facts


@SQLITE
def test_an_act_and_its_photos_are_one_transaction_and_one_ledger_entry(office, order_id):
    def done(uploads):
        act = partial(commands.record_step, community_id=office.id, order_id=order_id, version=office.order(order_id).version, act="feedback", note="已回复")
        return office.do("a", files.with_files, step=act, act="feedback", order_id=order_id, uploads=uploads)

    too_large = Upload("现场.jpg", photo() + bytes(10 * MEGABYTE))
    assert done([too_large]).reason == "files.too_large"
    assert not office.rows(WorkOrderEvent, WorkOrderEvent.act == "feedback"), "what is refused undoes the act, too"
    assert not isinstance(done([Upload("现场.jpg", photo())]), Refused)
    [event] = office.rows(WorkOrderEvent, WorkOrderEvent.act == "feedback")
    [link] = office.rows(Attachment)
    assert (link.subject_kind, link.subject_id, link.work_order_id) == ("act", event.id, order_id)
    [entry] = office.rows(LedgerEntry, LedgerEntry.command == "work_order.feedback")
    assert office.rows(StoredFile)[0].mark.hex() in entry.facts
    [line] = look(office, of_order, NOW, office.id, order_id)
    assert (line.act, line.picture, line.opens, line.name, line.own) == ("feedback", True, OPEN, "现场.jpg", False)


@SQLITE
def test_what_begins_as_a_photo_and_is_none_more_than_five_at_once_and_none_are_refused(office, order_id):
    broken = Upload("现场.jpg", photo()[:400])
    assert attach(office, order_id, broken).reason == "files.damaged"
    assert attach(office, order_id, *(Upload(f"{n}.pdf", PDF.content + bytes([n])) for n in range(AT_ONCE + 1))).reason == "files.too_many"
    assert office.do("a", files.attach, order_id=order_id, uploads=()).reason == "files.none_chosen"
    assert office.do("a", files.attach, order_id=uuid7(), uploads=(PDF,)).reason == "common.not_found"
    assert not office.rows(StoredFile)


@SQLITE
def test_the_property_company_opens_files_of_its_orders_only_and_others_than_its_own_for_a_purpose_and_a_minute(office, order_id):
    [ours] = attach(office, order_id).ids
    repair = office.take_in("repair").order_id
    [theirs] = attach(office, repair, PDF, who="head").ids
    scope, later = office.scope("property"), NOW + HOUR

    def see(link, now=later):
        return look(office, opened, now, office.id, link, scope=scope)

    assert (see(ours), see(theirs)) == (None, None)
    assert look(office, of_order, later, office.id, order_id, scope=scope) == []
    [line] = look(office, of_order, later, office.id, repair, scope=scope)
    assert (line.opens, line.name) == ("purpose", None)
    assert show(office, scope, order_id, now=later).reason == "common.not_found" and show(office, scope, repair, now=later, purpose="curiosity").reason == "care.no_purpose"
    assert show(office, scope, repair, now=later) is True
    assert see(theirs, later + timedelta(seconds=SHOWN_FOR - 1)).content == PDF.content
    assert see(theirs, later + timedelta(seconds=SHOWN_FOR)) is None and see(ours) is None
    [entry] = office.rows(LedgerEntry, LedgerEntry.command == "files.reveal")
    assert (entry.subject_id, entry.actor_id) == (repair, scope.actor_id)


@SQLITE
@pytest.mark.parametrize("role", ["committee_member", "street_officer", "administrator"])
def test_who_sees_no_names_sees_that_there_is_a_file_and_not_what_it_shows(office, order_id, role):
    [link] = attach(office, order_id).ids
    scope = Scope(uuid7(), role, frozenset({office.id}))
    assert look(office, opened, NOW, office.id, link, scope=scope) is None
    assert [one.opens for one in look(office, of_order, NOW, office.id, order_id, scope=scope)] == ["closed"]
    assert show(office, scope, order_id).reason == "common.not_allowed"


@SQLITE
def test_another_grid_and_another_community_open_nothing(office, order_id, two_communities):
    [link] = attach(office, order_id).ids
    elsewhere = Scope(uuid7(), "grid_worker", frozenset({office.id}), frozenset({office.grids["02"]}))
    abroad = Scope(uuid7(), "station_head", frozenset({two_communities["theirs"]}))
    assert [look(office, opened, NOW, office.id, link, scope=one) for one in (elsewhere, abroad)] == [None, None]


@SQLITE
def test_a_mistaken_link_is_struck_out_with_its_reason_stays_on_record_and_opens_for_a_purpose_only(office, order_id):
    [link] = attach(office, order_id).ids
    strike = partial(files.strike, attachment_id=link)
    assert office.do("b", strike, reason="不是我的").reason == "files.strike_by_whom"
    assert office.do("head", strike, reason="").reason == "files.say_why"
    assert office.do("head", strike, reason="传错了人") == link
    assert office.do("head", strike, reason="再来").reason == "files.struck_already"
    [line] = look(office, of_order, NOW, office.id, order_id, who="head")
    assert (line.opens, line.name, line.struck_at) == ("purpose", None, NOW)
    assert look(office, opened, NOW, office.id, link, who="head") is None
    assert len(office.rows(StoredFile)) == 1


@SQLITE
def test_a_content_exchanged_behind_the_desks_back_does_not_go_out_and_a_mark_exchanged_is_found_by_the_proof(office, order_id):
    [link], _ = attach(office, order_id).ids, attach(office, order_id, PDF)
    with office.engine.begin() as raw:
        raw.execute(text("UPDATE stored_file SET content = (SELECT content FROM stored_file WHERE kind = 'pdf') WHERE kind = 'jpeg'"))
    with pytest.raises(Altered):
        look(office, opened, NOW, office.id, link, who="head")
    assert look(office, verify, office.id, scope=Scope.system({office.id})).holds
    with office.engine.begin() as raw:
        raw.execute(text("UPDATE stored_file SET mark = zeroblob(32) WHERE kind = 'pdf'"))
    faults = look(office, verify, office.id, scope=Scope.system({office.id})).faults
    assert [(one.kind, one.table) for one in faults] == [("changed_row", "stored_file")]


@SQLITE
def test_a_backup_has_the_files_and_opens_them(office, order_id, tmp_path):
    [link] = attach(office, order_id).ids
    back_up(office.engine, tmp_path / "copy.db")
    copy = make_engine(f"sqlite:///{tmp_path}/copy.db")
    with open_session(copy, office.scope("a")) as session:
        assert opened(session, NOW, office.id, link).content == photo()
        assert session.scalar(select(StoredFile.size)) == len(photo())
    copy.dispose()


@SQLITE
def test_a_large_photo_has_a_small_copy_without_the_cameras_place(office, order_id):
    kept, exif = BytesIO(), Image.Exif()
    exif[0x010F] = "PHONE-AT-37.4,120.9"
    Image.open(BytesIO(photo(size=(1700, 1600)))).save(kept, "JPEG", exif=exif)
    [link] = attach(office, order_id, Upload("现场.jpg", kept.getvalue())).ids
    whole, small, large = (look(office, opened, NOW, office.id, link, size, who="head") for size in ("", "small", "large"))
    assert b"PHONE-AT" in whole.content and whole.whole
    for copy, side in ((small, 320), (large, 1600)):
        assert b"PHONE-AT" not in copy.content and not copy.whole and max(Image.open(BytesIO(copy.content)).size) == side


@SQLITE
def test_the_evidence_of_a_suspension_may_be_a_file_alone_and_is_opened_by_whoever_decides(office):
    order_id = office.take_in("complex").order_id
    office.act(order_id, commands.accept)
    why = {"reason": "authority", "detail": "等待民政局核实", "evidence": " ", "until": NOW + 24 * HOUR}
    assert office.do("a", suspensions.ask, order_id=order_id, **why).reason == "suspensions.say_evidence"
    assert office.do("a", suspensions.ask, order_id=order_id, uploads=[Upload("函.html", b"<html>")], **why).reason == "files.kind_unknown"
    assert office.do("a", suspensions.ask, order_id=order_id, uploads=[PDF], **why).stands == "waiting"
    [link], [entry] = office.rows(Attachment), office.rows(LedgerEntry, LedgerEntry.command == "work_order.ask_suspension")
    assert (link.subject_kind, link.subject_id) == ("suspension", office.rows(Suspension)[0].id) and '"kind": "pdf"' in entry.facts
    street = Scope(uuid7(), "street_officer", frozenset({office.id}))
    assert look(office, opened, NOW, office.id, link.id, scope=street) is None
    assert show(office, street, order_id) is True
    assert look(office, opened, NOW, office.id, link.id, scope=street).content == PDF.content
    assert look(office, opened, NOW, office.id, link.id, who="head").content == PDF.content
