"""Photos and files: which are taken, what one really is, who may open it, who may strike it out.

The documents say nothing of kinds and sizes: how large one may be is the clause `file.limit`, the product's own. A picture can't be masked as a
name can: whoever sees applicants' names masked opens none of an order without a purpose, and a picture from somebody's home nobody does.
"""

import re
import struct
import zipfile
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from pathlib import PurePath

from core.refusals import Refused
from core.roles import Role, masked, may
from core.rulebook import load_rulebook

CLAUSE = "file.limit"
MEGABYTE = 1024 * 1024
MOST_PIXELS = 50_000_000
"""What one picture may have (default, the product's own): unpacked it takes three bytes for each."""
AT_ONCE = 5
"""Files with one act (default, the product's own)."""
STATUSES = frozenset({"taken_in", "accepted", "awaiting_materials", "finished"})
"""Where an order takes files: until it is followed up or withdrawn."""
LONGEST_NAME, LONGEST_REASON = 80, 200


@dataclass(frozen=True)
class Kind:
    """What a file is by its content. `picture`: it has a preview."""

    media_type: str
    ending: str
    picture: bool = False


KINDS = {
    "jpeg": Kind("image/jpeg", ".jpg", picture=True),
    "png": Kind("image/png", ".png", picture=True),
    "webp": Kind("image/webp", ".webp", picture=True),
    "pdf": Kind("application/pdf", ".pdf"),
    "docx": Kind("application/vnd.openxmlformats-officedocument.wordprocessingml.document", ".docx"),
    "xlsx": Kind("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ".xlsx"),
}
"""What is taken. No HTML or SVG, which a browser would run; no HEIC, which no office computer shows."""
ENDINGS = ("jpg", "jpeg", "png", "webp", "pdf", "docx", "xlsx")
"""By which a browser offers them; what one is decides its content."""
SUBJECTS = ("act", "suspension", "contact")
"""What a file is linked to: an order's act, a request to suspend it (evidence), a contact with a resident. All but the last belong to an order."""
EVIDENCE = frozenset({"suspension"})
"""What whoever decides must be able to look at."""


@dataclass(frozen=True)
class Upload:
    """A file as it came from a browser: what it is called there, and its bytes."""

    name: str
    content: bytes


def largest(day: date) -> int:
    """Bytes a file may have on the local date `day`."""
    return int(load_rulebook()[CLAUSE].on(day).parts["size"].figure * MEGABYTE)


def check(upload: Upload, day: date) -> str | Refused:
    """The kind of KINDS the content is of, whatever its name says; or why it isn't taken, and what to do."""
    if not upload.content:
        return _refused("files.empty", upload)
    if len(upload.content) > largest(day):
        return _refused("files.too_large", upload, size=megabytes(len(upload.content)), most=megabytes(largest(day)))
    kind = kind_of(upload.content)
    return kind if kind in KINDS else _refused(_WHY.get(kind, "files.kind_unknown"), upload)


def kind_of(content: bytes) -> str | None:
    """What the bytes are: of KINDS, 'heic', 'old_office', 'macros', or None for anything else."""
    for kind, begins in _SIGNATURES.items():
        if content.startswith(begins):
            return kind
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "webp"
    if content[4:8] == b"ftyp" and content[8:12] in _HEIC:
        return "heic"
    return _packed(content) if content.startswith(b"PK\x03\x04") else None


_SIGNATURES = {"jpeg": b"\xff\xd8\xff", "png": b"\x89PNG\r\n\x1a\n", "pdf": b"%PDF-", "old_office": b"\xd0\xcf\x11\xe0"}
_HEIC = frozenset({b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1", b"avif"})
_WHY = {"heic": "files.heic", "old_office": "files.old_office", "macros": "files.macros"}


def _packed(content: bytes) -> str | None:
    """Word or Excel by what the archive lists; nothing is unpacked."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError, EOFError, struct.error):
        return None
    kind = "docx" if "word/document.xml" in names else "xlsx" if "xl/workbook.xml" in names else None
    return "macros" if kind and any(name.endswith("vbaProject.bin") for name in names) else kind


def damaged(upload: Upload) -> Refused:
    """Of a picture that begins as one and can't be drawn, or has more than MOST_PIXELS."""
    return _refused("files.damaged", upload, most=MOST_PIXELS // 1_000_000)


def clean_name(name: str, kind: str) -> str:
    """What the file is called from now on: no folders, no signs that hide or turn others, at most LONGEST_NAME, the ending of its kind."""
    stem = PurePath(re.sub(r"[\\/]", "/", name)).stem
    shown = "".join(sign for sign in stem if sign.isprintable() and sign not in '<>:"|?*').strip(" .")
    return (shown[:LONGEST_NAME] or kind) + KINDS[kind].ending


def megabytes(size: int) -> str:
    """3 145 728 → '3 MB'; what is small in kB."""
    return f"{size / MEGABYTE:.1f}".removesuffix(".0") + " MB" if size >= MEGABYTE // 10 else f"{max(1, round(size / 1024))} kB"


OPEN, BY_PURPOSE, CLOSED = "open", "purpose", "closed"


def how_open(role: str, subject_kind: str, *, own: bool = False, struck: bool = False) -> str:
    """How `role` opens a file of something it reaches: at once, for a purpose that stands on the ledger, or not at all. `own`: added it oneself.

    Names masked, files of an order only for a purpose; pictures of a contact show somebody at home, so they count with health notes."""
    field = "health" if subject_kind == "contact" else "name"
    if not struck and (own or field not in masked(role)):
        return OPEN
    decides = subject_kind in EVIDENCE and not struck and may(role, "order_grant")
    return BY_PURPOSE if may(role, "reveal") or decides else CLOSED


def may_strike(role: str, *, own: bool, struck: bool, reason: str) -> Refused | None:
    """Why a link may not be struck out: by whoever made it, or the station head, once, with a reason."""
    if struck:
        return Refused("files.struck_already")
    if not own and role != Role.STATION_HEAD:
        return Refused("files.strike_by_whom")
    return None if reason.strip() else Refused("files.say_why")


def _refused(reason: str, upload: Upload, **values) -> Refused:
    return Refused(reason, CLAUSE, {"name": plain_name(upload.name)} | values)


def plain_name(name: str) -> str:
    """The name as it came, short enough for a sentence."""
    return "".join(sign for sign in name if sign.isprintable())[:LONGEST_NAME]
