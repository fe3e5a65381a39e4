"""tus 1.0 over HTTP: creation, offset, pieces, termination, expiration, checksum. Its errors are ours, as JSON."""

from typing import Annotated

from fastapi import APIRouter, Request, Response
from starlette.requests import ClientDisconnect

from services.submissions.uploads import domain, service
from services.submissions.uploads.domain import Upload
from shared.clock import now
from shared.identity import PUBLIC, Person, Role, may
from shared.pages import store_of

routes = APIRouter(prefix="/api/submissions/v1/entries/{entry_id}/uploads", include_in_schema=False)
Entrant = Annotated[Person, may(Role.ENTRANT)]
_PIECE = "application/offset+octet-stream"


def _answer(status: int, upload: Upload | None = None, **headers: str) -> Response:
    told = {name.replace("_", "-"): value for name, value in headers.items()}
    about = upload.headers() if upload else {}
    if upload is not None and upload.file_id:
        told |= {"Entry-File": upload.file_id, "Entry-Version": str(upload.version)}
    return Response(
        status_code=status, headers={"Tus-Resumable": domain.VERSION, "Cache-Control": "no-store", **about, **told}
    )


def _check_version(request: Request) -> None:
    if request.headers.get("tus-resumable") != domain.VERSION:
        raise domain.OtherVersion


@routes.options("")
async def capabilities(_: Annotated[Person | None, PUBLIC]) -> Response:
    """What this server speaks; asked before anything is said about an entry."""
    return _answer(204, Tus_Version=domain.VERSION, Tus_Extension=domain.EXTENSIONS,
                   Tus_Checksum_Algorithm=domain.ALGORITHMS, Tus_Max_Size=str(domain.MOST_BYTES))  # fmt: skip


@routes.post("")
async def create(request: Request, entry_id: str, person: Entrant) -> Response:
    _check_version(request)
    length = domain.number_in(request.headers.get("upload-length"))
    about = domain.about_in(request.headers.get("upload-metadata"))
    upload = await service.begin(store_of(request), entry_id, about, length, by=person, at=now())
    return _answer(201, upload, Location=f"{request.url.path}/{upload.id}")


@routes.head("/{upload_id}")
async def offset(request: Request, entry_id: str, upload_id: str, person: Entrant) -> Response:
    _check_version(request)
    return _answer(200, await service.get(store_of(request), entry_id, upload_id, by=person, at=now()))


@routes.patch("/{upload_id}")
async def go_on(request: Request, entry_id: str, upload_id: str, person: Entrant) -> Response:
    """One piece or several in one body; the last one makes the file an attachment. Sent again, it says so again."""
    _check_version(request)
    if request.headers.get("content-type") != _PIECE:
        raise domain.WrongType
    store = store_of(request)
    begins = domain.number_in(request.headers.get("upload-offset"))
    checksum = domain.checksum_in(request.headers.get("upload-checksum"))
    upload = await service.get(store, entry_id, upload_id, by=person, at=now())
    try:
        upload = await service.take(store, upload, request.stream(), offset=begins, checksum=checksum)
    except ClientDisconnect:
        return _answer(204)  # nobody hears it
    if upload.whole:
        upload = await service.finish(store, upload, by=person, at=now())
    return _answer(204, upload)


@routes.delete("/{upload_id}")
async def call_off(request: Request, entry_id: str, upload_id: str, person: Entrant) -> Response:
    _check_version(request)
    store = store_of(request)
    await service.call_off(store, await service.get(store, entry_id, upload_id, by=person, at=now()))
    return _answer(204)
