"""Ledgers in and out without a browser: `import FILE`, `export TABLE`, as an account, within its rights."""

import gc
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from uuid import UUID

import click
from sqlalchemy import Engine, select

from core.calendar import local_day
from core.imports.headers import column_letter, guess_table
from core.imports.judge import BadCell
from core.imports.tables import ORDER, Table, table, veiled
from core.refusals import Refused
from core.roles import PERSONAL
from core.words import LANGS, t
from db.commands.exports import FORMATS, export
from db.commands.filing import carry_out
from db.commands.imports import TakenIn, take_in
from db.crew import crew
from db.engine import make_engine, open_session
from db.models.grids import Community
from db.queries.exports import OUT_ONLY
from db.queries.identity import scope_of
from db.queries.imports import Preview, Upload, look_through, preview, reading
from db.scope import Scope
from db.sheets import marked_workbook, read_sheet
from db.wall_clock import now

_ROW = 100
"""Bytes of a row, about: of a .csv, and twice that of a row in a workbook."""
_FIGURES = ("read", "new", "changed", "unchanged", "rejected")


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--table", "name", type=click.Choice(ORDER), help="Guessed from the headers when not given.")
@click.option("--community", "code", required=True, help="Code of the community.")
@click.option("--as", "account", required=True, help="The account that takes it in.")
@click.option("--source", default="", help="System a file of work orders comes from.")
@click.option("--sheet", help="Name of the sheet; the first one with content when not given.")
@click.option("--marked", type=click.Path(path_type=Path), help="Write the workbook with its bad cells marked here.")
@click.option("--ask-again", is_flag=True, help="Ask again for what a second person refused before.")
@click.option("--yes", is_flag=True, help="Take it in without asking.")
@click.option("--lang", type=click.Choice(LANGS), default="zh")
def import_(file: Path, name: str | None, code: str, account: str, source: str, sheet: str | None, marked: Path | None, ask_again: bool, yes: bool, lang: str) -> None:
    """Show what FILE would change and its bad cells, then take it in."""
    click.get_current_context().call_on_close(gc.enable)
    gc.disable()  # nothing here is garbage, and looking for it among millions of cells takes a quarter of the time
    engine, moment = make_engine(), now()
    scope, community_id = reach(engine, account, code)
    content = file.read_bytes()
    digest = sha256(content).digest()
    with crew(len(content) // _ROW):  # its processes begin while the sheet is read
        read = or_stop(read_sheet(content, file.name, sheet), lang)
        del content
        name = name or guess_table(read.cells, local_day(moment))
        with crew(len(read.cells)), open_session(engine, scope) as session:
            mapping, _ = reading(session, name, community_id, read.cells, local_day(moment))
            upload = Upload(name, read.cells, mapping, file.name, digest, source or t("imports.source_default", lang), ask_again)
            if yes:
                or_stop(look_through(session, upload, community_id=community_id, now=moment), lang)
                session.close()
                seen, done = _taken_in(engine, scope, upload, community_id, moment)
            else:
                seen = or_stop(preview(session, upload, community_id=community_id, now=moment), lang)
    if seen:
        _show(seen, lang)
    if seen and marked:
        marked.write_bytes(marked_workbook(read.cells, seen.found.bad, lambda cell: _reason(cell, lang), _titles(lang)))
    if not yes:
        agreed, changes = seen.fingerprint, seen.counts["new"] + seen.counts["changed"]
        del seen  # its rows would stand beside those of the plan made again
        if not click.confirm(t("imports.take_in", lang, n=changes)):
            return
        done = carry_out(engine, scope, take_in, now=moment, community_id=community_id, upload=upload, expected=agreed)
    done = or_stop(done, lang)
    click.echo(t("imports.done" if done.batch_id else "imports.done_none", lang, **({figure: done.counts[figure] for figure in _FIGURES[1:]} if done.batch_id else {})))


def _taken_in(engine: Engine, scope: Scope, upload: Upload, community_id: UUID, moment: datetime) -> tuple[Preview | None, TakenIn | Refused]:
    """Planned once, in the transaction that writes: nobody has to agree, so nothing can change in between. What it was is told when it is done: nobody
    else's writing waits for a screen."""
    told: list[Preview] = []
    done = carry_out(engine, scope, take_in, now=moment, community_id=community_id, upload=upload, shown=told.append)
    return told[-1] if told else None, done


@click.command("export")
@click.argument("name", type=click.Choice((*ORDER, *OUT_ONLY)), metavar="TABLE")
@click.option("--community", "code", required=True, help="Code of the community.")
@click.option("--as", "account", required=True, help="The account that takes it out; personal data is masked by its role.")
@click.option("--format", "kind", type=click.Choice(FORMATS), default="xlsx")
@click.option("--out", type=click.Path(path_type=Path), help="Where to write it; the current folder, under its own name, when not given.")
@click.option("--lang", type=click.Choice(LANGS), default="zh")
def export_(name: str, code: str, account: str, kind: str, out: Path | None, lang: str) -> None:
    """Write TABLE to a file; the export is on the ledger."""
    engine = make_engine()
    scope, community_id = reach(engine, account, code)
    made = or_stop(export(engine, scope, now=now(), community_id=community_id, name=name, kind=kind, lang=lang), lang)
    path = out or Path(made.name)
    path.write_bytes(made.content)
    click.echo(f"{path}\t{made.rows}")


def reach(engine, account: str, code: str) -> tuple[Scope, object]:
    """The account's scope, and the id of the community it reaches by its code. Raises ClickException."""
    scope = scope_of(engine, account.strip().lower())
    if scope is None:
        raise click.ClickException(f"no enabled account {account}: `python -m db account list` names them all")
    with open_session(engine, scope) as session:
        community_id = session.scalar(select(Community.community_id).where(Community.code == code))
    if community_id is None:
        raise click.ClickException(f"no community {code} within the reach of {account}")
    return scope, community_id


def or_stop(result, lang: str):
    """The result; a Refused ends the command with its words."""
    if isinstance(result, Refused):
        raise click.ClickException(result.text(lang))
    return result


def _reason(cell: BadCell, lang: str, **instead: str) -> str:
    return t(f"imports.bad.{cell.reason}", lang, **cell.values | instead)


def _titles(lang: str) -> dict[str, str]:
    titles = {one: t(f"imports.bad_{one}", lang) for one in ("row", "column", "header", "value", "reason")}
    return titles | {"sheet": t("imports.marked_sheet", lang), "list": t("imports.marked_list", lang)}


def _show(seen: Preview, lang: str) -> None:
    """The table, how each column is read, the figures, and the bad cells."""
    into, heads = table(seen.upload.table), seen.upload.headers
    click.echo(f"{into.title[lang]}\t{t('imports.header_row', lang)} {seen.upload.mapping.header_row + 1}")
    for name, index in seen.upload.mapping.columns.items():
        click.echo(f"  {column_letter(index)} {heads[index]} → {into.fields[name].title[lang]}")
    click.echo("\t".join(f"{t(f'imports.{figure}', lang)} {seen.counts[figure]}" for figure in _FIGURES))
    show_bad(seen.found.bad, into, lang, marked="imports.marked_by")
    if seen.counts["waits"]:
        click.echo(t("imports.waits_title", lang, n=seen.counts["waits"]))
    if seen.plan.refused:
        click.echo(t("imports.refused_title", lang, n=len(seen.plan.refused)))
    if seen.plan.silent:
        click.echo(t("imports.silent", lang, n=seen.plan.silent))
    if seen.missing:
        raise click.ClickException(t("imports.columns_missing", lang, names=", ".join(into.fields[name].title[lang] for name in seen.missing)))


def show_bad(bad: list[BadCell], into: Table, lang: str, *, marked: str | None = None) -> None:
    """One line for each bad cell: row, column, value, reason. What is printed is kept in logs that others read, so personal values are masked whoever asks; the last line
    says where they stand, `marked` names the word for how else to see them."""
    hidden, any_hidden = frozenset(PERSONAL), False
    for cell in bad:
        weight, field = t("imports.bad_refuse" if cell.refuses else "imports.bad_remark", lang), into.fields.get(cell.field)
        value, name = veiled(field, cell.value, hidden), cell.values.get("name")
        named = {"name": veiled(field, name, hidden)} if name else {}
        any_hidden |= value != cell.value
        click.echo(f"{weight}\t{cell.row}\t{cell.letter} {cell.header}\t{value}\t{_reason(cell, lang, **named)}")
    if any_hidden:
        click.echo(" ".join(t(word, lang) for word in ("imports.bad_veiled", marked) if word))
