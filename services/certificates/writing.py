"""Writing a certificate: as a page to be printed, and as plain text."""

from __future__ import annotations

from collections.abc import Iterator

from jinja2 import Environment, PackageLoader, StrictUndefined

from linli.schemas.glossary import Tongue
from linli.services.certificates.certificate import Certificate

_WORDS = {
    "title": ("Certificate of volunteer service", "志愿服务记录证明"),
    "synthetic": ("SYNTHETIC DATA: this certifies nothing", "模拟数据：本件不具证明效力"),
    "number": ("Number", "证明编号"),
    "name": ("Name", "姓名"),
    "volunteer": ("Volunteer (the team's number)", "志愿者编号（队内）"),
    "identity": ("Identity document (to be filled in)", "证件类型及号码（手工填写）"),
    "group": ("Team", "志愿团体"),
    "period": ("Period", "服务期间"),
    "visits": ("Visits", "服务次数"),
    "hours": ("Service time, hours", "服务时间（小时）"),
    "date": ("Begun", "开始时间"),
    "service": ("Service", "服务内容"),
    "proof": ("Proven by", "核实方式"),
    "issuer": ("Issued by (seal)", "出具单位（盖章）"),
    "head": ("Person in charge, telephone", "负责人、经办人及联系电话"),
    "issued": ("Date", "出具日期"),
    "none": ("No proven visit in this period.", "该期间没有已认定的服务。"),
    "note": (
        "Hours count where somebody else than the team proved the visit; the way there and back is not counted.",
        "时长须经队伍以外的人核实方予认定，不含往返路程。",
    ),
}


def word(name: str, tongue: Tongue) -> str:
    """Return a word of the certificate."""
    return _WORDS[name][1 if tongue == "zh" else 0]


def as_html(made: Certificate, tongue: Tongue) -> str:
    """Write it as one page that needs nothing else and can be printed."""
    environment = Environment(
        loader=PackageLoader("linli.services.certificates", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    template = environment.get_template("certificate.html")
    said = {name: word(name, tongue) for name in _WORDS}
    return template.render(made=made, tongue=tongue, w=said)


def as_text(made: Certificate, tongue: Tongue) -> str:
    """Write it as plain text."""
    return "\n".join(_lines(made, tongue)) + "\n"


def _lines(made: Certificate, tongue: Tongue) -> Iterator[str]:
    yield word("title", tongue)
    if made.synthetic:
        yield f"*** {word('synthetic', tongue)} ***"
    facts = {
        "number": made.number,
        "name": made.name or "________",
        "volunteer": made.volunteer,
        "identity": "________",
        "group": made.group,
        "period": f"{made.start} – {made.until}",
        "visits": str(len(made.lines)),
        "hours": f"{made.hours:g}",
    }
    yield from (f"{word(name, tongue)}: {value}" for name, value in facts.items())
    yield ""
    for one in made.lines:
        yield f"{one.start:%Y-%m-%d %H:%M}  {one.service}  {one.hours:g}  {one.proof}"
    if not made.lines:
        yield word("none", tongue)
    yield ""
    yield word("note", tongue)
    yield f"{word('issuer', tongue)}: {made.issuer}"
    yield f"{word('head', tongue)}: ________"
    yield f"{word('issued', tongue)}: {made.issued:%Y-%m-%d}"
