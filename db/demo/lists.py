"""The list the demo's police hands over: the community's own people as they would write them, and a few differences. All invented."""

from collections.abc import Sequence

from core.imports.id_numbers import check_digit

HEAD = ["姓名", "公民身份号码", "出生日期", "户籍地址"]
FILE_NAME = "户籍人口.xlsx"
Listed = tuple[str, str, str, str]
"""Name, ID number, birth date, address."""


def police_list(people: Sequence[Listed]) -> list[list[str]]:
    """Header and rows. Of a few people one thing differs; two are new, and two are not on it."""
    rows = [[name, number, born, address.replace("号楼", "幢")] for name, number, born, address in people]
    if len(rows) < 20:
        return [HEAD, *rows]
    at = [n * (len(rows) // 20) for n in range(20)]
    rows[at[1]][0] = next((name for name, *_ in rows if name[0] == rows[at[1]][0][0] and name != rows[at[1]][0]), "")
    rows[at[2]][3], rows[at[3]][3] = rows[at[4]][3], rows[at[5]][3]
    rows[at[6]][1] = ""
    rows[at[7]][1] = _next_number(rows[at[7]][1])
    new = [[rows[at[12 + n]][0], _newcomer(born, n), born, rows[at[8 + n]][3]] for n, born in enumerate(("1957-04-12", "1993-09-30"))]
    return [HEAD, *(row for n, row in enumerate(rows) if n not in at[10:12]), *new]


def _next_number(number: str) -> str:
    """A number as a correction of the register gives it: same day and sex, another serial."""
    first = f"{number[:14]}{(int(number[14:17]) + 500) % 1000:03d}"
    return first + check_digit(first)


def _newcomer(born: str, n: int) -> str:
    first = f"000099{born.replace('-', '')}{91 + n * 9:03d}"
    return first + check_digit(first)
