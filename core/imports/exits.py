"""Whether, when and how somebody left, from all the columns in which ledgers say so: what they don't say plainly is told by row, never guessed."""

import re
from collections.abc import Iterator

from core.departures import EXITS
from core.imports.cells import squeezed
from core.imports.choices import GONE, HERE, STANDINGS
from core.words import t

Complaint = tuple[str, str, dict, bool]
"""Field, reason, values for its words, whether the row is refused (as in core.imports.checks)."""
DEAD, MOVED = EXITS
DAYS = ("died_on", "left_on", "cancelled_on")
"""The columns with a day, the one that counts first. 死亡日期 names a death; 迁出日期 a move where nothing else says more; 注销日期 neither."""
ALIVE = "alive"
_COLUMNS = frozenset({*DAYS, "left_reason", "standing", "dead", "alive", "remark"})
_NOT = "(?<![未没无非])(?<!没有)"
_DEATHS = re.compile(rf"{_NOT}(?:死亡|病死|去世|病故|亡故|身故|已故|故去|逝世|病逝|过世|离世|辞世)|\b(?:dead|death|died|deceased)\b", re.IGNORECASE)
_MOVES = re.compile(rf"{_NOT}(?:迁出|迁往|迁至|外迁|迁走|搬走|搬离|搬出|搬迁|搬家|搬到|搬去|转出)|\bmoved\b", re.IGNORECASE)
_OTHERS = re.compile(r"配偶|老伴|爱人|丈夫|妻子|父|母|儿|女|亲属|家属|家人|spouse|husband|wife|father|mother|parent|son|daughter", re.IGNORECASE)
"""Who else may be meant: 老伴去世 is a reason to move."""


def fold_exit(values: dict) -> Iterator[Complaint]:
    """Fold the columns about leaving into `left_on`, `left_reason` and `exit`: (of EXITS, or None: it can't be told which; the column that says so). A row without `exit` tells of
    nobody's leaving. Columns that contradict each other refuse the row: one of them is another person's."""
    if not values.keys() & _COLUMNS:
        return
    days, remark, reason = {name: values.pop(name) for name in DAYS if name in values}, values.pop("remark", None), values.pop("left_reason", None)
    standing, dead, alive = (values.pop(name, None) for name in ("standing", "dead", "alive"))
    says = {name: said for name, said in _said(days, reason, standing, dead, alive).items() if said}
    if standing and "standing" not in says and squeezed(standing) not in STANDINGS:
        yield "standing", "standing_unknown", {}, False
    kinds = {said for said in says.values() if said in EXITS}
    gone = next((name for name, said in says.items() if said in (*EXITS, GONE)), None) or next(iter(days), None)
    if gone and (len(kinds) > 1 or HERE in says.values() or (DEAD in kinds and ALIVE in says.values()) or len({days[name] for name in DAYS[:2] if name in days}) > 1):
        yield gone, "exit_contradicts", {}, True
    elif gone:
        kind = next(iter(kinds), None) or _exit_in(remark) or (MOVED if "left_on" in days and not _unclear(reason) else None)
        values["exit"] = kind, gone
        values |= {"left_on": next(iter(days.values()))} if days else {}
        values["left_reason"] = reason or (t(f"departures.{kind}", "zh") if kind else None)
    elif reason:
        yield "left_reason", "reason_alone", {}, False
    elif remark and (_DEATHS.search(remark) or _MOVES.search(remark)):
        yield "remark", "remark_names_exit", {}, False


def _said(days: dict, reason: str | None, standing: str | None, dead: bool | None, alive: bool | None) -> dict[str, str | None]:
    """What each column says by itself: of EXITS, GONE, ALIVE, HERE, or nothing about it (None)."""
    return {
        "died_on": DEAD if "died_on" in days else None,
        "dead": None if dead is None else DEAD if dead else ALIVE,
        "alive": None if alive is None else ALIVE if alive else DEAD,
        "standing": STANDINGS.get(squeezed(standing or "")),
        "left_reason": _exit_in(reason),
    }


def _exit_in(text: str | None) -> str | None:
    """Which of EXITS a text names of the person of its row; None: none, both, or it may be about somebody else."""
    known = STANDINGS.get(squeezed(text or ""))
    if known in EXITS:
        return known
    return None if not text or _unclear(text) else DEAD if _DEATHS.search(text) else MOVED if _MOVES.search(text) else None


def _unclear(text: str | None) -> bool:
    """Whether a text names a death that need not be the person's, or both a death and a move."""
    return bool(text and _DEATHS.search(text) and (_OTHERS.search(text) or _MOVES.search(text)))
