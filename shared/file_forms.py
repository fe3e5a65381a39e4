"""A form with one file and a few short fields, read as it comes: the file goes where the caller says and is never in memory."""

from collections.abc import AsyncIterator, Callable
from typing import Any

from fastapi import Request
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.datastructures import UploadFile

from shared.errors import Invalid
from shared.text import nfc

FIELD = "file"
_PIECE = 256 * 1024
_LONGEST_FIELD, _MOST_PARTS = 4096, 10
OPENAPI: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": [FIELD],
                    "properties": {FIELD: {"type": "string", "format": "binary"}},
                }
            }
        },
    }
}
"""What such a route says of its body, which the framework does not see."""


async def pieces(upload: UploadFile) -> AsyncIterator[bytes]:
    """A file of a form that was read whole, piece by piece from where the framework put it."""
    while piece := await upload.read(_PIECE):
        yield piece


class FileForm:
    """What came: `fields` by their names, and of the file its `name`; its bytes went to `into`."""

    def __init__(self, into: Callable[[memoryview], None]) -> None:
        """`into` may raise: then nothing more is read."""
        self.fields: dict[str, str] = {}
        self.name: str | None = None
        self._into = into
        self._parts = 0
        self._header, self._value = b"", b""
        self._disposition = b""
        self._field: str | None = None
        self._typed = b""

    async def read(self, request: Request) -> None:
        """Raises Invalid for anything but a form with a file, and what `into` raises."""
        kind, options = parse_options_header(request.headers.get("content-type"))
        if kind != b"multipart/form-data" or not options.get(b"boundary"):
            raise _no_file()
        told = {name: getattr(self, f"_{name}") for name in _TOLD}
        try:
            parser = MultipartParser(options[b"boundary"], told)  # type: ignore[arg-type]  # a TypedDict of these names
            async for chunk in request.stream():
                parser.write(chunk)
            parser.finalize()
        except FormParserError as error:
            raise _no_file() from error
        if self.name is None:
            raise _no_file()

    def _on_part_begin(self) -> None:
        self._parts += 1
        self._disposition, self._field, self._typed = b"", None, b""
        if self._parts > _MOST_PARTS:
            raise _no_file()

    def _on_header_field(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]

    def _on_header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _on_header_end(self) -> None:
        if self._header.lower() == b"content-disposition":
            self._disposition = self._value
        self._header, self._value = b"", b""

    def _on_headers_finished(self) -> None:
        _, options = parse_options_header(self._disposition)
        name = options.get(b"name", b"").decode(errors="replace")
        if b"filename" not in options:
            self._field = name
        elif name == FIELD and self.name is None:
            self.name = nfc(options[b"filename"].decode(errors="replace"))
        else:  # a second file, or one of another name
            raise _no_file()

    def _on_part_data(self, data: bytes, start: int, end: int) -> None:
        if self._field is None:
            self._into(memoryview(data)[start:end])
            return
        self._typed += data[start:end]
        if len(self._typed) > _LONGEST_FIELD:
            raise _no_file()

    def _on_part_end(self) -> None:
        if self._field is not None:
            self.fields[self._field] = self._typed.decode(errors="replace")


_TOLD = ("on_part_begin", "on_header_field", "on_header_value", "on_header_end", "on_headers_finished", "on_part_data",
         "on_part_end")  # fmt: skip


def _no_file() -> Invalid:
    return Invalid([{"field": FIELD, "text": "Hãy gửi đúng một tệp trong trường “file”."}])
