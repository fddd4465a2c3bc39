"""A duty in words: how it stands, its clause, when it was last done and by whom."""

from core.calendar import local_minute
from core.clocks import State
from core.queue import remaining
from core.rulebook import load_rulebook
from db.queries.duties import DutyRow
from pages.parts.clause import source_text
from pages.parts.desk import Desk
from pages.parts.plain import plain

TONE = {State.overdue: "red", State.due_soon: "orange", State.on_time: "blue", State.waiting: "green", State.paused: "gray", None: "gray"}


def when_text(desk: Desk, row: DutyRow) -> str:
    """How a duty stands, in a few signs."""
    if row.state is None:
        return desk.t("duties.not_kept")
    if row.state == State.waiting:
        return desk.t("duties.done" if row.done_in_period else "duties.starts_later")
    words, n = remaining(row.due_at, desk.now)
    return desk.t(words, n=n)


def duty_line(desk: Desk, row: DutyRow) -> str:
    """A duty of the community as Markdown: state, title, figure, clause, and the last time."""
    clause = load_rulebook()[row.clause_id]
    lines = [f":{TONE[row.state]}[**{when_text(desk, row)}**] **{clause.title[desk.lang]}** · {clause.figure[desk.lang]} :gray-badge[{source_text(desk, clause)}]"]
    if row.last is None:
        return "  \n".join([*lines, f":gray[{desk.t('duties.never')}]"])
    last = desk.t("duties.last", when=local_minute(row.last.happened_at), who=plain(row.last.by) or "—")
    people = desk.t("duties.people", n=row.last.attendees) if row.last.attendees else ""
    return "  \n".join([*lines, f":gray[{' · '.join(part for part in (last, people, plain(row.last.note)) if part)}]"])
