"""`python -m db reconcile FILE`: a department's list compared and kept, without a browser."""

from hashlib import sha256
from pathlib import Path

import click

from core.calendar import local_day
from core.reconciliation import KINDS, SOURCES
from core.words import LANGS, t
from db.cli.imports import or_stop, reach, show_bad
from db.commands.filing import carry_out
from db.commands.reconciliation import keep_list
from db.engine import make_engine, open_session
from db.queries.imports import Upload, reading
from db.queries.reconciliation_compare import compare
from db.sheets import read_sheet
from db.wall_clock import now


@click.command("reconcile")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--source", type=click.Choice(SOURCES), required=True, help="Whose list it is.")
@click.option("--community", "code", required=True, help="Code of the community.")
@click.option("--as", "account", required=True, help="The account that compares it.")
@click.option("--sheet", help="Name of the sheet; the first one with content when not given.")
@click.option("--yes", is_flag=True, help="Keep the differences without asking.")
@click.option("--lang", type=click.Choice(LANGS), default="zh")
def reconcile(file: Path, source: str, code: str, account: str, sheet: str | None, yes: bool, lang: str) -> None:
    """Compare FILE with the desk's rows, which stay as they are, and list its differences for somebody to decide."""
    engine, moment = make_engine(), now()
    scope, community_id = reach(engine, account, code)
    content = file.read_bytes()
    read = or_stop(read_sheet(content, file.name, sheet), lang)
    with open_session(engine, scope) as session:
        mapping, _ = reading(session, source, community_id, read.cells, local_day(moment))
        upload = Upload(source, read.cells, mapping, file.name, sha256(content).digest())
        seen = or_stop(compare(session, upload, community_id=community_id, now=moment), lang)
    show_bad(seen.found.bad, upload.into, lang)
    click.echo("\t".join([f"{t('reconciliation.same', lang)} {seen.same}", *(f"{t(f'reconciliation.kind_{kind}', lang)} {seen.counts[kind]}" for kind in KINDS)]))
    if not yes and not click.confirm(t("reconciliation.keep", lang, n=len(seen.findings))):
        return
    done = or_stop(carry_out(engine, scope, keep_list, now=moment, community_id=community_id, upload=upload), lang)
    figures = {"same": done.counts["same"], "differences": sum(done.counts[kind] for kind in KINDS)}
    click.echo(t("reconciliation.kept_before" if done.repeated else "reconciliation.kept", lang, **({} if done.repeated else figures)))
