"""A year of synthetic matters: what residents brought, when it was worked on, how it ended. From a fixed seed."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING

from core.calendar import SHANGHAI, local_day
from core.catalogue import Item, load_catalogue
from core.refusals import Refused
from core.work_orders import Kind, kinds, number
from db.commands.work_orders_bulk import Act, HistoricOrder, order_rows
from db.demo.explanations import explanation_rows
from db.demo.mediation import dispute_rows
from db.demo.reviews import review_rows
from db.models.clocks import Clock, ClockPause
from db.models.reviews import Review
from db.models.work_orders import WorkOrder, WorkOrderEvent

if TYPE_CHECKING:
    from db.demo.community import Builder

PER_HOUSEHOLD = 0.6
"""Matters a household brings in a year; like the shares below a default of the demo."""
SHARES = {
    "repair": 24, "demand": 22, "advice": 12, "simple": 14, "noise": 7, "culture": 5, "complex": 4, "subsidy": 2,
    "dispute": 4, "dispute_council": 1, "dispute_street": 1, "complaint": 2, "urgent": 1.5, "emergency": 0.5,
}  # fmt: skip
LATE, LATE_CARELESS = 0.012, 0.05
STUCK, STUCK_DAYS = 0.06, 12
"""Share of the matters of the last days that nobody went on with: what a station head looks for in the morning."""
RATINGS, RATING_WEIGHTS = (5, 4, 3, 2, 1), (60, 28, 9, 2, 1)
MATTERS = {
    "repair": ("单元门禁失灵", "楼道灯不亮", "下水道堵塞", "电梯异响", "水管漏水", "楼顶渗水", "路灯损坏", "小区大门栏杆故障", "燃气阀门锈蚀", "健身器材松动"),
    "demand": ("垃圾清运不及时", "绿化带杂草丛生", "电动车进楼充电", "楼道堆放杂物", "停车位紧张", "快递柜占道", "宠物粪便无人清理", "希望增设休息座椅", "井盖松动", "道路积水"),
    "advice": ("医保缴费咨询", "养老金认证咨询", "居住证办理咨询", "高龄津贴政策咨询", "公租房申请条件咨询", "独生子女奖扶政策咨询"),
    "simple": ("开具居住证明", "老年证代办", "社保卡信息核对", "志愿者登记", "计划生育证明"),
    "noise": ("夜间装修噪声", "广场舞音量过大", "商铺外放音响", "楼上深夜噪声"),
    "culture": ("借用活动室", "申请书法班名额", "希望组织电影放映", "合唱队场地协调"),
    "complex": ("最低生活保障申请", "临时救助申请", "残疾人两项补贴申请", "特困供养申请"),
    "subsidy": ("住房补贴申请", "租赁补贴年审"),
    "dispute": ("邻里漏水纠纷", "楼道占用争执", "宠物扰民纠纷", "晾晒滴水纠纷"),
    "dispute_council": ("加装电梯意见分歧", "公共停车位分配争议"),
    "dispute_street": ("物业费收缴争议", "业主与物业维修责任争议"),
    "complaint": ("投诉工作人员态度", "投诉办理超时", "投诉公示不及时"),
    "urgent": ("老人独自在家摔倒", "电梯困人", "燃气异味", "水管爆裂"),
    "emergency": ("楼道起火", "大风刮落外墙板", "暴雨积水倒灌"),
}
THIS_MORNING = (
    ("repair", 3.6, ()), ("repair", 1.1, ("accept",)), ("repair", 26, ("accept", "on_site")), ("noise", 20, ("accept",)), ("demand", 22.5, ("accept",)),
    ("demand", 27, ("accept",)), ("advice", 0.6, ()), ("complex", 1.5, ()), ("complex", 70, ("accept", "ask_materials")), ("subsidy", 90, ("accept",)),
    ("dispute", 5, ("accept",)), ("complaint", 0.8, ()), ("culture", 30, ("accept", "feedback")),
)  # fmt: skip
"""What lies on the desk when the demo is opened: kind, hours ago, acts so far. The first two grids have all of it, so that worker1's queue
shows every kind; the others one each."""
MANY_THINGS = {"demand", "urgent"}
ROUND_THE_CLOCK = {"urgent", "emergency", "noise", "repair"}


def order_history(builder: Builder) -> None:
    """Adds the orders, clocks, pauses and events of the builder's months to its rows."""
    chance, made = builder.chance, builder.made
    months = (builder.now - builder.since) / timedelta(days=365)
    count = round(len(builder.households) * PER_HOUSEHOLD * months)
    last: dict[int, str] = {}
    stories = [(kind, received, None, None) for kind, received in _arrivals(chance, count, builder.since, builder.now)]
    for kind, received, acts, grid in sorted([*stories, *_this_morning(builder)], key=lambda story: story[1]):
        year = received.astimezone(SHANGHAI).year
        last[year] = number(received, last.get(year))
        rows = order_rows(_order(builder, kind, received, last[year], acts, grid), builder.calendar, builder.rulebook)
        if isinstance(rows, Refused):
            raise ValueError(f"the demo tells an impossible story of a {kind.id}: {rows.text('en')}")
        made.rows[Review] += review_rows(builder, rows)
        dispute_rows(builder, rows)
        explanation_rows(builder, rows)
        made.rows[WorkOrder].append(rows.work_order)
        made.rows[Clock] += rows.clocks
        made.rows[ClockPause] += rows.pauses
        made.rows[WorkOrderEvent] += rows.events


