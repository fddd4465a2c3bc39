"""What every page file looks like: one `page()`, no top-level code, no sentence of its own, every write through a command."""

import ast
import inspect
import re
from pathlib import Path

import pytest

from core.roles import DESKS
from tests.house import source

SHELL = Path("pages/shell.py")
PAGES = tuple(path for path in source.files("pages") if len(path.parts) == 2 and path != SHELL and path.stem != "__init__")
DEFINITIONS = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
SHOWN = {
    "title", "header", "subheader", "write", "markdown", "caption", "text", "info", "warning", "error", "success", "toast", "button", "link_button",
    "download_button", "form_submit_button", "checkbox", "toggle", "radio", "selectbox", "multiselect", "slider", "select_slider", "text_input",
    "number_input", "text_area", "date_input", "time_input", "file_uploader", "metric", "expander", "popover", "tabs", "status", "spinner", "badge",
    "segmented_control", "pills", "dialog", "page_link", "Page", "progress", "set_page_config", "html", "data_editor", "dataframe", "TextColumn",
    "NumberColumn", "DateColumn", "CheckboxColumn",
}  # fmt: skip
SAID_BY = {"label", "help", "placeholder", "body", "title", "page_title", "text", "caption", "captions", "options", "tabs"}
MARKUP = re.compile(r"<style.*?</style>|<script.*?</script>|<[^>]*>|&\w+;|:material/\w+:|:\S+?\[|\{.*?\}", re.S)


def top_level_code(module: ast.Module) -> list[str]:
    skipped = source.docstrings(module)
    loose = [node for node in module.body if not isinstance(node, DEFINITIONS) and not (isinstance(node, ast.Expr) and id(node.value) in skipped)]
    return [f"{node.lineno}: {ast.unparse(node)[:60]}" for node in loose if not _is_constant(node)]


def _is_constant(node: ast.stmt) -> bool:
    """NAME = something without a call: a table of widths or colours is no code."""
    return isinstance(node, ast.Assign | ast.AnnAssign) and not any(isinstance(one, ast.Call) for one in ast.walk(node))


def public_functions(module: ast.Module) -> list[str]:
    return [node.name for node in module.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not node.name.startswith("_")]


CHAPTERS = "一二三四五六七八九十"
"""How the documents number their chapters: sorted by, never shown."""


def chinese(module: ast.Module) -> list[str]:
    return [f"{line}: {text[:40]}" for line, text in source.strings(module) if source.CJK.search(text) and text != CHAPTERS]


def english(module: ast.Module) -> list[str]:
    """Words put on the screen without going through t(): letters outside markup in what a widget says."""
    found = []
    for call in (node for node in source.nodes(module) if isinstance(node, ast.Call)):
        owner, _, verb = source.name_of(call.func).rpartition(".")
        if verb not in SHOWN or owner.strip("_").lower() in ("log", "logger", "logging", "click"):
            continue
        said = [*call.args[:1], *(k.value for k in call.keywords if k.arg in SAID_BY)]
        found += [f"{call.lineno}: {text[:40]!r}" for one in said for text in _spoken(one) if text not in DESKS and re.search(r"[A-Za-z]{2,}", MARKUP.sub(" ", text))]
    return found


