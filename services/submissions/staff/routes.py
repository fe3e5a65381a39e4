"""Accounts, one account, and the journal as pages and files."""

from datetime import datetime, time, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Request, Response

from services.submissions.acts import domain as acts
from services.submissions.acts.domain import Asked
from services.submissions.staff import domain, service
from services.submissions.staff.domain import Order, Query, What
from shared import forms
from shared.clock import HANOI
from shared.errors import NotFound, Refusal
from shared.identity import Person, Role, may
from shared.pages import cut, page, see_other, store_of, table_file
from shared.ui.roles import ROLES, role_words
from shared.written_dates import read_day

routes = APIRouter(include_in_schema=False)
Reader = Annotated[Person, may(Role.ADMINISTRATOR, Role.AUDITOR)]
Administrator = Annotated[Person, may(Role.ADMINISTRATOR)]
_PEOPLE = "/quan-tri/nguoi-dung"
_JOURNAL = "/quan-tri/nhat-ky"
_NAMES = {"tim": "search", "vai-tro": "role", "tu-cach": "kind", "don-vi": "unit", "tinh-trang": "stand"}
_DONE = {
    What.GRANT: "Đã giao vai trò. Người này cần tải lại trang để dùng.",
    What.REVOKE: "Đã thu vai trò.",
    What.CLOSE: "Đã đóng tài khoản. Mọi thiết bị đã bị đăng xuất.",
    What.REOPEN: "Đã mở lại tài khoản.",
}


def _options(words: dict[Any, str]) -> list[dict[str, str]]:
    return [{"value": str(value), "text": text} for value, text in words.items()]


def _asked(request: Request) -> Query:
    params = request.query_params
    return Query(**{field: params[name][:100] for name, field in _NAMES.items() if name in params})


@routes.get(_PEOPLE)
async def people(request: Request, person: Reader) -> Response:
    person.require(Role.ADMINISTRATOR, Role.AUDITOR, scope="*")
    store, query = store_of(request), _asked(request)
    total = await service.count(store, query, person)
    at = cut(request, total, domain.SIZES)
    rows = await service.listing(store, query, person, skip=(at["number"] - 1) * at["size"], limit=at["size"])
    return page(
        request, "staff/list.html", rows=rows, total=total, **at, params=dict(request.query_params),
        roles=_options(ROLES), kinds=_options(domain.KINDS), stands=_options(domain.STANDS), kind_words=domain.KINDS,
        may_change=person.may(Role.ADMINISTRATOR, "*"),
    )  # fmt: skip


@routes.get("/quan-tri/nguoi-dung.{suffix}")
async def people_file(request: Request, suffix: str, person: Reader) -> Response:
    """All that the list shows over all its pages."""
    person.require(Role.ADMINISTRATOR, Role.AUDITOR, scope="*")
    rows = await service.listing(store_of(request), _asked(request), person)
    return table_file("nguoi-dung", suffix, "Người dùng", [domain.HEADS, *(service.cells(row) for row in rows)])


@routes.get(_PEOPLE + "/{person_id}")
async def one(request: Request, person_id: str, person: Administrator) -> Response:
    person.require(Role.ADMINISTRATOR, scope="*")
    return await _one(request, person_id, {})


async def _one(request: Request, person_id: str, values: dict[str, Any], **more: Any) -> Response:
    tx = store_of(request).read
    account, at_hand = await service.account(tx, person_id), await service.choices(tx)
    context = {"errors": [], "order": None, "named": None, **more}
    status = context.pop("status", 200)
    unit_options = [{"value": unit.id, "text": unit.name} for unit in at_hand.units]
    return page(
        request, "staff/show.html", status, account=account, unit=at_hand.known.get(account.unit_id or "", ""),
        kind=domain.KINDS[account.kind], roles=_options(ROLES), contests=_options(at_hand.contests), units=unit_options,
        known=at_hand.known, in_words=domain.held_in_words, acts=await service.about(tx, person_id), values=values,
        role_words=role_words, **context,
    )  # fmt: skip


@routes.post(_PEOPLE + "/{person_id}")
async def order(request: Request, person_id: str, person: Administrator) -> Response:
    """First what would happen is read back; the second press does it."""
    person.require(Role.ADMINISTRATOR, scope="*")
    form, store = await forms.read(request, Order), store_of(request)
    try:
        typed = form.valid()
        named = await service.read_back(store, person_id, typed)
        if typed.sure:
            await service.carry_out(store, person_id, typed, by=person)
    except NotFound:
        raise
    except Refusal as refusal:
        form.refuse(refusal)
        return await _one(request, person_id, form.typed, errors=form.errors, status=refusal.status)
    if not typed.sure:
        return await _one(request, person_id, form.typed, order=typed, named=str(named) if named else "")
    return see_other(request, f"{_PEOPLE}/{person_id}", _DONE[typed.what])


def _day(request: Request, name: str) -> datetime | None:
    """Midnight in Hà Nội of a day in the address."""
    day = read_day(request.query_params.get(name, ""))
    return datetime.combine(day, time.min, HANOI) if day else None


def _wanted(request: Request) -> Asked:
    kind, until = request.query_params.get("viec", ""), _day(request, "den-ngay")
    return Asked(
        kind=acts.Kind(kind) if kind in set(acts.Kind) else None,
        from_at=_day(request, "tu-ngay"),
        before_at=until + timedelta(days=1) if until else None,
    )


@routes.get(_JOURNAL)
async def journal(request: Request, person: Reader) -> Response:
    person.require(Role.ADMINISTRATOR, Role.AUDITOR, scope="*")
    tx, params = store_of(request).read, dict(request.query_params)
    asked, name = _wanted(request), params.get("nguoi", "")[:100]
    total = (await service.journal(tx, asked, name, limit=1))[1]
    at = cut(request, total, domain.SIZES)
    told, _ = await service.journal(tx, asked, name, skip=(at["number"] - 1) * at["size"], limit=at["size"])
    return page(request, "staff/journal.html", told=told, total=total, **at, params=params, kinds=_options(acts.WORDS))


@routes.get("/quan-tri/nhat-ky.{suffix}")
async def journal_file(request: Request, suffix: str, person: Reader) -> Response:
    """All that the journal shows over all its pages."""
    person.require(Role.ADMINISTRATOR, Role.AUDITOR, scope="*")
    name = request.query_params.get("nguoi", "")[:100]
    told, _ = await service.journal(store_of(request).read, _wanted(request), name)
    return table_file("nhat-ky", suffix, "Nhật ký", [domain.ACT_HEADS, *(one.cells for one in told)])
