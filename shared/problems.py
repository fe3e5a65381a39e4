"""What a caller sees when something is refused or breaks: a page for people, JSON for programs, an incident code for both."""

import json

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException

from shared import logs
from shared.errors import Invalid, NotFound, Refusal, SignInNeeded
from shared.forms import sentences
from shared.identity import TokenExpired, renew_url
from shared.mongo import DriverError, unavailable
from shared.pages import page, wants_json

_HTTP_SENTENCES = {
    400: "Nội dung gửi lên không đọc được, hoặc có một ô dài quá mức (1 MB chữ).",
    405: "Cách gọi này không được hỗ trợ ở địa chỉ này.",
    413: "Nội dung gửi lên quá lớn (tối đa 20 MB). Hãy giảm dung lượng tệp rồi gửi lại.",
}
_NOT_FOUND = 404
log = logs.get(__name__)


class Unavailable(Refusal):
    """The database is away for a moment."""

    code = "unavailable"
    status = 503
    message = "Hệ thống đang tạm gián đoạn và sẽ tự nối lại. Nội dung bạn vừa nhập chưa được ghi; hãy bấm gửi lại sau ít giây."


class Broken(Refusal):
    """Our fault."""

    code = "internal"
    status = 500
    message = (
        "Hệ thống gặp lỗi ngoài dự kiến. Chúng tôi đã ghi lại sự cố; hãy thử lại, và báo mã sự cố nếu lỗi lặp lại."
    )


def answer(request: Request, refusal: Refusal) -> Response:
    incident = logs.correlation()
    if isinstance(refusal, TokenExpired) and not request.url.path.startswith("/api/"):
        # Also for a script of our own pages: it follows, and the request comes back with its body.
        return RedirectResponse(renew_url(request), status_code=307)
    if wants_json(request):
        body = {"code": refusal.code, "message": refusal.message, "incident": incident, **refusal.details}
        return JSONResponse(json.loads(json.dumps(body, default=str)), refusal.status)
    if isinstance(refusal, SignInNeeded):
        # A form goes there with its text, which waits for the sign-in.
        return RedirectResponse(renew_url(request), status_code=303 if request.method in ("GET", "HEAD") else 307)
    return page(request, "error.html", refusal.status, refusal=refusal, incident=incident)


async def on_refusal(request: Request, error: Exception) -> Response:
    """A rule or a guard said no."""
    assert isinstance(error, Refusal)  # noqa: S101 - registered for this class only
    log.info("request.refused", code=error.code, path=request.url.path)
    return answer(request, error)


async def on_invalid(request: Request, error: Exception) -> Response:
    """FastAPI could not read path, query or JSON body."""
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for this class only
    return answer(request, Invalid(sentences(error.errors(), skip=1)))


async def on_driver(request: Request, error: Exception) -> Response:
    """The database is away, or refused something it should not have been asked."""
    log.warning("request.database.failed", error=repr(error)[:300], path=request.url.path)
    response = answer(request, Unavailable() if unavailable(error) else Broken())
    response.headers["Retry-After"] = "3"
    return response


async def on_http(request: Request, error: Exception) -> Response:
    """The framework's own answers: no such route, wrong method, body too large."""
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for this class only
    refusal = NotFound() if error.status_code == _NOT_FOUND else Refusal(_HTTP_SENTENCES.get(error.status_code))
    refusal.status = error.status_code
    return answer(request, refusal)


def on_surprise(request: Request, error: Exception) -> Response:
    """Whatever nobody expected."""
    log.error("request.failed", path=request.url.path, exc_info=error)
    return answer(request, Broken())


def add_handlers(app: FastAPI) -> None:
    """Answer every failure the same way in all services."""
    app.add_exception_handler(Refusal, on_refusal)
    app.add_exception_handler(RequestValidationError, on_invalid)
    app.add_exception_handler(DriverError, on_driver)
    app.add_exception_handler(HTTPException, on_http)
