"""The bytes of files, each with headers that let a browser save it and run nothing of it."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse

from services.submissions.downloads import service
from services.submissions.files import domain as files
from services.submissions.jury_copies.domain import Copy
from shared.identity import SIGNED_IN, Person, Role, may
from shared.pages import store_of

routes = APIRouter(include_in_schema=False)
SignedIn = Annotated[Person, SIGNED_IN]
Jury = Annotated[Person, may(Role.JUDGE, Role.CHAIR, Role.ORGANISER)]


@routes.get("/bai-du-thi/{entry_id}/tep/{file_id}")
async def download(request: Request, entry_id: str, file_id: str, person: SignedIn) -> Response:
    file, content = await service.file(store_of(request), entry_id, file_id, person)
    return _bytes(content, file, file.name)


@routes.get("/bai-du-thi/ban-cham/{copy_id}")
async def jury_copy(request: Request, copy_id: str, person: Jury) -> Response:
    number, copy, content = await service.released_copy(store_of(request), copy_id, person)
    return _bytes(content, copy, files.jury_name(number, copy.media_type))


@routes.get("/bai-du-thi/{entry_id}/xem-truoc/{number}")
async def preview_copy(request: Request, entry_id: str, number: int, person: SignedIn) -> Response:
    copy, content = await service.copy_for_author(store_of(request), entry_id, number, person)
    return _bytes(content, copy, files.jury_name(number, copy.media_type))


def _bytes(content: AsyncIterator[bytes], file: Copy, name: str) -> Response:
    headers = {**files.download_headers(name), "Content-Length": str(file.size)}
    return StreamingResponse(content, media_type=file.media_type, headers=headers)