def _spoken(node: ast.expr) -> list[str]:
    """The text an expression shows: constants and f-strings, lists of them, never what stands inside a call."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [node.value]
    if isinstance(node, ast.JoinedStr):
        return ["".join(one.value if isinstance(one, ast.Constant) else "{}" for one in node.values)]
    if isinstance(node, ast.List | ast.Tuple):
        return [text for one in node.elts for text in _spoken(one)]
    if isinstance(node, ast.BinOp | ast.IfExp):
        return [text for one in ast.iter_child_nodes(node) if isinstance(one, ast.expr) for text in _spoken(one)]
    return []


def writes(module: ast.Module) -> list[str]:
    """Calls by which a page or a query would write by itself."""
    verbs = {"add", "add_all", "delete", "merge", "commit", "flush", "bulk_insert_mappings", "bulk_save_objects"}
    found = []
    for call in (node for node in source.nodes(module) if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
        owner = source.name_of(call.func.value).rpartition(".")[2]
        if call.func.attr in verbs and owner in {"session", "connection", "conn", "link", "db", "s"}:
            found.append(f"{call.lineno}: {owner}.{call.func.attr}")
    names = {name for node in source.nodes(module) if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("sqlalchemy") for name in
             (alias.name for alias in node.names)}
    return found + [f"imports {name}" for name in sorted(names & {"insert", "update", "delete"})]


def test_every_desk_has_a_page_and_every_page_a_desk():
    assert {path.stem for path in PAGES} == set(DESKS)


@pytest.mark.parametrize("path", PAGES, ids=str)
def test_a_page_is_one_public_function_and_nothing_on_the_top_level(path):
    module = source.tree(path)
    assert top_level_code(module) == []
    assert public_functions(module) == ["page"]


@pytest.mark.parametrize("path", source.files("pages"), ids=str)
def test_a_page_has_no_sentence_of_its_own(path):
    module = source.tree(path)
    assert chinese(module) == []
    assert english(module) == []


def test_pages_and_queries_write_nothing_by_themselves():
    readers = [*source.files("pages"), *(p for p in source.files("db") if p.parts[1] == "queries")]
    assert [f"{path}:{one}" for path in readers for one in writes(source.tree(path))] == []


BEFORE_ANY_SCOPE = Path("db/queries/identity.py")
"""Finds out who is there, from platform tables; the scope comes out of it."""


def test_every_query_takes_the_session_that_knows_its_scope():
    """The session carries the scope (db.engine.ScopedSession); a query without one could not be held to it."""
    found = []
    for path in source.files("db"):
        if path.parts[1] != "queries" or path == BEFORE_ANY_SCOPE:
            continue
        for one in source.tree(path).body:
            if isinstance(one, ast.FunctionDef) and not one.name.startswith("_") and _reads(one) and not _scoped(one):
                found.append(f"{path}:{one.lineno} {one.name}")
    assert found == []


def _reads(function: ast.FunctionDef) -> bool:
    """Whether the function executes a statement itself."""
    verbs = {"execute", "scalars", "scalar", "scalar_one", "get"}
    calls = (node.func for node in ast.walk(function) if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute))
    return any(one.attr in verbs and source.name_of(one.value) in {"session", "connection", "engine"} for one in calls)


def _scoped(function: ast.FunctionDef) -> bool:
    names = {argument.arg for argument in [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]}
    return bool(names & {"session", "scope"})


def test_no_open_row_is_sought_by_its_status():
    own = Path("tests/house/test_pages.py")
    wanted = re.compile(r"\bstatus\s*(<>|!=)|\.status\s*!=|status\.is_not|status\.not_in")
    assert [str(path) for path in source.every_file() if path != own and wanted.search(source.text(path))] == []


def test_no_page_runs_before_the_shell_has_asked_who_is_there():
    """A folder called pages/ beside the main script would be served to anyone who asks by name."""
    import pages.shell

    folder = Path(inspect.getfile(pages.shell)).parent
    assert not (folder / "pages").exists()
    assert "pages/shell.py" in source.text(Path("app.py"))


@pytest.mark.parametrize(
    ("guard", "bad"),
    [
        (top_level_code, "import streamlit as st\nst.title('x')"),
        (top_level_code, "TABLE = load()"),
        (chinese, "def page():\n    return '今日'"),
        (chinese, "def page():\n    return f'{n} 户'"),
        (english, "st.button('Save it')"),
        (english, "column.metric(label='Overdue orders', value=3)"),
        (english, "st.markdown(f'<b>Late</b> {n}', unsafe_allow_html=True)"),
        (english, "st.tabs(['Orders', t('x.y', lang)])"),
        (writes, "session.add(row)"),
        (writes, "from sqlalchemy import update"),
    ],
)
def test_the_guards_of_the_pages_bite(guard, bad):
    assert guard(ast.parse(bad))


@pytest.mark.parametrize("fine", ["st.button(t('queue.save', lang))", "st.markdown(f'<b>{t(key, lang)}</b>')", "st.button(label, key='save_order')"])
def test_words_from_the_word_files_pass(fine):
    assert english(ast.parse(fine)) == []
