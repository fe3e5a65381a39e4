"""The pages of the import: a template to fill, the upload, the preview with its faults, the writing."""

from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel

from services.submissions.unit_import import domain, service
from services.submissions.unit_import.domain import Import
from services.submissions.units.domain import COLUMNS, LEVELS
from shared import forms, tables
from shared.clock import now
from shared.errors import Invalid, NotFound, Refusal
from shared.identity import Person, Role, may
from shared.pages import page, see_other, store_of

routes = APIRouter(include_in_schema=False)
Editor = Annotated[Person, may(Role.ORGANISER, Role.ADMINISTRATOR)]
_IMPORT = "/don-vi/nhap"
_KINDS = {"csv": tables.CSV, "xlsx": tables.XLSX}


class UploadForm(BaseModel):
    """Only the file."""


def _may(person: Person) -> None:
    """The tree belongs to the whole site."""
    person.require(Role.ORGANISER, Role.ADMINISTRATOR, scope="*")


@routes.get(_IMPORT)
async def upload_page(request: Request, person: Editor) -> Response:
    _may(person)
    return page(request, "unit_import/upload.html", errors=[], columns=COLUMNS, levels=LEVELS)


@routes.get(_IMPORT + "/mau.{suffix}")
async def template(suffix: str, _: Editor) -> Response:
    """An empty file with the heads and two lines to follow."""
    rows: list[list[object]] = [
        list(COLUMNS.values()),
        ["00004", "Phường Ví Dụ", "Phường", "Thành phố Hà Nội", "01/07/2025", "", "", ""],
        ["", "Xã Ví Dụ", "Xã", "Thành phố Hà Nội", "01/07/2025", "", "", ""],
    ]
    if suffix not in _KINDS:
        raise NotFound
    content = tables.as_csv(rows) if suffix == "csv" else tables.as_xlsx(rows, "Đơn vị")
    return _file(content, f"mau-don-vi.{suffix}", _KINDS[suffix])


def _file(content: bytes, name: str, media_type: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=media_type, headers=headers)


@routes.post(_IMPORT)
async def upload(request: Request, person: Editor) -> Response:
    _may(person)
    form = await forms.read(request, UploadForm)
    try:
        sent = form.files.get("file")
        if sent is None:
            raise Invalid([{"field": "file", "text": "Hãy chọn tệp Excel hoặc CSV."}])
        staged = await service.stage(store_of(request), sent.filename or "", await sent.read(), by=person, at=now())
    except Refusal as refusal:
        form.refuse(refusal)
        return page(
            request, "unit_import/upload.html", refusal.status, errors=form.errors, columns=COLUMNS, levels=LEVELS
        )
    return see_other(request, f"{_IMPORT}/{staged.id}")


@routes.get(_IMPORT + "/{import_id}")
async def preview(request: Request, import_id: str, person: Editor) -> Response:
    return _preview(request, await service.get(store_of(request), import_id, person))


def _preview(
    request: Request, staged: Import, errors: list[dict[str, str]] | None = None, status: int = 200
) -> Response:
    return page(
        request, "unit_import/preview.html", status, staged=staged, errors=errors or [], levels=LEVELS,
        shown=[unit for unit in staged.units if unit.id in {*staged.new, *staged.changed}][:200],
    )  # fmt: skip


@routes.get(_IMPORT + "/{import_id}/loi.csv")
async def faults(request: Request, import_id: str, person: Editor) -> Response:
    """The faults as a file, to mend them beside the table."""
    staged = await service.get(store_of(request), import_id, person)
    rows: list[list[object]] = [["Dòng", "Cột", "Giá trị", "Cần sửa"]]
    rows += [[one.row, one.column, one.value, one.text] for one in staged.faults]
    return _file(tables.as_csv(rows), "dong-sai.csv", tables.CSV)


@routes.post(_IMPORT + "/{import_id}")
async def write(request: Request, import_id: str, person: Editor) -> Response:
    _may(person)
    try:
        done = await service.write(store_of(request), import_id, by=person, at=now())
    except domain.RowsWrong as refusal:
        staged = await service.get(store_of(request), import_id, person)
        return _preview(request, staged, [{"field": "", "text": refusal.message}], refusal.status)
    return see_other(request, f"{_IMPORT}/{done.id}", f"Đã ghi {done.written} đơn vị.")
