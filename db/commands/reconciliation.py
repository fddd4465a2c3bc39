"""Data reconciliation filed: a list compared, a department that gave none, and each difference decided by a person (data.reconcile).

A comparison changes none of the desk's rows. The quarter's clock is met by the very transaction that leaves nothing undecided once both lists of the
quarter have been compared. No personal data goes to the ledger.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from uuid import UUID

from sqlalchemy import insert, select

from core.calendar import local_minute
from core.periods import period_of
from core.reconciliation import APPLIED, CANDIDATE, CLAUSE, DIFFERENT, MISSING_HERE, MISSING_THERE, NOBODY, OURS, SOURCES, THEIRS, VISIT, Finding, check_decision, outcome
from core.refusals import Refused
from core.roles import may
from core.words import t
from db.commands.filing import file
from db.commands.imports import remember
from db.commands.reconciliation_apply import apply_theirs
from db.commands.reconciliation_settle import settle
from db.commands.work_orders import take_in_unasked
from db.engine import ScopedSession
from db.keys import keyring
from db.models.changes import ChangeRequest
from db.models.grids import Community
from db.models.reconciliation import ReconciliationDifference as Difference
from db.models.reconciliation import ReconciliationRun as Run
from db.models.residents import Resident
from db.queries.imports import Progress, Upload, silent
from db.queries.reconciliation_compare import Buildings, Comparison, compare, place_in, said_by_them, said_by_us
from db.types import uuid7

_CHUNK = 2_000
VISIT_KIND = "data_check"


@dataclass(frozen=True)
class Kept:
    """A list on file. `repeated`: the very same file was there already, and nothing was written. `met`: the quarter's clock is."""

    run_id: UUID
    counts: dict[str, int]
    repeated: bool = False
    met: bool = False


@dataclass(frozen=True)
class Decided:
    """What became of a difference: an `outcome` of core.reconciliation, or None while it stays open. `order`: number of the visit's order."""

    outcome: str | None
    order: str | None = None
    met: bool = False


def keep_list(session: ScopedSession, *, now: datetime, community_id: UUID, upload: Upload, progress: Progress = silent) -> Kept | Refused:
    """Compare a list of the running quarter and keep every difference. The same file again changes nothing while it stands; another one of the same department,
    or an earlier one put back, takes the present one's place, and what was decided about the same difference stays decided."""
    _lock(session, community_id)
    key = period_of("quarter", now).key
    own = (Run.community_id == community_id, Run.source == upload.table, Run.quarter == key)
    known, digest = _kept_as(session.scalars(select(Run).where(*own)).all(), upload.digest)
    if known:
        return Kept(known.id, json.loads(known.counts), repeated=True) if may(session.scope.role, "reconcile") else Refused("common.not_allowed")
    seen = compare(session, upload, community_id=community_id, now=now, progress=lambda part: progress(part * 0.6))
    if isinstance(seen, Refused):
        return seen
    if seen.missing or not seen.rows:
        return Refused("reconciliation.nothing_to_compare", CLAUSE)
    remember(session, now=now, community_id=community_id, upload=upload)
    earlier = _supersede(session, community_id, upload.table, key, now)
    run = _run(session, community_id, upload.table, key, now, seen.counts, file_name=upload.file_name[-120:], digest=digest)
    _keep_differences(session, seen, run, earlier, lambda part: progress(0.6 + part * 0.4))
    met = settle(session, community_id, key, now)
    facts = {"source": run.source, "quarter": key, "file": upload.digest.hex(), "met": met, **seen.counts}
    file(session, "reconciliation.keep_list", now=now, community_id=community_id, subject_kind="reconciliation_run", subject_id=run.id, **facts)
    return Kept(run.id, seen.counts, met=met)


def no_list(session: ScopedSession, *, now: datetime, community_id: UUID, source: str, reason: str) -> UUID | Refused:
    """A department gives no list this quarter, and why. The clock is not met by it. Raises ValueError for another source."""
    if source not in SOURCES:
        raise ValueError(f"{source!r} gives no lists: one of {', '.join(SOURCES)}")
    if not may(session.scope.role, "reconcile"):
        return Refused("common.not_allowed", CLAUSE)
    if not reason.strip():
        return Refused("reconciliation.say_why", CLAUSE)
    _lock(session, community_id)
    key = period_of("quarter", now).key
    present = session.scalar(_current(community_id, key).where(Run.source == source))
    if present is not None and present.digest is not None:
        return Refused("reconciliation.has_list", CLAUSE)
    if present is not None:
        present.superseded_at = now
    run = _run(session, community_id, source, key, now, {}, reason=reason.strip())
    file(session, "reconciliation.no_list", now=now, community_id=community_id, subject_kind="reconciliation_run", subject_id=run.id, source=source, quarter=key)
    return run.id


