"""Looks of cells."""

class Font:
    def __init__(self, bold: bool = ..., color: str = ..., italic: bool = ...) -> None: ...

class PatternFill:
    def __init__(self, fill_type: str = ..., fgColor: str = ...) -> None: ...

class Alignment:
    def __init__(self, wrap_text: bool = ..., vertical: str = ...) -> None: ...