def _arrivals(chance: random.Random, count: int, since: datetime, now: datetime) -> list[tuple[Kind, datetime]]:
    names, weights = list(SHARES), list(SHARES.values())
    span = (now - since) / timedelta(minutes=1)
    arrivals = []
    for name in chance.choices(names, weights, k=count):
        moment = (since + timedelta(minutes=chance.random() * span)).astimezone(SHANGHAI)
        if name not in ROUND_THE_CLOCK:
            moment = moment.replace(hour=chance.choice((8, 9, 9, 10, 10, 11, 14, 14, 15, 16, 17)))
        arrivals.append((kinds()[name], moment.replace(second=0, microsecond=0)))
    return sorted((a for a in arrivals if since <= a[1] <= now), key=lambda a: a[1])


def _this_morning(builder: Builder) -> list[tuple[Kind, datetime, tuple[Act, ...], int]]:
    """THIS_MORNING, spread over the grids; an act a few minutes after the other."""
    found = []
    for n, (kind, hours, acts) in enumerate(THIS_MORNING):
        received = (builder.now - timedelta(hours=hours)).replace(second=0, microsecond=0)
        done = tuple(Act(act, received + timedelta(minutes=10 * (i + 1)), "户口本、收入证明" if act == "ask_materials" else None) for i, act in enumerate(acts))
        found.append((kinds()[kind], received, done, n % min(2, len(builder.made.grids))))
    for grid in range(2, len(builder.made.grids)):
        kind, hours, _ = THIS_MORNING[grid % 6]
        found.append((kinds()[kind], (builder.now - timedelta(hours=hours / 2)).replace(second=0, microsecond=0), (), grid))
    return found


def _order(builder: Builder, kind: Kind, received: datetime, order_number: str, acts: tuple[Act, ...] | None, grid: int | None) -> HistoricOrder:
    """`acts` and `grid` None: as chance has it."""
    chance = builder.chance
    places = [one for one in builder.households if one[2] == grid] if grid is not None else []
    home, _, grid = chance.choice(places or builder.households)
    person = chance.choice([p for p in home.people if p.relation != "子女"] or home.people)
    building = builder.ground.buildings[home.building]
    matter = chance.choice(MATTERS[kind.id])
    item = _item(kind.id, matter)
    desk = kind.desk if kind.desk == "property" or grid is not None else "station"
    holder = builder.made.staff["property"] if desk == "property" else builder.holder(grid, kind.post or "A")
    return HistoricOrder(
        builder.made.community_id, order_number, kind.id, f"{building.name}{matter}", person.name, person.phone, received,
        tuple(_acts(builder, kind, received, grid)) if acts is None else acts, channel=chance.choice(("hall", "hall", "visit", "phone", "hotline", "online", "patrol")),
        grid_id=None if grid is None else builder.made.grids[grid], building_id=builder.building_ids[home.building], holder_id=holder, desk=desk,
        item=item and item.id, chain=item and item.chain,
    )  # fmt: skip


@cache
def _item(kind_id: str, matter: str) -> Item | None:
    """The item of the catalogue that `matter` is: by its title, or the only one of a kind that is about one thing."""
    fitting = [item for group in load_catalogue() for item in group.items if item.kind == kind_id]
    return next((item for item in fitting if item.title["zh"] == matter), fitting[0] if len(fitting) == 1 and kind_id not in MANY_THINGS else None)


