"""What a file really is, by its content; how large it may be; who opens it."""

import zipfile
from datetime import date
from io import BytesIO

import pytest

from core.files import AT_ONCE, BY_PURPOSE, CLOSED, KINDS, MEGABYTE, OPEN, Upload, check, clean_name, how_open, largest, may_strike
from core.refusals import Refused
from core.roles import Role
from core.rulebook import load_rulebook
from core.words import LANGS

DAY = date(2026, 11, 18)
JPEG = b"\xff\xd8\xff\xe0" + b"\0" * 20


def packed(*names: str) -> bytes:
    """An archive that lists these."""
    kept = BytesIO()
    with zipfile.ZipFile(kept, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return kept.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("现场.jpg", JPEG, "jpeg"), ("现场.html", JPEG, "jpeg"), ("a.jpg", b"\x89PNG\r\n\x1a\n..", "png"), ("a", b"RIFF\0\0\0\0WEBPVP8 ", "webp"),
        ("a.jpg", b"%PDF-1.7", "pdf"), ("a.zip", packed("[Content_Types].xml", "word/document.xml"), "docx"), ("a.docx", packed("xl/workbook.xml"), "xlsx"),
    ],
)  # fmt: skip
def test_a_file_is_what_its_content_says_whatever_its_name_says(name, content, kind):
    assert check(Upload(name, content), DAY) == kind


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"), (b"<html><script>", "kind_unknown"), (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "kind_unknown"), (b"MZ\x90", "kind_unknown"), (b"PK\x03\x04rest", "kind_unknown"),
        (packed("a.txt"), "kind_unknown"), (b"GIF89a", "kind_unknown"), (b"\0\0\0\x18ftypheic", "heic"), (b"\xd0\xcf\x11\xe0\xa1\xb1", "old_office"),
        (packed("word/document.xml", "word/vbaProject.bin"), "macros"), (b" %PDF-1.7", "kind_unknown"),
    ],
)  # fmt: skip
def test_what_is_not_taken_is_refused_with_what_it_is_and_what_to_do(content, reason):
    refused = check(Upload("王奶奶.jpg", content), DAY)
    assert isinstance(refused, Refused) and (refused.reason, refused.clause_id) == (f"files.{reason}", "file.limit")
    assert all("王奶奶.jpg" in refused.text(lang) for lang in LANGS)


@pytest.mark.parametrize(("more", "taken"), [(-1, True), (0, True), (1, False)])
def test_a_file_of_ten_megabytes_is_taken_and_one_byte_more_is_not(more, taken):
    assert largest(DAY) == 10 * MEGABYTE and all("10 MB" in load_rulebook()["file.limit"].figure[lang] for lang in LANGS)
    said = check(Upload("a.jpg", JPEG + bytes(10 * MEGABYTE - len(JPEG) + more)), DAY)
    assert (said == "jpeg") is taken


@pytest.mark.parametrize(
    ("name", "said"),
    [("../../etc/现场.html", "现场.jpg"), ("C:\\照片\\1.JPG", "1.jpg"), ("\u202egpj.exe", "gpj.jpg"), ("a\r\nSet-Cookie: x.png", "aSet-Cookie x.jpg"), ("...", "jpeg.jpg"), ("长" * 300, "长" * 80 + ".jpg")],
)
def test_a_name_keeps_no_folder_and_no_hidden_sign_and_ends_as_its_kind(name, said):
    assert clean_name(name, "jpeg") == said


@pytest.mark.parametrize(
    ("role", "subject", "way"),
    [
        (Role.GRID_WORKER, "act", OPEN), (Role.STATION_HEAD, "act", OPEN), (Role.PROPERTY_COMPANY, "act", BY_PURPOSE), (Role.COMMITTEE_MEMBER, "act", CLOSED),
        (Role.STREET_OFFICER, "act", CLOSED), (Role.STREET_OFFICER, "suspension", BY_PURPOSE), (Role.COMMITTEE_MEMBER, "suspension", CLOSED),
        (Role.GRID_WORKER, "contact", BY_PURPOSE), (Role.STATION_HEAD, "contact", BY_PURPOSE), (Role.COMMITTEE_MEMBER, "contact", CLOSED), (Role.ADMINISTRATOR, "act", CLOSED),
    ],
)  # fmt: skip
def test_who_sees_names_masked_opens_no_photo_without_a_purpose_and_nobody_one_from_a_home(role, subject, way):
    assert how_open(role, subject) == way
    assert how_open(role, subject, own=True) == OPEN
    assert how_open(role, subject, own=True, struck=True) in (BY_PURPOSE, CLOSED)


def test_a_link_is_struck_out_once_by_who_made_it_or_the_station_head_with_a_reason():
    assert may_strike(Role.GRID_WORKER, own=True, struck=False, reason="传错了") is None
    assert may_strike(Role.STATION_HEAD, own=False, struck=False, reason="传错了") is None
    refusals = ((Role.GRID_WORKER, False, False, "传错了"), (Role.GRID_WORKER, True, True, "传错了"), (Role.GRID_WORKER, True, False, " "))
    said = [may_strike(role, own=own, struck=struck, reason=reason).reason for role, own, struck, reason in refusals]
    assert said == ["files.strike_by_whom", "files.struck_already", "files.say_why"]
    assert set(KINDS) == {"jpeg", "png", "webp", "pdf", "docx", "xlsx"} and AT_ONCE == 5
