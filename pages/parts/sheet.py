"""A document of its own for a phone and for the printer: no menu, no script, nothing fetched."""

from html import escape

_SHEET = """<!doctype html><html lang="{code}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>{title}</title><style>
body{{font:16px/1.6 system-ui,"Noto Sans CJK SC","Microsoft YaHei",sans-serif;color:#1c2b33;margin:1rem auto;max-width:46rem;padding:0 1rem}}
h1{{font-size:1.5rem;margin:.4rem 0}}h2{{font-size:1.08rem;margin:1.1rem 0 .2rem;break-after:avoid}}
ul,ol{{margin:.2rem 0;padding-left:1.4rem}}li{{break-inside:avoid;overflow-wrap:anywhere}}p{{margin:.4rem 0}}
.small{{color:#5b6b73;font-size:.88rem}}.mark{{display:inline-block;border:1px solid #9a5b00;color:#7a4b00;border-radius:6px;padding:.1rem .5rem;font-size:.88rem}}
.sign{{margin-top:2.5rem;text-align:right}}nav a{{color:#0f6b62;display:inline-block;padding:.6rem 1.2rem .6rem 0}}
@media print{{nav{{display:none}}body{{margin:0;max-width:none}}}}
</style></head><body><nav>{links}</nav><h1>{title}</h1>{body}</body></html>"""
_CODE = {"zh": "zh-CN", "en": "en"}


def sheet(lang: str, title: str, body: str, links: dict[str, str]) -> str:
    """The whole page. `body` is HTML already; `links`: address → text, not printed."""
    anchors = "".join(f'<a href="{escape(where)}">{escape(text)}</a>' for where, text in links.items())
    return _SHEET.format(code=_CODE[lang], title=escape(title), body=body, links=anchors)


def listed(lines: list[str], tag: str = "ul") -> str:
    """Lines as a list."""
    return f"<{tag}>{''.join(f'<li>{escape(line)}</li>' for line in lines)}</{tag}>"
