"""What the library of the command line says of a mistake, in Chinese; it speaks English alone.

A sentence that is not known here stays as it is: better a true word in English than none.
"""

from __future__ import annotations

import re
from typing import Final

_VALUE: Final = r"Invalid value for '?(?P<name>[^:]*?)'?: (?:Value error, )?"

SENTENCES: Final = tuple(
    (re.compile(f"{english}\\.?", re.DOTALL), chinese)
    for english, chinese in (
        (r"No such command '(?P<name>.*?)'\. Did you mean (?P<other>.*)\?", "没有命令 {name}；是否为 {other}"),
        (r"No such command '(?P<name>.*)'", "没有命令 {name}"),
        (r"No such option: (?P<name>\S+) \(Possible options: (?P<other>.*)\)", "没有选项 {name}；可能是 {other}"),
        (r"No such option: (?P<name>\S+)\. ?Did you mean (?P<other>.*)\?", "没有选项 {name}；是否为 {other}"),
        (r"No such option: (?P<name>\S+?)", "没有选项 {name}"),
        (r"Missing argument '(?P<name>.*)'", "缺少参数 {name}"),
        (r"Missing option '(?P<name>.*)'", "缺少选项 {name}"),
        (r"Missing command", "缺少命令"),
        (r"Option '(?P<name>.*)' requires an argument", "选项 {name} 须带取值"),
        (r"Option '(?P<name>.*)' does not take a value", "选项 {name} 不带取值"),
        (r"Got unexpected extra arguments?(?:\(s\))? \((?P<name>.*)\)", "多余的参数 {name}"),
        (_VALUE + r"Input should be a valid integer.*", "{name} 须为整数"),
        (_VALUE + r"Input should be a valid number.*", "{name} 须为数字"),
        (_VALUE + r"Input should be greater than or equal to (?P<other>.*)", "{name} 不得小于 {other}"),
        (_VALUE + r"Input should be less than or equal to (?P<other>.*)", "{name} 不得大于 {other}"),
        (_VALUE + r"'(?P<given>.*)' is not one of (?P<other>.*)", "{name} 不能为 {given}；可选 {other}"),
        (_VALUE + r"(?P<other>.*)", "{name} 的取值有误：{other}"),
    )
)
"""The library's sentences, the most telling first, and ours."""


FURNITURE: Final = (
    (r"^Usage: ", "用法："),
    (r"^Options:$", "选项："),
    (r"^Arguments:$", "参数："),
    (r"^Commands:$", "命令："),
    (r"\[OPTIONS\]", "[选项]"),
    (r"COMMAND \[ARGS\]\.\.\.", "命令 [参数]..."),
    (r"Show this message and exit\.", "显示本说明后退出。"),
    (r"(?<=[\[ ])required\]", "必填]"),
    (r"\[default: ", "[默认 "),
    (r"\[default:$", "[默认"),
)
"""What the library writes around our own words in a help text."""


def help_in_chinese(text: str) -> str:
    """Return a help text whose headings are Chinese, too."""
    for english, chinese in FURNITURE:
        text = re.sub(english, chinese, text, flags=re.MULTILINE)
    return text


def in_chinese(sentence: str) -> str:
    """Return what a sentence of the library says; the sentence itself where it is not known."""
    for english, chinese in SENTENCES:
        found = english.fullmatch(sentence.strip())
        if found is not None:
            # A name of several spellings comes as "-o' / '--out".
            return chinese.format(**{name: text.replace("' / '", " / ") for name, text in found.groupdict().items()})
    return sentence
