"""The notice of missing papers in words, the same on paper and in Word."""

from dataclasses import dataclass
from datetime import datetime
from io import BytesIO

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Pt

from core.calendar import local_day
from core.clocks import deadline_text
from core.rulebook import load_rulebook
from core.words import t
from core.work_orders import SUPPLEMENT
from db.queries.notices import Notice

FONTS = {"zh": "SimSun", "en": "Times New Roman"}
"""What a Word file names; the reader's computer brings the font."""


@dataclass(frozen=True)
class Letter:
    """The notice, paragraph by paragraph."""

    title: str
    number: str
    to: str
    begin: str
    papers: list[str]
    end: list[str]
    signed: list[str]


def letter(lang: str, notice: Notice) -> Letter:
    """The notice in `lang`; a matter's own name stays as it was typed."""
    matter = notice.item.title[lang] if notice.item and lang != "zh" else notice.matter
    limit, once = load_rulebook()[SUPPLEMENT], load_rulebook()["materials.once"].source
    end = [t("notices.until", lang, due=deadline_text(notice.due_at), figure=limit.figure[lang], source=limit.source)] if notice.due_at else []
    return Letter(
        t("notices.title", lang), t("notices.number", lang, number=notice.number), t("notices.to", lang, name=notice.applicant or t("notices.resident", lang)),
        t("notices.begin", lang, at=local_day(notice.received_at).isoformat(), matter=matter), [one[lang] for one in notice.missing], [*end, t("notices.once", lang, source=once)],
        [notice.place, *([t("notices.by", lang, name=notice.by)] if notice.by else []), local_day(notice.told_at).isoformat()],
    )  # fmt: skip


def word_file(lang: str, notice: Notice) -> bytes:
    """The notice as .docx, to be changed and signed by hand."""
    return written(lang, letter(lang, notice), notice.place, notice.told_at)


def written(lang: str, said: Letter, author: str, at: datetime) -> bytes:
    """A letter as .docx, `author`'s, made at `at`."""
    document = Document()
    style = document.styles["Normal"]
    style.font.name, style.font.size = FONTS["en"], Pt(14)
    style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), FONTS["zh"])
    properties = document.core_properties
    properties.title, properties.author, properties.comments = said.title, author, ""
    properties.created = properties.modified = at.replace(tzinfo=None)
    title = document.add_paragraph()
    title.alignment = WD_ALIGN_PARAGRAPH.CENTER
    heading = title.add_run(said.title)
    heading.bold, heading.font.size = True, Pt(20)
    document.add_paragraph(said.number).alignment = WD_ALIGN_PARAGRAPH.RIGHT
    for text in (said.to, said.begin):
        document.add_paragraph(text)
    for n, paper in enumerate(said.papers, start=1):
        document.add_paragraph(f"{n}. {paper}")
    for text in said.end:
        document.add_paragraph(text)
    for text in said.signed:
        document.add_paragraph(text).alignment = WD_ALIGN_PARAGRAPH.RIGHT
    file = BytesIO()
    document.save(file)
    return file.getvalue()