def _acts(builder: Builder, kind: Kind, received: datetime, grid: int | None) -> list[Act]:
    """The acts up to now: on time mostly, some late, some matters of late left lying."""
    chance, now = builder.chance, builder.now
    late = chance.random() < (LATE_CARELESS if grid in builder.careless else LATE)
    acts = _story(builder, kind, received, late)
    rating = chance.choices(RATINGS, RATING_WEIGHTS)[0]
    done = acts[-1].at
    if chance.random() < 0.93:
        asked = done + timedelta(days=1 + chance.random() * 2)
        acts.append(Act("follow_up", asked, rating=rating))
        if rating < 3:
            again = [a for a in kind.met_by(kind.again) if a != "finish"][:1]
            acts += [Act(a, asked + timedelta(hours=3 + n), "已复核处理") for n, a in enumerate((*again, "finish"))]
            acts.append(Act("follow_up", asked + timedelta(days=2), rating=4))
    if received > now - timedelta(days=STUCK_DAYS) and chance.random() < STUCK:
        acts = acts[: chance.randint(0, 1)]
    return [act for act in acts if act.at <= now]


def _story(builder: Builder, kind: Kind, received: datetime, late: bool) -> list[Act]:
    chance = builder.chance

    def hours(low: float, high: float, too_late: tuple[float, float] | None = None) -> timedelta:
        return timedelta(hours=chance.uniform(*(too_late if late and too_late else (low, high))))

    def working(day: datetime, low: int, high: int, too_late: int) -> datetime:
        n = too_late if late else chance.randint(low, high)
        on = builder.calendar.nth_working_day_after(local_day(day), n)
        return datetime(on.year, on.month, on.day, 9, tzinfo=SHANGHAI) + timedelta(minutes=chance.randrange(480))

    accepted = received + hours(0.05, 0.4)
    acts = [Act("accept", accepted)]
    match kind.id:
        case "repair":
            acts += [Act("on_site", received + hours(0.6, 2.8, (3.1, 5))), Act("finish", received + hours(5, 66, (73, 110)), "已修复，居民确认")]
        case "noise":
            verified = received + hours(0.6, 22, (25, 40))
            acts += [Act("verified", verified), Act("finish", verified + hours(0.5, 12), "现场核实并劝止")]
        case "demand" | "advice" | "culture":
            feedback = received + hours(0.6, 22, (25, 60))
            acts += [Act("feedback", feedback), Act("finish", feedback + hours(1, 60), "已办理并告知")]
        case "urgent":
            acts = [Act("on_site", received + hours(0.08, 0.45, (0.55, 1))), Act("finish", received + hours(1.2, 6), "险情排除")]
        case "emergency":
            acts = [Act("on_site", received + hours(0.03, 0.075, (0.1, 0.2))), Act("reported_street", received + hours(0.1, 0.22, (0.3, 0.5)))]
            acts.append(Act("finish", received + hours(1, 6), "现场处置完毕"))
        case "simple":
            acts.append(Act("finish", accepted + hours(0.1, 0.9, (1.2, 4)), "当场办结"))
        case "complaint":
            acts = [Act("contacted", received + hours(0.1, 0.9, (1.1, 3))), Act("finish", working(received, 1, 2, 5), "已调查处理并告知结果")]
        case "complex" | "subsidy":
            acts += _review(builder, kind, accepted, working)
        case "dispute":
            acts.append(Act("finish", received + hours(1, 22, (26, 60)), "双方和解"))
        case "dispute_council":
            held = working(received, 1, 2, 5)
            acts += [Act("council_held", held), Act("finish", held + hours(20, 80), "议事会达成协议")]
        case "dispute_street":
            reported = working(received, 2, 4, 7)
            acts += [Act("reported_street", reported), Act("finish", reported + hours(60, 300), "街道牵头调处")]
    return acts


def _review(builder: Builder, kind: Kind, accepted: datetime, working) -> list[Act]:
    chance, acts, since = builder.chance, [], accepted
    if chance.random() < 0.3:
        asked = accepted + timedelta(hours=chance.uniform(0.5, 20))
        since = asked + timedelta(hours=chance.uniform(4, 60))
        acts += [Act("ask_materials", asked, "缺收入证明、银行流水"), Act("receive_materials", since)]
    step, low, high, too_late = ("reviewed", 4, 13, 18) if kind.id == "subsidy" else ("first_review", 1, 4, 8)
    reviewed = max(working(since, low, high, too_late), since + timedelta(hours=1))
    return [*acts, Act(step, reviewed, "材料属实，同意上报"), Act("finish", reviewed + timedelta(days=chance.uniform(1, 10)), "审批通过，已告知")]
