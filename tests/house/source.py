"""The source as the guards read it: which files a room has, their trees, their strings."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("core", "db", "pages", "tests")
CJK = re.compile(r"[\u3001-\u303f\u4e00-\u9fff\uff00-\uffef]")


@cache
def files(room: str) -> tuple[Path, ...]:
    """Every Python file of a room, below ROOT, sorted."""
    return tuple(sorted(path.relative_to(ROOT) for path in (ROOT / room).rglob("*.py")))


def every_file() -> tuple[Path, ...]:
    """Every Python file of the house, the entrance included."""
    entrance = tuple(Path(path.name) for path in ROOT.glob("*.py"))
    return entrance + tuple(path for room in ROOMS for path in files(room))


@cache
def text(path: Path) -> str:
    """The file's text."""
    return (ROOT / path).read_text(encoding="utf-8")


@cache
def tree(path: Path) -> ast.Module:
    """The file's syntax tree."""
    return ast.parse(text(path), str(path))


@cache
def nodes(module: ast.Module) -> tuple[ast.AST, ...]:
    """Every node of the tree; walking it is half of what a guard costs."""
    return tuple(ast.walk(module))


@cache
def imports(module: ast.Module) -> tuple[tuple[int, str], ...]:
    """(line, dotted name) of everything the module imports, wherever the import stands."""
    found: list[tuple[int, str]] = []
    for node in nodes(module):
        if isinstance(node, ast.Import):
            found += ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            found.append((node.lineno, node.module or ""))
    return tuple(found)


def functions(module: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function and method, nested ones too."""
    return (node for node in nodes(module) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def docstrings(module: ast.Module) -> set[int]:
    """ids of the constants that are docstrings: said to the next developer, not to the user."""
    found = set()
    for node in nodes(module):
        body = getattr(node, "body", None)
        if not isinstance(body, list):
            continue
        for one in body:
            # A bare string after an assignment documents it.
            if isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant) and isinstance(one.value.value, str):
                found.add(id(one.value))
    return found


def strings(module: ast.Module) -> Iterator[tuple[int, str]]:
    """(line, text) of every string that isn't a docstring, the fixed parts of f-strings included."""
    skipped = docstrings(module)
    for node in nodes(module):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in skipped:
            yield node.lineno, node.value


def name_of(node: ast.expr) -> str:
    """`st.button` for the function of a call; empty where it is no plain name."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        before = name_of(node.value)
        return f"{before}.{node.attr}" if before else node.attr
    return ""


def pattern(node: ast.expr) -> str | None:
    """A regular expression for the strings an expression can be: a constant, or an f-string with its holes open."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return re.escape(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(re.escape(one.value) if isinstance(one, ast.Constant) else ".+" for one in node.values)
    return None
