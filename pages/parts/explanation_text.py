"""The written explanation of a late result in words, the same on paper and in Word."""

from core.calendar import local_day
from core.clocks import deadline_text
from core.explanations import limit_of
from core.rulebook import load_rulebook
from core.words import t
from db.queries.explanations import Written
from pages.parts.notice_text import Letter


def letter(lang: str, found: Written) -> Letter:
    """The explanation in `lang`; what was typed in stays as it is."""
    one, clause = found.line, load_rulebook()[limit_of(found.kind)]
    begin = {"at": local_day(found.received_at).isoformat(), "matter": one.matter, "due": deadline_text(one.due_at), "figure": clause.figure[lang], "source": clause.source}
    moments = {"result": one.result_at, "seen": one.acknowledged_at}
    return Letter(
        t("explanations.letter_title", lang), t("notices.number", lang, number=one.number), t("explanations.letter_to", lang, street=found.street or t("explanations.letter_street", lang)),
        t("explanations.letter_begin", lang, **begin), [], [one.text or "", *(t(f"explanations.letter_{name}", lang, at=deadline_text(at)) for name, at in moments.items() if at)],
        [found.place, *([t("explanations.letter_by", lang, name=one.by)] if one.by else []), local_day(one.filed_at).isoformat()],
    )  # fmt: skip