def decide(
    session: ScopedSession, *, now: datetime, community_id: UUID, difference_id: UUID, version: int, verdict: str, chosen: UUID | None = None,
    left: tuple[str, date] | None = None, note: str = "",
) -> Decided | Refused:  # fmt: skip
    """Decide a difference: one of core.reconciliation.VERDICTS. `chosen`: which of the candidates it is; `left`: (moved or dead, since when) for
    one of ours the police no longer have."""
    if not may(session.scope.role, "reconcile"):
        return Refused("common.not_allowed", CLAUSE)
    _lock(session, community_id)
    row, run = _standing(session, community_id, difference_id)
    if row is None:
        return Refused("common.not_found")
    if row.closed_at is not None:
        return Refused("reconciliation.decided_before", values={"at": local_minute(row.closed_at)})
    if row.version != version:
        return Refused("common.changed_meanwhile")
    chosen = chosen if str(chosen) in {one["id"] for one in json.loads(row.candidates or "[]")} else None
    refused = check_decision(run.source, row.kind, verdict, chosen=chosen is not None, exit_named=left is not None)
    if refused:
        return refused
    done = _carry_out(session, run, row, verdict, chosen, left, now)
    if isinstance(done, Refused):
        return done
    if verdict not in (VISIT, NOBODY):
        _decided(session, row, verdict, done.outcome, note, now)
    session.flush()
    met = settle(session, community_id, run.quarter, now)
    facts = {"source": run.source, "quarter": run.quarter, "kind": row.kind, "verdict": verdict, "outcome": done.outcome, "fields": row.fields, "met": met}
    file(session, "reconciliation.decide", now=now, community_id=community_id, subject_kind="reconciliation_difference", subject_id=row.id, **facts)
    return Decided(done.outcome, done.order, met)


def decide_several(
    session: ScopedSession, *, now: datetime, community_id: UUID, quarter_key: str, source: str, kind: str, expected: int, note: str
) -> Decided | Refused:
    """Of one list and kind, everything nobody has decided yet and nobody is on the way for: the desk is right, the department corrects. `expected`: as
    many as somebody had before them; `note`: the grounds, which must be given."""
    if not may(session.scope.role, "reconcile"):
        return Refused("common.not_allowed", CLAUSE)
    if kind == CANDIDATE:
        return Refused("reconciliation.choose_candidate", CLAUSE)
    if not note.strip():
        return Refused("reconciliation.say_why", CLAUSE)
    _lock(session, community_id)
    runs = _current(community_id, quarter_key).where(Run.source == source).with_only_columns(Run.id)
    open_now = (Difference.community_id == community_id, Difference.run_id.in_(runs), Difference.kind == kind, Difference.closed_at.is_(None), Difference.work_order_id.is_(None))
    rows = session.scalars(select(Difference).where(*open_now).with_for_update()).all()
    if not rows or len(rows) != expected:
        return Refused("common.changed_meanwhile")
    for row in rows:
        _decided(session, row, OURS, outcome(source, kind, OURS, row.fields.split(",")), note, now)
    session.flush()
    met = settle(session, community_id, quarter_key, now)
    facts = {"source": source, "quarter": quarter_key, "kind": kind, "verdict": OURS, "differences": len(rows), "met": met}
    file(session, "reconciliation.decide", now=now, community_id=community_id, subject_kind="reconciliation_run", subject_id=rows[0].run_id, **facts)
    return Decided(rows[0].outcome, met=met)


# --- a list kept ----------------------------------------------------------------------------------------------------
def _lock(session: ScopedSession, community_id: UUID) -> None:
    """Two at once compare or decide one after the other: who comes second finds what the first one did."""
    session.scalar(select(Community.community_id).where(Community.community_id == community_id).with_for_update())


def _current(community_id: UUID, key: str):
    return select(Run).where(Run.community_id == community_id, Run.quarter == key, Run.superseded_at.is_(None))


def _run(session: ScopedSession, community_id: UUID, source: str, key: str, now: datetime, counts: dict, **more) -> Run:
    run = Run(
        community_id=community_id, id=uuid7(), source=source, quarter=key, counts=json.dumps(counts), compared_at=now, compared_by=session.scope.actor_id, **more
    )
    session.add(run)
    session.flush()
    return run


