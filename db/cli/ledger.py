"""`python -m db ledger seal|verify|head`: the proof without a browser, for a daily job and for whoever keeps the heads."""

from uuid import UUID

import click
from sqlalchemy import Engine, select

from db.commands.filing import carry_out
from db.commands.ledger import seal
from db.engine import make_engine, open_session
from db.models.grids import Community
from db.queries.ledger import last_head
from db.queries.proof import head_text, public_key, read_head, verify
from db.scope import PLATFORM, Scope
from db.wall_clock import now

_COMMUNITY = click.option("--community", "code", help="Code of one community; without it all of them, and the platform's own ledger.")


@click.group()
def ledger() -> None:
    """Seal the ledger, check it, export its signed heads."""


@ledger.command("seal")
@_COMMUNITY
def _seal(code: str | None) -> None:
    """Give new entries their place in the tree and sign a head; prints each head."""
    engine = make_engine()
    for name, community_id in _communities(engine, code).items():
        head = carry_out(engine, _scope(engine), seal, now=now(), community_id=community_id)
        click.echo(f"{name}: {head.size} entries\n{head_text(head)}" if head else f"{name}: nothing to seal")


@ledger.command("verify")
@_COMMUNITY
@click.option("--head", "kept", type=click.File(), multiple=True, help="File with heads kept earlier, one a line (- for standard input).")
def _verify(code: str | None, kept: tuple) -> None:
    """Recompute every tree, check every head, compare every row with its last digest. Ends with 1 when something is wrong."""
    engine, wrong = make_engine(), 0
    heads = _heads(kept)
    for name, community_id in _communities(engine, code).items():
        with open_session(engine, _scope(engine)) as session:
            proof = verify(session, community_id, kept=heads)
        click.echo(f"{name}: {proof.entries} entries ({proof.unsealed} not sealed), {proof.heads} heads, {proof.rows} rows: {'holds' if proof.holds else 'DOES NOT HOLD'}")
        for fault in proof.faults:
            click.echo(f"  {fault.kind} {fault.table} {fault.row_id}")
        wrong += len(proof.faults)
    raise SystemExit(1 if wrong else 0)


@ledger.command("head")
@_COMMUNITY
@click.option("--key", is_flag=True, help="Also the office's public key, by which others check the signatures.")
def _head(code: str | None, key: bool) -> None:
    """Print the last signed head of each ledger, one a line: keep them elsewhere, every day."""
    engine = make_engine()
    for community_id in _communities(engine, code).values():
        with open_session(engine, _scope(engine)) as session:
            head = last_head(session, community_id)
        if head:
            click.echo(head_text(head))
    if key:
        click.echo(f"desk-key-1 {public_key()}")


def _heads(files: tuple) -> list:
    try:
        return [read_head(line.strip()) for file in files for line in file if line.strip() and not line.startswith("desk-key-1")]
    except ValueError as problem:
        raise click.ClickException(str(problem)) from None


def _communities(engine: Engine, code: str | None) -> dict[str, UUID]:
    with open_session(engine, None) as session:
        rows = session.execute(select(Community.code, Community.community_id).order_by(Community.code).execution_options(rollup=True))
        found = {row.code: row.community_id for row in rows}
    if code is None:
        return found | {"platform": PLATFORM}
    if code not in found:
        raise click.ClickException(f"no community {code!r}: {', '.join(found) or 'none is there yet'}")
    return {code: found[code]}


def _scope(engine: Engine) -> Scope:
    with open_session(engine, None) as session:
        return Scope.system(session.scalars(select(Community.community_id).execution_options(rollup=True)), label="command line")
