"""The columns of a CSV of orders."""

from __future__ import annotations

from typing import Final

from linli.services.cli.csv_columns import (
    Column,
    Columns,
    Context,
    decimal,
    instant,
    listed,
    text,
    whole_number,
    word_from,
    yes_or_no,
)


def _category(cell: str, context: Context) -> object:
    named = {name: item.code for item in context.menu.items for name in (item.zh, item.en.casefold())}
    return named.get(cell) or named.get(cell.casefold()) or cell


_COLUMNS: Final[tuple[Column, ...]] = (
    Column("source_id", ("单号", "工单号", "编号"), "source_id", text, ("the sender's own number", "来源编号"), True),
    Column(
        "category",
        ("类别", "服务类别", "服务项目"),
        "category",
        _category,
        ("a category of the menu", "服务项目"),
        True,
    ),
    Column(
        "beneficiary",
        ("对象", "服务对象"),
        "beneficiary",
        word_from("beneficiary"),
        ("who is helped", "服务对象"),
        True,
    ),
    Column("age_band", ("年龄段",), "age_band", word_from("age"), ("under_14, 14_to_17, adult", "年龄段")),
    Column(
        "requester", ("下单人身份", "代点人身份"), "requester", word_from("requester"), ("who orders", "下单人身份")
    ),
    Column("window_start", ("开始时间", "预约开始"), "windows.0.start", instant, ("from when", "最早上门"), True),
    Column("window_end", ("结束时间", "预约结束"), "windows.0.end", instant, ("until when", "最晚上门"), True),
    Column("minutes", ("时长", "分钟"), "minutes", whole_number, ("length of the visit", "服务时长（分钟）")),
    Column("urgent", ("紧急", "是否紧急"), "urgent", yes_or_no, ("yes or no", "是否紧急")),
    Column("teams_needed", ("需队伍数",), "teams_needed", whole_number, ("1 or 2", "需几支队伍")),
    Column("grid", ("网格", "村居", "网格编码"), "grid", text, ("code of the grid or village", "网格或村居编码")),
    Column("lat", ("纬度",), "personal.location.lat", decimal, ("latitude in degrees", "纬度")),
    Column("lon", ("经度",), "personal.location.lon", decimal, ("longitude in degrees", "经度")),
    Column("crs", ("坐标系",), "personal.location.crs", text, ("wgs84, gcj02 or bd09", "坐标系")),
    Column("name", ("姓名",), "personal.name", text, ("who is helped", "姓名"), True),
    Column("phone", ("电话", "联系电话"), "personal.phone", text, ("telephone", "电话")),
    Column("address_line", ("地址", "住址"), "personal.address_line", text, ("address", "地址")),
    Column("health_note", ("健康备注",), "personal.health_note", text, ("health note", "健康备注")),
    Column("detail", ("诉求", "需求描述"), "personal.detail", text, ("what is needed", "需求描述")),
    Column("consent", ("本人同意",), "consent.beneficiary", yes_or_no, ("the person agrees", "本人同意"), True),
    Column("guardian_consent", ("监护人同意",), "consent.guardian", yes_or_no, ("the guardian agrees", "监护人同意")),
    Column("guardian_name", ("监护人姓名",), "personal.guardian.name", text, ("the guardian", "监护人姓名")),
    Column("guardian_phone", ("监护人电话",), "personal.guardian.phone", text, ("the guardian's", "监护人电话")),
    Column("requester_name", ("代点人姓名",), "personal.requester_name", text, ("who ordered", "代点人姓名")),
    Column("requester_phone", ("代点人电话",), "personal.requester_phone", text, ("who ordered", "代点人电话")),
    Column("gender", ("性别要求",), "wishes.gender", word_from("gender"), ("female or male", "要求上门人员性别")),
    Column("language", ("语言要求",), "wishes.language", word_from("language"), ("a language", "要求语言")),
    Column("excluded_teams", ("回避队伍",), "wishes.excluded_teams", listed, ("team ids, by ;", "回避的队伍")),
    Column("danger_to_life", ("危及生命",), "flags.danger_to_life", yes_or_no, ("yes or no", "是否危及生命")),
    Column("suspected_harm", ("疑似伤害",), "flags.suspected_harm", yes_or_no, ("yes or no", "是否疑似伤害")),
    Column("department_task", ("部门任务",), "department_task", text, ("of the admission list", "部门任务")),
    Column("recorded_afterwards", ("补录",), "recorded_afterwards", yes_or_no, ("yes or no", "是否补录")),
)

ORDER_COLUMNS: Final = Columns("order", _COLUMNS)
"""The columns of a CSV of orders."""