def _kept_as(runs: Sequence[Run], digest: bytes) -> tuple[Run | None, bytes]:
    """The run of this very file that stands, and what its next one is kept under: a list that is put back after another is a list of its own."""
    by_digest, mark, n = {run.digest: run for run in runs}, digest, 0
    while mark in by_digest:
        if by_digest[mark].superseded_at is None:
            return by_digest[mark], mark
        n += 1
        mark = sha256(digest + n.to_bytes(4)).digest()
    return None, mark


def _supersede(session: ScopedSession, community_id: UUID, source: str, key: str, now: datetime) -> dict[bytes, Difference]:
    """The present list of the quarter makes room; what was undecided in it is closed. Returns what differed in the quarter's lists, of the same difference
    the latest, by what they are recognised by."""
    earlier = {}
    own = (Run.community_id == community_id, Run.source == source, Run.quarter == key)
    for run in session.scalars(select(Run).where(*own).order_by(Run.compared_at, Run.id)).all():
        run.superseded_at = run.superseded_at or now
        for row in session.scalars(select(Difference).where(Difference.community_id == community_id, Difference.run_id == run.id)):
            earlier[row.key] = row
            row.closed_at = row.closed_at or now
    session.flush()
    return earlier


def _keep_differences(session: ScopedSession, seen: Comparison, run: Run, earlier: dict[bytes, Difference], progress: Progress) -> None:
    buildings, total = Buildings(session, run.community_id), max(1, len(seen.findings))
    for start in range(0, len(seen.findings), _CHUNK):
        part = seen.findings[start : start + _CHUNK]
        rows = list(_rows(session, seen, run, part, buildings, earlier))
        session.execute(insert(Difference), rows)
        _take_requests(session, run.community_id, {earlier[row["key"]].id: row["id"] for row in rows if row["key"] in earlier})
        progress((start + len(part)) / total)


def _take_requests(session: ScopedSession, community_id: UUID, same: dict[UUID, UUID]) -> None:
    """What was asked for because of an earlier list's difference belongs to the same one in the newer list."""
    asked = select(ChangeRequest).where(ChangeRequest.community_id == community_id, ChangeRequest.difference_id.in_(same))
    for request in session.scalars(asked) if same else ():
        request.difference_id = same[request.difference_id]


def _rows(session: ScopedSession, seen: Comparison, run: Run, part: tuple[Finding, ...], buildings: Buildings, earlier: dict[bytes, Difference]) -> Iterator[dict]:
    source, column = run.source, "resident_id" if run.source == "police" else "household_id"
    ours = said_by_us(session, run.community_id, source, [one.ours for one in part if one.ours is not None])
    for one in part:
        values = seen.rows.get(one.theirs)
        theirs, (mine, grid_id) = said_by_them(source, values) if values else None, ours.get(one.ours, (None, None))
        stands = buildings.of(place_in(values)) if values and one.ours is None else None
        row = {
            "community_id": run.community_id, "id": uuid7(), "run_id": run.id, "grid_id": stands.grid_id if stands else grid_id, "kind": one.kind,
            "row": one.theirs, "key": _key(source, one, theirs), "fields": ",".join(one.fields), "theirs": _text(theirs), "ours": _text(mine),
            "candidates": _candidates(one), "resident_id": None, "household_id": None, "version": 1,
        }  # fmt: skip
        yield row | {column: one.ours} | _carried(earlier.get(row["key"]), column)


def _key(source: str, one: Finding, theirs: dict | None) -> bytes:
    text = json.dumps([source, one.kind, str(one.ours), one.fields, theirs], ensure_ascii=False, sort_keys=True)
    return keyring().blind_index(text, "reconciliation_difference.key")


def _text(said: dict | None) -> str | None:
    return None if said is None else json.dumps(said, ensure_ascii=False)


def _candidates(one: Finding) -> str | None:
    return json.dumps([{"id": str(c.ours), "score": c.score, "parts": dict(c.parts)} for c in one.candidates]) if one.candidates else None


def _carried(before: Difference | None, column: str) -> dict:
    """What was decided about the same difference in the quarter's earlier list, also whom of the candidates it is, or that somebody is on the way."""
    names = ("work_order_id", "decision", "outcome", "note", "decided_at", "decided_by")
    known = {name: getattr(before, name) if before else None for name in names}
    whom = {name: getattr(before, name) for name in (column, "kind", "fields", "ours", "grid_id", "candidates")} if known["decision"] and before.kind == DIFFERENT else {}
    return known | whom | {"closed_at": known["decided_at"]}


# --- a difference decided -------------------------------------------------------------------------------------------
def _standing(session: ScopedSession, community_id: UUID, difference_id: UUID) -> tuple[Difference | None, Run | None]:
    own = select(Difference).where(Difference.community_id == community_id, Difference.id == difference_id).with_for_update()
    row = session.scalar(own.execution_options(populate_existing=True))
    return row, row and session.scalar(select(Run).where(Run.community_id == community_id, Run.id == row.run_id))


