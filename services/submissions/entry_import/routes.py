"""The pages of the import: the sheet of a contest, the upload, what the file would do, the writing and how far it is."""

from typing import Annotated, Literal

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from services.submissions.entry_import import service
from services.submissions.entry_import.domain import Import, RowsWrong, State
from services.submissions.entry_sheets import domain as sheets
from shared import forms, tables
from shared.clock import now
from shared.errors import Invalid, Refusal
from shared.identity import Person, Role, may
from shared.pages import page, see_other, store_of

routes = APIRouter(include_in_schema=False)
Clerk = Annotated[Person, may(Role.SECRETARY, Role.ORGANISER)]
_IMPORT = "/tiep-nhan/nhap"


class UploadForm(BaseModel):
    """Which contest, how the entries came, and the file."""

    contest_id: str = Field(min_length=1, max_length=60, title="Cuộc thi")
    channel: Literal["email", "desk"] = Field(title="Các bài này tới bằng cách nào")


@routes.get(_IMPORT)
async def upload_page(request: Request, person: Clerk) -> Response:
    return await _upload_page(request, person, {"contest_id": request.query_params.get("cuoc-thi", "")}, [])


async def _upload_page(
    request: Request, person: Person, values: dict[str, str], errors: list[dict[str, str]], status: int = 200
) -> Response:
    open_to = await service.open_to(store_of(request).read, person)
    ways = [{"value": value, "text": text} for value, text in sheets.WAYS.items()]
    return page(
        request, "entry_import/upload.html", status, contests=open_to, ways=ways, values=values, errors=errors,
        most=sheets.MAX_ROWS,
    )  # fmt: skip


@routes.get(_IMPORT + "/mau/{contest_id}")
async def template(request: Request, contest_id: str, person: Clerk) -> Response:
    """An empty sheet of this contest."""
    contest = await service.contest(store_of(request).read, contest_id, person)
    listed, notes = sheets.choices(contest), sheets.notes(contest)
    content = tables.as_form("Bài dự thi", list(sheets.heads(contest).values()), listed, notes)
    return _file(content, f"mau-{contest.slug}.xlsx")


def _file(content: bytes, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=tables.XLSX, headers=headers)


@routes.post(_IMPORT)
async def upload(request: Request, person: Clerk) -> Response:
    form = await forms.read(request, UploadForm)
    try:
        asked, sent = form.valid(), form.files.get("file")
        if sent is None:
            raise Invalid([{"field": "file", "text": "Hãy chọn tệp Excel theo mẫu."}])
        name, content = sent.filename or "", await sent.read()
        staged = await service.stage(
            store_of(request), asked.contest_id, asked.channel, name, content, by=person, at=now()
        )
    except Refusal as refusal:
        form.refuse(refusal)
        return await _upload_page(request, person, form.typed, form.errors, refusal.status)
    return see_other(request, f"{_IMPORT}/{staged.id}")


@routes.get(_IMPORT + "/{import_id}")
async def preview(request: Request, import_id: str, person: Clerk) -> Response:
    return await _preview(request, await service.get(store_of(request), import_id, person), person)


async def _preview(
    request: Request, staged: Import, person: Person, errors: list[dict[str, str]] | None = None, status: int = 200
) -> Response:
    contest = await service.contest(store_of(request).read, staged.contest_id, person)
    context = {"staged": staged, "contest": contest, "ways": sheets.WAYS, "errors": errors or []}
    return page(request, "entry_import/preview.html", status, **context)


@routes.get(_IMPORT + "/{import_id}/loi.xlsx")
async def faults(request: Request, import_id: str, person: Clerk) -> Response:
    """The sheet as it came, with what is wrong and what was noticed beside each row, to be mended and sent again."""
    staged = await service.get(store_of(request), import_id, person)
    rows = sheets.with_remarks(staged.rows, staged.faults, staged.notices) if staged.rows else iter(())
    return _file(tables.as_xlsx(list(rows), "Bài dự thi", widest=0), "can-sua.xlsx")


@routes.post(_IMPORT + "/{import_id}")
async def write(request: Request, import_id: str, person: Clerk) -> Response:
    try:
        started = await service.start(store_of(request), import_id, by=person, at=now())
    except RowsWrong as refusal:
        staged = await service.get(store_of(request), import_id, person)
        return await _preview(request, staged, person, [{"field": "", "text": refusal.message}], refusal.status)
    note = "Đang ghi. Bạn có thể đóng trang này; việc ghi vẫn tiếp tục." if started.state is State.WAITING else ""
    return see_other(request, f"{_IMPORT}/{started.id}", note)
