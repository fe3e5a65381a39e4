"""The web process of submissions: every room's pages and JSON, the first administrator, the health of the whole site."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import JSONResponse

from services.submissions.acts.service import INDEXES as ACT_INDEXES
from services.submissions.addresses import routes as addresses
from services.submissions.beginnings import routes as beginnings
from services.submissions.calls import routes as calls
from services.submissions.claims import routes as claims
from services.submissions.coauthors import routes as coauthors
from services.submissions.coauthors.service import INDEXES as COAUTHOR_INDEXES
from services.submissions.consents.service import INDEXES as CONSENT_INDEXES
from services.submissions.contests import routes as contests
from services.submissions.contests.service import INDEXES as CONTEST_INDEXES
from services.submissions.conversions import routes as conversions
from services.submissions.credentials.service import INDEXES as CREDENTIAL_INDEXES
from services.submissions.decisions import routes as decisions
from services.submissions.departures import routes as departures
from services.submissions.downloads import routes as downloads
from services.submissions.entries import routes as entries
from services.submissions.entries.service import INDEXES as ENTRY_INDEXES
from services.submissions.entry_import import routes as entry_import
from services.submissions.entry_import.service import INDEXES as ENTRY_IMPORT_INDEXES
from services.submissions.erasures import routes as erasures
from services.submissions.erasures.service import INDEXES as ERASURE_INDEXES
from services.submissions.factors import service as factors
from services.submissions.factors.domain import StaffRule
from services.submissions.gallery import routes as gallery
from services.submissions.gallery.service import INDEXES as GALLERY_INDEXES
from services.submissions.hand_in import routes as hand_in
from services.submissions.histories import routes as histories
from services.submissions.intake import routes as intake
from services.submissions.intake.service import INDEXES as INTAKE_INDEXES
from services.submissions.invitations import routes as invitations
from services.submissions.joins import routes as joins
from services.submissions.joins.service import INDEXES as JOIN_INDEXES
from services.submissions.jury_copies.service import INDEXES as COPY_INDEXES
from services.submissions.lost_factors import routes as lost_factors
from services.submissions.lost_factors.service import INDEXES as RESET_INDEXES
from services.submissions.oidc import routes as oidc
from services.submissions.oidc.service import INDEXES as OIDC_INDEXES
from services.submissions.originality import routes as originality
from services.submissions.originality.service import INDEXES as ORIGINALITY_INDEXES
from services.submissions.papers import routes as papers
from services.submissions.papers.service import INDEXES as PAPER_INDEXES
from services.submissions.passkey_sign_in import routes as passkey_sign_in
from services.submissions.passkeys.service import INDEXES as PASSKEY_INDEXES
from services.submissions.passwords import routes as passwords
from services.submissions.people import routes as people
from services.submissions.people import service as people_service
from services.submissions.prints import routes as prints
from services.submissions.privacy import routes as privacy
from services.submissions.profiles import routes as profiles
from services.submissions.quotas import routes as quotas
from services.submissions.receipts import routes as receipts
from services.submissions.receipts.service import INDEXES as RECEIPT_INDEXES
from services.submissions.reminders.service import INDEXES as REMINDER_INDEXES
from services.submissions.requests import routes as requests
from services.submissions.requests.service import INDEXES as REQUEST_INDEXES
from services.submissions.retention import routes as retention
from services.submissions.retention.service import INDEXES as RETENTION_INDEXES
from services.submissions.scanning.service import INDEXES as SCAN_INDEXES
from services.submissions.seals import routes as seals
from services.submissions.seals.service import INDEXES as SEAL_INDEXES
from services.submissions.second_step import routes as second_step
from services.submissions.security import routes as security
from services.submissions.security.service import INDEXES as SECURITY_INDEXES
from services.submissions.settings import Settings
from services.submissions.sign_in import routes as sign_in
from services.submissions.sign_in.service import INDEXES as SESSION_INDEXES
from services.submissions.sign_up import routes as sign_up
from services.submissions.sign_up.service import INDEXES as SIGN_UP_INDEXES
from services.submissions.staff import routes as staff
from services.submissions.transcriptions import routes as transcriptions
from services.submissions.transcriptions.service import INDEXES as TRANSCRIPTION_INDEXES
from services.submissions.unit_import import routes as unit_import
from services.submissions.unit_import.service import INDEXES as UNIT_IMPORT_INDEXES
from services.submissions.units import routes as units
from services.submissions.units.service import INDEXES as UNIT_INDEXES
from services.submissions.uploads import routes as uploads
from services.submissions.uploads.service import INDEXES as UPLOAD_INDEXES
from services.submissions.versions.service import INDEXES as VERSION_INDEXES
from services.submissions.wizard import routes as wizard
from services.submissions.works import routes as works
from services.submissions.works.service import INDEXES as WORK_INDEXES
from shared import peers
from shared.identity import PUBLIC, Person
from shared.web import Service, create_app

health = APIRouter()
# The first that fits an address answers: `/tiep-nhan/trung-lap` and `/tiep-nhan/da-cong-bo` stand before
# `/tiep-nhan/{entry_id}` of intake, `/bai-du-thi/moi` of beginnings, `/bai-du-thi/nhan-bai-giay` of claims and
# `/bai-du-thi/loi-moi/…` of invitations before `/bai-du-thi/{entry_id}` of receipts.
_ROOMS = (
    unit_import,
    units,
    people,
    sign_in,
    sign_up,
    passwords,
    profiles,
    addresses,
    second_step,
    passkey_sign_in,
    security,
    oidc,
    lost_factors,
    staff,
    wizard,
    contests,
    calls,
    beginnings,
    invitations,
    departures,
    coauthors,
    entries,
    histories,
    conversions,
    downloads,
    uploads,
    hand_in,
    claims,
    receipts,
    gallery,
    entry_import,
    quotas,
    works,
    originality,
    papers,
    joins,
    transcriptions,
    seals,
    prints,
    intake,
    decisions,
    requests,
    erasures,
    retention,
    privacy,
)
INDEXES = (
    *UNIT_INDEXES,
    *UNIT_IMPORT_INDEXES,
    *ACT_INDEXES,
    *CREDENTIAL_INDEXES,
    *people_service.INDEXES,
    *SESSION_INDEXES,
    *SIGN_UP_INDEXES,
    *CONTEST_INDEXES,
    *ENTRY_INDEXES,
    *VERSION_INDEXES,
    *COAUTHOR_INDEXES,
    *RECEIPT_INDEXES,
    *INTAKE_INDEXES,
    *PAPER_INDEXES,
    *JOIN_INDEXES,
    *TRANSCRIPTION_INDEXES,
    *factors.INDEXES,
    *PASSKEY_INDEXES,
    *SECURITY_INDEXES,
    *OIDC_INDEXES,
    *RESET_INDEXES,
    *CONSENT_INDEXES,
    *REQUEST_INDEXES,
    *ERASURE_INDEXES,
    *RETENTION_INDEXES,
    *ORIGINALITY_INDEXES,
    *SEAL_INDEXES,
    *SCAN_INDEXES,
    *COPY_INDEXES,
    *UPLOAD_INDEXES,
    *REMINDER_INDEXES,
    *GALLERY_INDEXES,
    *ENTRY_IMPORT_INDEXES,
    *WORK_INDEXES,
)


@health.get("/api/health", tags=["health"])
async def ask_everybody(request: Request, _: Annotated[Person | None, PUBLIC]) -> JSONResponse:
    """Whether every process of the site is ready; 503 when one is not."""
    settings: Settings = request.app.state.desk.settings
    status, body = await peers.ask(settings.health_peers)
    return JSONResponse(body, status)


@asynccontextmanager
async def first_administrator(app: FastAPI) -> AsyncIterator[None]:
    """Without any account nobody could give roles."""
    settings: Settings = app.state.desk.settings
    email, password = settings.bootstrap_email, settings.bootstrap_password.get_secret_value()
    if email and password:
        await people_service.make_first_administrator(app.state.desk.store, email, password)
    yield


@asynccontextmanager
async def staff_rule(app: FastAPI) -> AsyncIterator[None]:
    """Whether staff must have a second factor, as this site is set."""
    settings: Settings = app.state.desk.settings
    await factors.apply_rule(app.state.desk.store, StaffRule(settings.staff_second_factor))
    yield


@asynccontextmanager
async def search_keys(app: FastAPI) -> AsyncIterator[None]:
    """What an older version left without the keys that lists are searched by."""
    await people_service.make_search_keys(app.state.desk.store)
    yield


def build(settings: Settings) -> FastAPI:
    """The application with these settings."""
    return create_app(
        Service(
            settings=settings,
            routers=(*(room.routes for room in _ROOMS), *(room.api for room in _ROOMS if hasattr(room, "api")), health),
            templates=Path(__file__).parent / "templates",
            signed_out_before=people_service.signed_out_before,
            indexes=INDEXES,
            background=(first_administrator, staff_rule, search_keys),
        )
    )


app = build(Settings())
