"""`python -m db show DESK --as ACCOUNT`: the numbers of a page without a browser."""

import json

import click
from sqlalchemy import select

from core.roles import may_open
from db.engine import make_engine, open_session
from db.models.grids import Community
from db.queries.identity import scope_of
from db.queries.show import DESKS
from db.queries.show import show as shown
from db.wall_clock import now


@click.command()
@click.argument("desk", type=click.Choice(DESKS))
@click.option("--as", "username", required=True, metavar="ACCOUNT", help="Whose page: its role, its communities and grids.")
@click.option("--community", "code", help="Code of the community, where the account reaches several.")
@click.option("--quarter", "quarter_key", help="Quarter of the checklist, like 2026-Q4.")
@click.option("--json", "as_json", is_flag=True, help="Everything, as JSON; else a readable table.")
def show(desk: str, username: str, code: str | None, quarter_key: str | None, as_json: bool) -> None:
    """Print what a page shows to ACCOUNT, by the page's own query."""
    engine = make_engine()
    scope = scope_of(engine, username)
    if scope is None:
        raise click.ClickException(f"no enabled account {username!r}: `python -m db account list` names them")
    if not may_open(scope.role, desk):
        raise click.ClickException(f"{username} ({scope.role}) may not open {desk}")
    with open_session(engine, scope) as session:
        community_id = session.scalar(select(Community.community_id).where(Community.code == code)) if code else None
        if code and community_id is None:
            raise click.ClickException(f"{username} reaches no community {code!r}")
        try:
            found = shown(session, now(), desk, community_id=community_id, quarter_key=quarter_key)
        except ValueError as problem:
            raise click.ClickException(str(problem)) from None
    click.echo(json.dumps(found, ensure_ascii=False, indent=1) if as_json else "\n".join(_lines(found)))


def _lines(found: dict, depth: int = 0) -> list[str]:
    """Mappings as indented `name: value` lines, lists of mappings as tables."""
    lines, margin = [], "  " * depth
    for name, value in found.items():
        if isinstance(value, dict) and value:
            lines += [f"{margin}{name}:", *_lines(value, depth + 1)]
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            lines += [f"{margin}{name}:", *(f"{margin}  {row}" for row in _table(value))]
        else:
            lines.append(f"{margin}{name}: {_cell(value)}")
    return lines


def _table(rows: list[dict]) -> list[str]:
    names = [name for name in rows[0] if name not in ("id", "community_id", "clock_id", "subject_id", "grid_id", "resident_id", "version", "effective_from")]
    cells = [names, *([_cell(row.get(name)) for name in names] for row in rows)]
    widths = [min(40, max(len(row[n]) for row in cells)) for n in range(len(names))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in cells]


def _cell(value) -> str:
    if value is None:
        return "—"
    if isinstance(value, dict):
        return " ".join(f"{name}={_cell(one)}" for name, one in value.items())
    if isinstance(value, list):
        return ", ".join(map(_cell, value)) or "—"
    return f"{value:.4f}" if isinstance(value, float) else str(value)
