"""Bills of the demo: one at each stage, and one that was dunned too late; a standard for illegal parking, and penalties by it. All invented."""

from dataclasses import dataclass


@dataclass(frozen=True)
class BillStory:
    """A bill of `kind` over `yuan`, to be paid in `due` days (negative: ago), entered 30 days before that or 20 days ago; `steps`: act → days ago."""

    kind: str
    yuan: int
    due: int
    steps: dict[str, int]


TOLD_FOR = 6
"""Days ahead of a notice that lie up to the last payment day it names."""
BILLS = (
    BillStory("electricity", 126, 9, {}),
    BillStory("water", 58, 2, {}),
    BillStory("gas", 73, -5, {"sms": 3}),
    BillStory("electricity", 210, -14, {"sms": 12}),
    BillStory("heating", 1_640, -43, {"sms": 40, "phone": 38}),
    BillStory("water", 95, -52, {"sms": 48, "phone": 45, "notice": 20, "suspend": 4}),
    BillStory("property_fee", 1_080, -60, {"sms": 55, "phone_failed": 53, "phone": 52}),
    BillStory("gas", 61, -8, {"pay": 10}),
)
STANDARD = "消防通道、绿化带、单元门前违规停放机动车的，先劝离；劝离无效的，每次收取占道管理费。"
MINUTES = "业主代表和物业参加，多数同意收费标准；夜间先电话联系车主，半小时内挪车的不处罚。"
PUBLISHED, HEARD = 24, 20
"""Days ago."""
PENALTIES = (("鲁SA12Z8", "北门消防通道", "P-0031", 12, ""), ("鲁S3K77D", "中心绿化带", "P-0034", 6, "车主就医，情况属实"), ("鲁AF20119", "北门消防通道", "P-0036", 3, ""))
"""Plate, place, photo, days ago, why it was revoked the day after."""
