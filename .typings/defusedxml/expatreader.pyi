"""The SAX driver of defusedxml."""

from xml.sax.handler import ContentHandler

class DefusedExpatParser:
    def __init__(
        self,
        namespaceHandling: int = ...,
        bufsize: int = ...,
        forbid_dtd: bool = ...,
        forbid_entities: bool = ...,
        forbid_external: bool = ...,
    ) -> None: ...
    def setContentHandler(self, handler: ContentHandler) -> None: ...
    def feed(self, data: bytes | str, isFinal: bool = ...) -> None: ...
    def close(self) -> None: ...
