"""The pages of published initiatives: the list with its export, one of them, and the import with its preview."""

from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel

from services.submissions.works import domain, service
from services.submissions.works.domain import Import, Query, RowsFaulty, Stand
from shared import forms, tables
from shared.clock import now
from shared.errors import Invalid, NotFound, Refusal
from shared.identity import Person, Role, may
from shared.pages import page, see_other, store_of

routes = APIRouter(include_in_schema=False)
Reader = Annotated[Person, may(Role.SECRETARY, Role.ORGANISER)]
Organiser = Annotated[Person, may(Role.ORGANISER)]
_LIST = "/tiep-nhan/da-cong-bo"
_IMPORT = _LIST + "/nhap"
_CSV = "text/csv; charset=utf-8"
_EXAMPLE = ("Gửi kết quả hồ sơ qua bưu chính", "Mô tả ngắn hoặc toàn văn của sáng kiến.", 2018, "Kỷ yếu năm 2018", "")


class UploadForm(BaseModel):
    """Only the file."""


def asked(request: Request) -> Query:
    """The query of the address; what makes no sense is left out."""
    params = request.query_params
    typed: dict[str, Any] = {"search": params.get("tim", "")[:200], "sort": params.get("sap-xep", "-nam")[:20]}
    for name, field in (("nam", "year"), ("trang", "page")):
        if params.get(name, "").isdecimal():
            typed[field] = max(1, int(params[name][:6]))
    if params.get("so-dong", "") in map(str, domain.SIZES):
        typed["size"] = int(params["so-dong"])
    return Query(**typed)


@routes.get(_LIST)
async def listing(request: Request, person: Reader) -> Response:
    query = asked(request)
    works, total = await service.listing(store_of(request), query)
    return page(
        request, "works/list.html", works=works, total=total, query=query, pages=-(-total // query.size),
        params=dict(request.query_params), may_import=person.may(Role.ORGANISER),
    )  # fmt: skip


@routes.get(_LIST + "/danh-sach.{suffix}")
async def export(request: Request, suffix: str, _: Reader) -> Response:
    """Exactly what the list shows, over all its pages; it can be imported again."""
    return _file(suffix, await service.rows(store_of(request), asked(request)), "sang-kien-da-cong-bo")


@routes.get(_IMPORT + "/mau.{suffix}")
async def template(suffix: str, _: Organiser) -> Response:
    """A file with the heads and a line to follow."""
    return _file(suffix, [list(_EXAMPLE)], "mau-sang-kien")


def _file(suffix: str, rows: list[list[object]], name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}.{suffix}"'}
    if suffix == "csv":
        return Response(tables.as_csv([domain.HEADS, *rows]), media_type=tables.CSV, headers=headers)
    if suffix != "xlsx":
        raise NotFound
    content = tables.as_xlsx([domain.HEADS, *rows], "Sáng kiến đã công bố", widest=1)
    return Response(content, media_type=tables.XLSX, headers=headers)


@routes.get(_IMPORT)
async def upload_page(request: Request, _: Organiser) -> Response:
    return _upload(request)


def _upload(request: Request, errors: list[dict[str, str]] | None = None, status: int = 200) -> Response:
    return page(request, "works/upload.html", status, errors=errors or [], columns=domain.COLUMNS)


@routes.post(_IMPORT)
async def upload(request: Request, person: Organiser) -> Response:
    form = await forms.read(request, UploadForm)
    try:
        sent = form.files.get("file")
        if sent is None:
            raise Invalid([{"field": "file", "text": "Hãy chọn tệp Excel hoặc CSV."}])
        made = await service.stage(store_of(request), sent.filename or "", await sent.read(), by=person, at=now())
    except Refusal as refusal:
        form.refuse(refusal)
        return _upload(request, form.errors, refusal.status)
    return see_other(request, f"{_IMPORT}/{made.id}")


@routes.get(_IMPORT + "/{import_id}")
async def preview(request: Request, import_id: str, person: Organiser) -> Response:
    return _preview(request, await service.staged(store_of(request), import_id, person))


def _preview(request: Request, made: Import, refusal: Refusal | None = None) -> Response:
    errors = [{"field": "", "text": refusal.message}] if refusal else []
    status = refusal.status if refusal else 200
    return page(request, "works/preview.html", status, staged=made, errors=errors, stands=Stand)


@routes.post(_IMPORT + "/{import_id}")
async def write(request: Request, import_id: str, person: Organiser) -> Response:
    store = store_of(request)
    try:
        made = await service.write(store, import_id, by=person, at=now())
    except RowsFaulty as refusal:
        return _preview(request, await service.staged(store, import_id, person), refusal)
    return see_other(request, f"{_IMPORT}/{made.id}", f"Đã ghi {made.written} sáng kiến.")


@routes.get(_LIST + "/{work_id}")
async def show(request: Request, work_id: str, person: Reader) -> Response:
    work = await service.get(store_of(request), work_id)
    return page(request, "works/show.html", work=work, may_remove=service.may_remove(work, person))


@routes.post(_LIST + "/{work_id}/go")
async def remove(request: Request, work_id: str, person: Organiser) -> Response:
    await service.remove(store_of(request), work_id, person)
    return see_other(request, _LIST, "Đã gỡ sáng kiến khỏi danh sách so trùng.")
