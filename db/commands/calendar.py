"""Load a year's holiday notice and compute every open deadline again: one transaction, one entry in the platform's ledger; then an entry in
the ledger of each community, whose readers don't see the platform's, of how many of its deadlines moved."""

import json
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import Engine, select

from core.calendar import NoticeProblem, YearNotice, notice_from_mapping
from core.imports.calendar import notice_from_cells
from core.refusals import Refused
from core.roles import SYSTEM, Role, may
from core.yaml_files import YamlProblem, parse_mapping
from db.commands.clocks import restamp_open
from db.commands.filing import carry_out, file
from db.engine import ScopedSession, open_session
from db.models.calendar import CalendarYear
from db.models.grids import Community
from db.queries.calendar import current_calendar
from db.scope import Scope
from db.sheets import read_sheet


@dataclass(frozen=True)
class Loaded:
    """`moved`: how many open deadlines changed; `by_community` the same of each community."""

    year: int
    moved: int
    by_community: dict[UUID, int] = field(default_factory=dict, compare=False)


def read_notice(content: bytes, file_name: str, source: str) -> YearNotice | Refused:
    """The notice in an uploaded file: YAML in the form of core/calendar/*.yaml, or a sheet of date, kind (off|work), note.
    A sheet names no document: `source` does."""
    try:
        if file_name.lower().endswith((".yaml", ".yml")):
            return notice_from_mapping(parse_mapping(content.decode("utf-8-sig"), file_name))
        if not source.strip():
            return Refused("calendar.no_source")
        sheet = read_sheet(content, file_name)
        return sheet if isinstance(sheet, Refused) else notice_from_cells(sheet.cells, source.strip())
    except NoticeProblem as problem:
        return Refused(problem.reason, values=problem.values)
    except (YamlProblem, UnicodeDecodeError) as problem:
        return Refused("calendar.unreadable", values={"problem": str(problem)})


def load_for_office(engine: Engine, scope: Scope, *, now: datetime, notice: YearNotice) -> Loaded | Refused:
    """`load_year` over every community of the database: a notice of the State Council holds for all. Refuses whoever answers for some of
    them only; the administrator and the command line load for all."""
    with open_session(engine, None) as session:
        everywhere = frozenset(session.scalars(select(Community.community_id).execution_options(rollup=True)))
    if not _may_load(scope.role):
        return Refused("calendar.may_not_load")
    if scope.role not in (SYSTEM, Role.ADMINISTRATOR) and everywhere - scope.communities:
        return Refused("calendar.others_too", values={"n": len(everywhere - scope.communities)})
    wide = replace(scope, communities=scope.communities | everywhere, grids=None, order_desks=None)
    loaded = carry_out(engine, wide, load_year, now=now, notice=notice)
    if isinstance(loaded, Loaded):
        for community_id, moved in loaded.by_community.items():
            carry_out(engine, wide, _tell, now=now, community_id=community_id, notice=notice, moved=moved)
    return loaded


def load_year(session: ScopedSession, *, now: datetime, notice: YearNotice) -> Loaded | Refused:
    """File `notice` in place of what was known of its year, and restamp the open deadlines of every community in scope. Refuses who
    may not load, and a year that changes nothing."""
    if not _may_load(session.scope.role):
        return Refused("calendar.may_not_load")
    days = json.dumps(_days(notice), ensure_ascii=False, sort_keys=True)
    row = session.get(CalendarYear, notice.year)
    if row is not None and (row.source, row.days) == (notice.source, days):
        return Refused("calendar.unchanged", values={"year": notice.year})
    if row is None:
        row = CalendarYear(year=notice.year)
        session.add(row)
    row.source, row.days, row.loaded_at, row.loaded_by = notice.source, days, now, session.scope.actor_id
    session.flush()
    calendar = current_calendar(session)
    moved = {community_id: restamp_open(session, now, community_id, calendar) for community_id in sorted(session.scope.communities)}
    total = sum(moved.values())
    file(session, "calendar.load", now=now, year=notice.year, source=notice.source, off=len(notice.off), work=len(notice.work), moved=total)
    return Loaded(notice.year, total, moved)


def _may_load(role: str) -> bool:
    return may(role, "calendar_load")


def _tell(session: ScopedSession, *, now: datetime, community_id: UUID, notice: YearNotice, moved: int) -> None:
    """In the community's own ledger: the year now counted by, and how many of its deadlines moved."""
    file(session, "calendar.applied", now=now, community_id=community_id, year=notice.year, source=notice.source, moved=moved)


def _days(notice: YearNotice) -> dict[str, list[str]]:
    named = [("off", notice.off), ("work", notice.work)]
    return {day.isoformat(): [kind, names.get("zh", ""), names.get("en", "")] for kind, days in named for day, names in days.items()}
