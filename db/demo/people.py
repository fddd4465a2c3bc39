"""Believable, wholly synthetic people for a neighbourhood: households, residents, special groups, staff.

Shares are census figures (sources beside them); names are drawn from common ones; ID numbers carry a region 0000xx and phones
the prefix 100, which nobody has.
"""

import random
from dataclasses import dataclass, field
from datetime import date, timedelta

from core.imports.id_numbers import check_digit
from db.demo.geography import Neighbourhood

ELDER_SHARE = 0.2568
"""Residents of 60 and over: Yantai census 2020."""
ELDER_AGES = ((0.562, 60, 69), (0.304, 70, 79), (0.134, 80, 97))
"""Age bands among them: fifth national survey of elders, 2021."""
DISABLED_SHARE = 0.0634
"""Disabled residents: national sample survey 2006."""
DISABLED_ELDER_SHARE = 0.045
"""Elders unable to look after themselves: fifth national survey of elders, 2021."""
DISABILITIES = (("physical", 0.2907), ("hearing", 0.2416), ("multiple", 0.163), ("visual", 0.1486), ("mental", 0.074), ("intellectual", 0.0668), ("speech", 0.0153))
"""Kinds of disability: the same survey of 2006."""
CHILD_IN_DIFFICULTY_SHARE = 0.015
"""Of minors; a default of ours, no document names a share."""

SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈"
GIVEN = {
    "M": "伟强磊军洋勇杰涛明超刚平辉鹏华飞鑫波斌宇浩凯健俊帆帅旭宁龙林国建志文德海山仁成永福生庆",
    "F": "芳娜敏静丽艳娟霞燕玲丹萍红梅琴云洁莉兰凤英华慧玉雪琳晶倩欣怡婷秀珍淑桂香月荣爱巧春",
}

# (kind of household, share, members by role); the shares are tuned to the two census figures above.
HOUSEHOLDS = (
    (0.115, ("adult",)),
    (0.095, ("elder",)),
    (0.185, ("elder", "elder")),
    (0.105, ("adult", "adult")),
    (0.27, ("adult", "adult", "child")),
    (0.10, ("adult", "adult", "child", "child")),
    (0.065, ("elder", "adult", "adult", "child")),
    (0.065, ("elder", "elder", "adult", "adult", "child")),
)


@dataclass
class Person:
    """One synthetic resident; `groups` maps a roster group to its detail."""

    name: str
    sex: str
    born: date
    id_number: str
    phone: str
    relation: str
    groups: dict[str, str | None] = field(default_factory=dict)


@dataclass
class Home:
    """A household: index of its building in the neighbourhood, door like 2单元301."""

    building: int
    door: str
    people: list[Person]


def homes(ground: Neighbourhood, chance: random.Random, today: date) -> list[Home]:
    """Every household of `ground`, in walking order."""
    serial = iter(range(1, 10**7))
    kinds, weights = [members for _, members in HOUSEHOLDS], [share for share, _ in HOUSEHOLDS]
    made = []
    for index, building in enumerate(ground.buildings):
        per_floor = max(1, -(-building.households // (building.units * building.storeys)))
        for n in range(building.households):
            unit, place = divmod(n, per_floor * building.storeys)
            floor, side = divmod(place, per_floor)
            roles = chance.choices(kinds, weights)[0]
            made.append(Home(index, f"{unit + 1}单元{floor + 1}{side + 1:02d}", _family(roles, chance, today, serial)))
    return made


def _family(roles: tuple[str, ...], chance: random.Random, today: date, serial) -> list[Person]:
    surname = chance.choice(SURNAMES)
    family = []
    for n, role in enumerate(roles):
        sex = "MF"[(n + (chance.random() < 0.1)) % 2]
        family.append(_person(role, sex, surname if role == "child" or n == 0 or chance.random() < 0.2 else chance.choice(SURNAMES), chance, today, next(serial)))
        family[-1].relation = "户主" if n == 0 else "子女" if role == "child" else "配偶" if roles[n - 1] == role else "父母"
    _mark_living_alone(family)
    return family


def _person(role: str, sex: str, surname: str, chance: random.Random, today: date, serial: int) -> Person:
    age = _age(role, chance)
    born = today - timedelta(days=int((age + chance.random()) * 365.2425))
    given = "".join(chance.choices(GIVEN[sex], k=chance.choice((1, 2, 2, 2))))
    person = Person(surname + given, sex, born, _id_number(born, sex, serial), f"100{serial:08d}", "", {})
    _put_in_groups(person, chance, today)
    return person


def _age(role: str, chance: random.Random) -> int:
    if role == "elder":
        _, low, high = chance.choices(ELDER_AGES, [band[0] for band in ELDER_AGES])[0]
        return chance.randint(low, high)
    return chance.randint(0, 27) if role == "child" else chance.randint(24, 58)


def _id_number(born: date, sex: str, serial: int) -> str:
    order = serial * 2 % 1000 + (sex == "M")
    first17 = f"0000{serial // 500 % 100:02d}{born:%Y%m%d}{order:03d}"
    return first17 + check_digit(first17)


def _put_in_groups(person: Person, chance: random.Random, today: date) -> None:
    age = age_on(person.born, today)
    disabled = chance.random() < DISABLED_SHARE
    if age >= 60:
        person.groups["elder"] = "disabled_elder" if chance.random() < DISABLED_ELDER_SHARE else None
    elif age < 18 and chance.random() < CHILD_IN_DIFFICULTY_SHARE:
        person.groups["child"] = chance.choice(("left_behind", "poor_family", "ill", "no_guardian"))
    if disabled:
        person.groups["disabled"] = chance.choices([k for k, _ in DISABILITIES], [w for _, w in DISABILITIES])[0]


def _mark_living_alone(family: list[Person]) -> None:
    if len(family) == 1 and "elder" in family[0].groups and family[0].groups["elder"] is None:
        family[0].groups["elder"] = "living_alone"


def age_on(born: date, day: date) -> int:
    """Full years on `day`."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def staff_names(n: int, chance: random.Random) -> list[tuple[str, str]]:
    """`n` names and phones of workers."""
    made = []
    for i in range(n):
        sex = chance.choice("MFF")
        made.append((chance.choice(SURNAMES) + "".join(chance.choices(GIVEN[sex], k=2)), f"100{99_000_000 + i:08d}"))
    return made
