"""What offices write for the few words the desk knows: groups, disabilities, posts, kinds of orders, channels."""

import re

from core.imports.cells import Bad, Cell, half_width, is_nothing, plain, squeezed
from core.work_orders import CATEGORIES as ORDER_CATEGORIES
from core.work_orders import CHANNELS as ORDER_CHANNELS
from core.work_orders import kinds

SEVERAL = re.compile(r"\s*(?:[、,，/;；+|\n]|和|(?<=[\u3400-\u9fff])\s+(?=[\u3400-\u9fff]))\s*")

GROUPS: dict[str, tuple[str, str | None] | None] = {
    **dict.fromkeys(("老年人", "老人", "60岁以上", "60岁以上老人", "60岁以上老年人", "高龄", "高龄老人", "80岁以上老人", "空巢", "空巢老人", "elder", "elderly"), ("elder", None)),
    **dict.fromkeys(("独居", "独居老人", "独居老年人", "孤寡老人", "livingalone"), ("elder", "living_alone")),
    **dict.fromkeys(("失能", "失能老人", "半失能", "半失能老人", "失能半失能老人", "失智老人", "disabledelder"), ("elder", "disabled_elder")),
    **dict.fromkeys(("残疾", "残疾人", "持证残疾人", "重度残疾人", "重残", "disabled"), ("disabled", None)),
    **dict.fromkeys(("困境儿童", "困境未成年人", "child", "childindifficulty"), ("child", None)),
    **dict.fromkeys(("孤儿", "事实无人抚养儿童", "childwithoutguardian"), ("child", "no_guardian")),
    **dict.fromkeys(("留守儿童", "leftbehindchild"), ("child", "left_behind")),
    **dict.fromkeys(("普通居民", "普通", "一般居民", "一般", "常住", "常住人口", "户籍人口", "流动人口", "党员", "退役军人", "优抚对象", "resident"), None),
    **dict.fromkeys(("低保", "低保户", "低保对象", "低收入", "特困", "特困人员", "否"), None),
}
"""Squeezed text → roster group and detail; None: known, but no roster group (WS 二.2 has three)."""

