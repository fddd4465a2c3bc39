"""A difference in words: what their list says and what the desk says, side by side, and what somebody decided."""

from core.calendar import local_minute
from core.reconciliation import CANDIDATE, rules
from db.queries.reconciliation import VISITED, Asked, Choice, Line, Side, Source
from pages.parts.desk import Desk
from pages.parts.plain import plain

TONE = {"different": "orange", "missing_here": "blue", "missing_there": "violet", "candidate": "gray"}


def said(desk: Desk, name: str, text: str | None) -> str:
    """A value as it is shown; the words for the few that are codes."""
    if text is None:
        return desk.t("reconciliation.nothing_said")
    if name == "occupancy":
        return desk.t(f"reconciliation.occupancy_{text}")
    return desk.t(f"exports.sex_{text}") if name == "sex" else plain(text)


def line_text(desk: Desk, one: Line) -> str:
    """A difference as Markdown: its kind, where it stands, then each field that differs, then what both agree on."""
    about = [desk.t(f"reconciliation.source_{one.source}"), one.row and desk.t("reconciliation.row", n=one.row), plain(one.grid)]
    lines = [f":{TONE[one.kind]}[**{desk.t(f'reconciliation.kind_{one.kind}')}**] {_who(desk, one)} :gray[{' · '.join(filter(None, about))}]"]
    lines += [_differs(desk, side) for side in one.sides if side.differs]
    agreed = " · ".join(f"{desk.t(f'reconciliation.field_{side.name}')} {said(desk, side.name, side.theirs or side.ours)}" for side in one.sides if not side.differs and side.name != "name")
    lines += [f":gray[{agreed}]"] if agreed else []
    lines += [f":gray[{choice_text(desk, choice)}]" for choice in one.choices] if one.kind == CANDIDATE else []
    if one.state == VISITED:
        lines.append(f"**{desk.t('reconciliation.order' if one.order_open else 'reconciliation.order_done', number=one.order)}**")
    lines += [asked_text(desk, asked) for asked in one.asked]
    return "  \n".join([*lines, plain(one.note)] if one.note else lines)


def asked_text(desk: Desk, one: Asked) -> str:
    """What was asked of a protected field, and what a second person said."""
    asked = desk.t("reconciliation.asked_line", field=desk.t(f"care.field.{one.field}"), by=plain(one.by) or desk.t("ledger.system"), at=local_minute(one.at))
    if one.approved is None:
        return f":orange[**{asked} · {desk.t('reconciliation.asked_waits')}**]"
    word = "reconciliation.asked_approved" if one.approved else "reconciliation.asked_refused"
    return f":gray[{asked} · {desk.t(word, by=plain(one.decided_by) or desk.t('ledger.system'), at=local_minute(one.decided_at))}]"


def choice_text(desk: Desk, choice: Choice) -> str:
    """A candidate: masked, with its points and which parts agree."""
    words = {1.0: "reconciliation.part_full", 0.5: "reconciliation.part_half", 0.0: "reconciliation.part_none"}
    parts = desk.t("exports.comma").join(desk.t(words[part], part=desk.t(f"reconciliation.field_{name}")) for name, part in choice.parts.items())
    shown = " ".join(said(desk, name, text) for name, text in choice.shown.items() if name in ("name", "owner", "birth_date", "id_number", "address"))
    return f"→ {shown} · {desk.t('reconciliation.score', score=f'{choice.score:g}', parts=parts)}"


def source_lines(desk: Desk, one: Source) -> str:
    """How a department's list stands, as Markdown."""
    title = f"**{desk.t(f'reconciliation.source_{one.source}')}**"
    if one.at is None:
        return f"{title}  \n{desk.t('reconciliation.none_yet')}"
    when, who = local_minute(one.at), plain(one.by) or desk.t("ledger.system")
    if one.run_id is None:
        return f"{title}  \n:orange[{desk.t('reconciliation.no_list_because', when=when, who=who, reason=plain(one.reason))}]"
    figures = one.counts | {"differences": one.open + one.visit + one.waits + one.decided}
    word = "reconciliation.figures" if one.source == "police" else "reconciliation.figures_homes"
    stand = desk.t("reconciliation.stand", open=one.open, visit=one.visit, waits=one.waits, decided=one.decided)
    return "  \n".join((title, desk.t(word, **figures), f"**{stand}**", f":gray[{desk.t('reconciliation.compared', when=when, who=who, file=plain(one.file_name))}]"))


def rules_text(desk: Desk) -> str:
    """How two entries are matched, with the product's figures."""
    by = rules()
    return desk.t("reconciliation.how", **by.weights, match_from=by.match_from, lead=by.lead, candidate_from=by.candidate_from)


def _who(desk: Desk, one: Line) -> str:
    side = next((side for side in one.sides if side.name == "name" and not side.differs), None)
    return f"**{said(desk, 'name', side.theirs or side.ours)}**" if side else ""


def _differs(desk: Desk, side: Side) -> str:
    theirs, ours = (said(desk, side.name, text) for text in (side.theirs, side.ours))
    return f"{desk.t(f'reconciliation.field_{side.name}')}: {desk.t('reconciliation.side_theirs')} **{theirs}** · {desk.t('reconciliation.side_ours')} **{ours}**"
