"""What the operating system says when it refuses a file, in both languages; its own words follow no setting of ours."""

from __future__ import annotations

import errno
import os
from typing import Final

from linli.schemas.errors import Both

CHINESE: Final = {
    errno.EACCES: "没有权限",
    errno.EBUSY: "正被占用",
    errno.EDQUOT: "超出磁盘配额",
    errno.EEXIST: "已存在",
    errno.EFBIG: "文件过大",
    errno.EIO: "读写出错",
    errno.EISDIR: "这是文件夹，不是文件",
    errno.ELOOP: "链接过多",
    errno.EMFILE: "打开的文件过多",
    errno.ENAMETOOLONG: "名称过长",
    errno.ENOENT: "没有此文件或文件夹",
    errno.ENOSPC: "磁盘已满",
    errno.ENOTDIR: "路径中有一段不是文件夹",
    errno.EPERM: "不允许此操作",
    errno.EROFS: "文件系统只读",
    errno.EADDRINUSE: "端口已被占用",
    errno.EADDRNOTAVAIL: "本机没有此地址",
}
"""Refusals that somebody meets with files and ports; any other is said as the system says it."""


def refused_by_system(error: OSError) -> Both:
    """Say why the system refused, without the name of the file."""
    english = error.strerror or (os.strerror(error.errno) if error.errno else type(error).__name__)
    return Both(english, CHINESE.get(error.errno or 0, english))
