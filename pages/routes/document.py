"""The HTML page Streamlit's frontend starts from: its own index.html, in the visitor's language and without foreign words."""

import re
from functools import lru_cache
from pathlib import Path

import streamlit
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from core.words import t
from pages.parts.menu import first_desk
from pages.routes.gate import DOCUMENTS

_INDEX = Path(streamlit.__file__).parent / "static" / "index.html"
_HTML_LANG = {"zh": "zh-CN", "en": "en"}


@lru_cache
def index(lang: str) -> str:
    """Streamlit's index.html in `lang`: title and lang attribute ours, no pointer to the agent interface, our stylesheet and script."""
    page = _INDEX.read_text(encoding="utf-8")
    page = re.sub(r"<noscript>.*?</noscript>|<!--.*?-->|<script>.*?</script>|<link rel=\"service-desc\"[^>]*>", "", page, flags=re.S)
    page = page.replace('<html lang="en">', f'<html lang="{_HTML_LANG[lang]}">')
    page = re.sub(r"<title>.*?</title>", f"<title>{t('common.app', lang)}</title>", page)
    return page.replace("</head>", '<link rel="stylesheet" href="/login/desk.css"><script src="/desk.js" defer></script></head>')


async def _document(request: Request) -> Response:
    visitor = request.state.visitor
    if request.url.path == "/" and (desk := first_desk(visitor.role)):
        return RedirectResponse(f"/{desk}", 303, {"Cache-Control": "no-store"})
    return HTMLResponse(index(visitor.lang), headers={"Cache-Control": "no-cache"})


async def _script(_request: Request) -> Response:
    return FileResponse(Path(__file__).parent / "assets" / "desk.js", headers={"Cache-Control": "no-cache"})


ROUTES = [*(Route(path, _document) for path in sorted(DOCUMENTS)), Route("/desk.js", _script)]
