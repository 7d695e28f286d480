"""Lists to choose from."""

class DataValidation:
    def __init__(
        self,
        type: str = ...,
        formula1: str = ...,
        allow_blank: bool = ...,
        showErrorMessage: bool = ...,
    ) -> None: ...
    error: str
    errorTitle: str
    errorStyle: str
    def add(self, cell: str) -> None: ...