DISABILITIES = {
    **dict.fromkeys(("视力", "视力残疾", "visual", "sight"), "visual"),
    **dict.fromkeys(("听力", "听力残疾", "hearing"), "hearing"),
    **dict.fromkeys(("言语", "言语残疾", "语言", "语言残疾", "speech"), "speech"),
    **dict.fromkeys(("肢体", "肢体残疾", "physical", "limb"), "physical"),
    **dict.fromkeys(("智力", "智力残疾", "intellectual"), "intellectual"),
    **dict.fromkeys(("精神", "精神残疾", "mental", "psychiatric"), "mental"),
    **dict.fromkeys(("多重", "多重残疾", "multiple"), "multiple"),
    **dict.fromkeys(("是", "有", "残疾", "√", "1", "yes", "y"), "unspecified"),
    **dict.fromkeys(("否", "没有", "健全", "0", "no", "n"), "none"),
}
LEVELS = {f"{written}{ending}": level for level, writings in enumerate(("一1壹", "二2贰", "三3叁", "四4肆"), 1) for written in writings for ending in ("级", "")}
STAFF_KINDS = {
    **dict.fromkeys(("站长", "书记", "社区书记", "主任", "社区主任", "书记主任", "党委书记", "head", "stationhead"), "head"),
    **dict.fromkeys(("网格员", "专职网格员", "网格长", "gridworker"), "grid_worker"),
    **dict.fromkeys(("社工", "社区工作者", "社会工作者", "专职社工", "两委委员", "委员", "副书记", "副主任", "工作人员", "socialworker", "worker"), "social_worker"),
    **dict.fromkeys(("物业", "物业人员", "物业经理", "物业服务人员", "property"), "property"),
    **dict.fromkeys(("志愿者", "楼长", "楼栋长", "单元长", "volunteer"), "volunteer"),
}
POSTS = {**dict.fromkeys(("a", "a岗", "a角", "大厅", "主岗"), "A"), **dict.fromkeys(("b", "b岗", "b角", "入户", "副岗", "走访"), "B")}
BILL_KINDS = {
    **dict.fromkeys(("水费", "水", "自来水", "自来水费", "water", "water bill"), "water"),
    **dict.fromkeys(("电费", "电", "electricity", "power"), "electricity"),
    **dict.fromkeys(("燃气费", "燃气", "天然气", "天然气费", "煤气费", "煤气", "gas"), "gas"),
    **dict.fromkeys(("供暖费", "供暖", "采暖费", "取暖费", "暖气费", "热力费", "heating"), "heating"),
    **dict.fromkeys(("物业费", "物业", "物业服务费", "物业管理费", "property fee", "propertyfee"), "property_fee"),
}
CERTIFICATES = {
    **dict.fromkeys(("高级社会工作师", "高级", "高级社工师", "seniorsocialworker"), "senior_social_worker"),
    **dict.fromkeys(("社会工作师", "中级", "社工师", "中级社工师", "socialworker"), "social_worker"),
    **dict.fromkeys(("助理社会工作师", "初级", "助理", "助理社工师", "初级社工师", "assistant", "assistantsocialworker"), "assistant"),
}
ORDER_KINDS = {squeezed(name): kind.id for kind in kinds().values() for name in (kind.id, *kind.title.values())} | {
    **dict.fromkeys(("诉求", "普通诉求", "居民诉求", "求助", "建议", "留言"), "demand"),
    **dict.fromkeys(("咨询", "政策", "政策咨询"), "advice"),
    **dict.fromkeys(("文化", "活动"), "culture"),
    **dict.fromkeys(("紧急", "紧急诉求", "急件"), "urgent"),
    **dict.fromkeys(("报修", "维修", "设施维修"), "repair"),
    **dict.fromkeys(("噪音", "噪声", "噪音扰民", "噪音投诉"), "noise"),
    **dict.fromkeys(("投诉", "监督投诉", "热线投诉"), "complaint"),
    **dict.fromkeys(("纠纷", "邻里纠纷", "调解", "矛盾纠纷"), "dispute"),
    **dict.fromkeys(("即办", "简单事项"), "simple"),
    **dict.fromkeys(("复杂事项", "低保申请"), "complex"),
    **dict.fromkeys(("住房补贴", "住房补贴申请"), "subsidy"),
    **dict.fromkeys(("突发事件", "应急"), "emergency"),
}
CATEGORIES = {squeezed(name): name for name in ORDER_CATEGORIES} | {
    **dict.fromkeys(("公共服务", "民生服务", "社会保障"), "public_service"),
    **dict.fromkeys(("物业管理", "物业", "物业服务"), "property_management"),
    **dict.fromkeys(("邻里纠纷", "矛盾纠纷", "纠纷"), "neighbour_disputes"),
    **dict.fromkeys(("政策咨询", "咨询"), "policy_advice"),
    **dict.fromkeys(("文化", "文化活动", "文体活动"), "culture"),
}
ANY_CATEGORY, ANY_CHANNEL = "", "online"
"""What a category nobody here knows (the kind's own is taken) and a channel nobody here knows (another system's) come to."""
CHANNELS = {squeezed(name): name for name in ORDER_CHANNELS} | {
    **dict.fromkeys(("电话", "来电"), "phone"),
    **dict.fromkeys(("热线", "12345", "市民热线", "监督热线", "supervisionhotline"), "hotline"),
    **dict.fromkeys(("窗口", "大厅", "现场", "walkin"), "hall"),
    **dict.fromkeys(("来访", "上门", "走访", "入户", "homevisit"), "visit"),
    **dict.fromkeys(("网格", "网格上报", "巡查", "巡查发现"), "patrol"),
    **dict.fromkeys(("网络", "网上", "微信", "公众号", "小程序", "平台", "留言", "mobile", "web", "wechat"), "online"),
}
OCCUPANCIES = {
    **dict.fromkeys(("自住", "自用", "本人居住", "已入住", "入住", "有人居住", "常住", "self", "lived in", "livedin", "occupied", "owner"), "self"),
    **dict.fromkeys(("出租", "租赁", "已出租", "租住", "承租", "let", "rented", "tenant"), "let"),
    **dict.fromkeys(("空置", "空", "闲置", "未入住", "无人居住", "空置房", "vacant", "empty"), "vacant"),
}
CLOSED, OPEN = "closed", "open"
STATUSES = {
    **dict.fromkeys(("办结", "已办结", "完成", "已完成", "结案", "已结案", "关闭", "已关闭", "已处理", "closed", "done", "completed", "resolved"), CLOSED),
    **dict.fromkeys(("待办", "待处理", "处理中", "办理中", "在办", "已受理", "受理", "已派单", "未办结", "open", "pending", "assigned", "inprogress", "started"), OPEN),
}
OUTCOMES = {
    **dict.fromkeys(("已化解", "化解", "调解成功", "成功", "达成协议", "和解", "已和解", "是", "settled", "yes"), "settled"),
    **dict.fromkeys(("未化解", "调解不成", "调解未成功", "未成功", "未达成协议", "否", "notsettled", "no"), "not_settled"),
}
HERE, GONE = "here", "gone"
STANDINGS = {
    **dict.fromkeys(("死亡", "已死亡", "去世", "已去世", "已故", "亡故", "病故", "身故", "逝世", "过世", "离世", "死", "亡"), "dead"),
    **dict.fromkeys(("死亡注销", "死亡销户", "注销死亡", "dead", "deceased", "died"), "dead"),
    **dict.fromkeys(("迁出", "已迁出", "迁出注销", "户口迁出", "搬走", "已搬走", "搬离", "已搬离", "外迁", "已外迁", "转出", "已转出", "moved", "movedaway", "movedout"), "moved"),
    **dict.fromkeys(("注销", "已注销", "销户", "已销户", "减员", "已减员", "不在册", "gone", "left"), GONE),
    **dict.fromkeys(("正常", "在册", "在世", "健在", "在住", "常住", "居住", "有效", "存活", "户在人在", "人户一致", "normal", "active", "alive"), HERE),
    **dict.fromkeys(("人户分离", "户在人不在", "人在户不在", "户籍", "户籍人口", "流动", "流动人口", "常住人口", "暂住", "寄住", "租住", "空挂户"), None),
}
"""Squeezed text of a column about how somebody stands → of core.departures.EXITS, gone some way or other, here; None: known, and says nothing about leaving."""
CONTACT_ACTS = {
    **dict.fromkeys(("电话", "打电话", "电话联系", "电话问候", "通话", "call", "phone", "telephone"), "call"),
    **dict.fromkeys(("上门", "走访", "入户", "上门走访", "入户走访", "探访", "上门探访", "visit", "homevisit"), "visit"),
    **dict.fromkeys(("辅导", "课业辅导", "心理辅导", "谈心", "session", "tutoring", "counselling"), "session"),
    **dict.fromkeys(("评估", "需求评估", "上门评估", "assessment"), "assessment"),
}
CONTACT_OUTCOMES = {
    **dict.fromkeys(("接通", "已接通", "见到本人", "见面", "正常", "已完成", "完成", "成功", "是", "reached", "metinperson", "done", "yes"), "reached"),
    **dict.fromkeys(("未接", "无人接听", "未接通", "无人应门", "未见到", "家中无人", "不在家", "否", "noanswer", "nobodyhome", "no"), "no_answer"),
    **dict.fromkeys(("号码有误", "空号", "停机", "wrongnumber"), "wrong_number"),
    **dict.fromkeys(("拒绝", "拒访", "refused"), "refused"),
    **dict.fromkeys(("已约时间", "预约", "appointmentmade", "agreed"), "agreed"),
    **dict.fromkeys(("稍后再打", "calllater"), "call_later"),
}
RATINGS = {
    **dict.fromkeys(("非常满意", "很满意", "5", "五星", "5分"), 5),
    **dict.fromkeys(("满意", "4", "四星", "4分", "比较满意", "satisfied"), 4),
    **dict.fromkeys(("基本满意", "一般", "3", "三星", "3分", "neutral"), 3),
    **dict.fromkeys(("不满意", "2", "二星", "2分", "unsatisfied"), 2),
    **dict.fromkeys(("非常不满意", "很不满意", "1", "一星", "1分"), 1),
}


def choice(known: dict, cell: Cell, reason: str, otherwise: object = None):
    """What `cell` stands for among `known`; for anything else `otherwise`, or Bad(reason) when that is None."""
    text = plain(cell)
    if is_nothing(text):
        return None
    found = known.get(squeezed(text))
    if found is None:
        found = known.get(text)
    if found is not None:
        return found
    return otherwise if otherwise is not None else Bad(reason)


def groups_of(cell: Cell) -> tuple[tuple[str, str | None], ...] | Bad | None:
    """The roster groups (group, detail) named in one cell; other known categories give none."""
    text = half_width(plain(cell))
    if is_nothing(text):
        return None
    found = []
    for part in filter(None, map(squeezed, SEVERAL.split(text))):
        if part not in GROUPS:
            return Bad("group")
        if GROUPS[part] and GROUPS[part] not in found:
            found.append(GROUPS[part])
    return tuple(found)
