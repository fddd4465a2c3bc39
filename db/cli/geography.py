"""`python -m db import-map FILE --community NAME`, `python -m db draw-grids --community NAME`: the map without a browser."""

from pathlib import Path
from uuid import UUID

import click
from sqlalchemy import Engine, or_, select

from core.refusals import Refused
from core.words import t
from db.commands.filing import carry_out
from db.commands.geography import draw_grids as draw
from db.commands.geography import import_map as put_on_map
from db.engine import make_engine, open_session
from db.map_file import MapFile, read_map
from db.models.grids import Community
from db.scope import Scope
from db.wall_clock import now


@click.command("import-map")
@click.argument("path", metavar="FILE", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--community", required=True, help="Name or code of the community.")
@click.option("--replace", is_flag=True, help="Take off the map what the file's layers no longer hold.")
@click.option("--source", help='Whose data it is, as its licence wants it said on the map: "© OpenStreetMap contributors".')
def import_map(path: Path, community: str, replace: bool, source: str | None) -> None:
    """Import the office's own GeoJSON: streets, water, greens, building outlines, grid polygons (WGS 84)."""
    content = _or_fail(read_map(path.read_bytes()))
    engine = make_engine()
    community_id = _community(engine, community)
    done = _or_fail(carry_out(engine, _scope(community_id), put_on_map, now=now(), community_id=community_id, content=content, replace=replace, source=source))
    click.echo(f"{done.new} new, {done.changed} changed, {done.unchanged} unchanged, {done.removed} removed, {done.outside} too far away")
    click.echo("  ".join(f"{layer} {n}" for layer, n in sorted(done.layers.items())))
    if done.shifted:
        click.echo(t("map.shifted", "en", n=done.shifted), err=True)
    _tell(content, done.unknown_grids)


@click.command("draw-grids")
@click.option("--community", required=True, help="Name or code of the community.")
def draw_grids(community: str) -> None:
    """Draw each grid around its buildings, between streets and water."""
    engine = make_engine()
    community_id = _community(engine, community)
    done = _or_fail(carry_out(engine, _scope(community_id), draw, now=now(), community_id=community_id))
    click.echo(f"{done.drawn} grids drawn, {done.unchanged} unchanged; {done.no_outline} buildings have no outline")
    if done.parts:
        click.echo(f"in several pieces: {', '.join(done.parts)}")


def _tell(content: MapFile, unknown_grids: tuple[str, ...]) -> None:
    if content.ignored:
        click.echo("not used: " + ", ".join(f"{kind} {n}" for kind, n in sorted(content.ignored.items())))
    for problem in content.problems:
        click.echo(f"feature {problem.number} {problem.name}: {t(f'map.bad_{problem.reason}', 'en')}", err=True)
    for code in unknown_grids:
        click.echo(t("map.unknown_grid", "en", code=code), err=True)


def _community(engine: Engine, name: str) -> UUID:
    with open_session(engine, None) as session:
        query = select(Community.community_id).where(or_(Community.name == name, Community.code == name)).execution_options(rollup=True)
        found = session.scalars(query).all()
    if len(found) != 1:
        raise click.ClickException(f"{len(found)} communities are called {name!r}: give the name or code of one")
    return found[0]


def _scope(community_id: UUID) -> Scope:
    return Scope.system({community_id}, label="command line")


def _or_fail(done):
    if isinstance(done, Refused):
        raise click.ClickException(done.text("en"))
    return done
