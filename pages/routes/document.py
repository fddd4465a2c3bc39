"""The HTML page Streamlit's frontend starts from: its own index.html, in the visitor's language and without foreign words."""

import json
import re
from functools import lru_cache
from pathlib import Path

import streamlit
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from core.roles import landing
from core.words import LANGS, t, words_of
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
    # Before the frontend's own module, which reads what desk.js sets.
    page = page.replace("<head>", '<head><script src="/desk.js"></script>')
    return page.replace("</head>", '<link rel="stylesheet" href="/login/desk.css"></head>')


@lru_cache(maxsize=1)
def script() -> str:
    """desk.js with the words of core/words/widget.yaml in it; those with a group in `en` are patterns, those named segment_… parts of a date or a time."""
    words = {"app": {lang: t("common.app", lang) for lang in LANGS}, "plain": [], "patterns": [], "segments": {}}
    for key, entry in words_of("widget").items():
        if "segment_" in key:
            words["segments"][key.partition("segment_")[2]] = [entry["zh"], entry["en"]]
            continue
        words["patterns" if "(" in entry["en"] and "$" in entry["zh"] else "plain"].append([entry["zh"], entry["en"]])
    source = (Path(__file__).parent / "assets" / "desk.js").read_text(encoding="utf-8")
    return source.replace("= WORDS;", f"= {json.dumps(words, ensure_ascii=False)};")


async def _document(request: Request) -> Response:
    visitor = request.state.visitor
    if request.url.path == "/":
        return RedirectResponse(f"/{landing(visitor.role)}", 303, {"Cache-Control": "no-store"})
    # no-store: the back button after a logout shows the door, not what was on the desk.
    return HTMLResponse(index(visitor.lang), headers={"Cache-Control": "no-store"})


async def _script(_request: Request) -> Response:
    return Response(script(), media_type="text/javascript; charset=utf-8", headers={"Cache-Control": "no-cache"})


ROUTES = [*(Route(path, _document) for path in sorted(DOCUMENTS)), Route("/desk.js", _script)]
