"""What offices are called: those of the law in the glossary, the county's own on its menu, others as written."""

from __future__ import annotations

from linli.matcher.desk.orders import OFFICES
from linli.schemas.glossary import Tongue, words
from linli.schemas.menu import ServiceMenu


def office_name(office: str, menu: ServiceMenu, tongue: Tongue) -> str:
    """Name an office in a language."""
    code = next((code for code, name in OFFICES.items() if name == office), office)
    lawful, known = words("office").get(code), menu.office(code)
    if lawful is not None:
        return lawful[1] if tongue == "zh" else lawful[0]
    if known is None:
        return office
    return known.zh if tongue == "zh" else known.en