def _carry_out(
    session: ScopedSession, run: Run, row: Difference, verdict: str, chosen: UUID | None, left: tuple[str, date] | None, now: datetime
) -> Decided | Refused:
    """What the verdict does to the desk's rows."""
    if verdict == VISIT:
        return _send_somebody(session, run, row, now)
    if verdict == NOBODY:
        row.kind, row.candidates = MISSING_HERE, None
        return Decided(None)
    if row.kind == CANDIDATE:
        if refused := _another_is(session, run, row, chosen):
            return refused
        _is_the_same(session, run, row, chosen, now)
    became = outcome(run.source, row.kind, verdict, row.fields.split(",") if row.fields else ())
    if verdict == THEIRS and became == APPLIED:
        became = apply_theirs(session, run.source, row, left, now)
    return became if isinstance(became, Refused) else Decided(became)


def _decided(session: ScopedSession, row: Difference, verdict: str, became: str | None, note: str, now: datetime) -> None:
    row.decision, row.outcome, row.note = verdict, became, note.strip() or None
    row.decided_at = row.closed_at = now
    row.decided_by = session.scope.actor_id


def _another_is(session: ScopedSession, run: Run, row: Difference, chosen: UUID) -> Refused | None:
    """Two of their rows are never one of ours."""
    column = Difference.resident_id if run.source == "police" else Difference.household_id
    others = (Difference.community_id == row.community_id, Difference.run_id == run.id, Difference.id != row.id, column == chosen, Difference.kind == DIFFERENT)
    number = session.scalar(select(Difference.row).where(*others).limit(1))
    return None if number is None else Refused("reconciliation.is_another", values={"row": number})


def _is_the_same(session: ScopedSession, run: Run, row: Difference, chosen: UUID, now: datetime) -> None:
    """A candidate it is: the row is about them now, that they were missing there is answered by it, and no other row may be them; one that has no other candidate is
    missing here."""
    column = Difference.resident_id if run.source == "police" else Difference.household_id
    setattr(row, column.key, chosen)
    row.kind = DIFFERENT
    said, grid_id = said_by_us(session, row.community_id, run.source, [chosen])[chosen]
    theirs = json.loads(row.theirs)
    row.ours, row.grid_id = _text(said), grid_id
    row.fields = ",".join(name for name in ("name", "id_number", "sex", "birth_date", "address") if name in theirs and theirs[name] != said.get(name))
    missing = (Difference.community_id == row.community_id, Difference.run_id == row.run_id, column == chosen, Difference.kind == MISSING_THERE, Difference.closed_at.is_(None))
    for other in session.scalars(select(Difference).where(*missing)):
        _decided(session, other, OURS, None, "", now)
    maybe = (Difference.community_id == row.community_id, Difference.run_id == row.run_id, Difference.kind == CANDIDATE, Difference.id != row.id, Difference.closed_at.is_(None))
    for other in session.scalars(select(Difference).where(*maybe)):
        left = [one for one in json.loads(other.candidates) if one["id"] != str(chosen)]
        other.candidates, other.kind = json.dumps(left) if left else None, CANDIDATE if left else MISSING_HERE


def _send_somebody(session: ScopedSession, run: Run, row: Difference, now: datetime) -> Decided | Refused:
    """An order in the flat's grid: look who lives there. The difference stays open until somebody decides it with what was found."""
    if row.work_order_id is not None:
        return Refused("reconciliation.on_the_way")
    building = Buildings(session, row.community_id).of(place_in(json.loads(row.theirs))) if row.theirs else None
    phone = session.scalar(select(Resident.phone).where(Resident.community_id == row.community_id, Resident.id == row.resident_id)) if row.resident_id else None
    order = take_in_unasked(
        session, now=now, community_id=row.community_id, grid_id=row.grid_id, kind=VISIT_KIND, matter=t("reconciliation.visit_matter", "zh"), channel="visit",
        applicant=t(f"reconciliation.source_{run.source}", "zh"), contact=phone or t("reconciliation.visit_contact", "zh"), resident_id=row.resident_id,
        building_id=building and building.id, detail=_detail(row),
    )  # fmt: skip
    row.work_order_id = order.id
    return Decided(None, order.number)


def _detail(row: Difference) -> str:
    """What the two sides say, for whoever goes: kept encrypted with the order."""
    sides = (("theirs", row.theirs), ("ours", row.ours))
    return "\n".join(f"{t(f'reconciliation.side_{side}', 'zh')}: " + " ".join(json.loads(text).values()) for side, text in sides if text)
