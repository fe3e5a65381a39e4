"""The web process of judging: every room's pages and JSON behind one application."""

from pathlib import Path

from fastapi import FastAPI

from services.judging.boards import routes as boards
from services.judging.boards import service as boards_service
from services.judging.copies import service as copies_service
from services.judging.finals import routes as finals
from services.judging.finals import service as finals_service
from services.judging.juries import routes as juries
from services.judging.juries import service as juries_service
from services.judging.late_conflicts import routes as late_conflicts
from services.judging.late_conflicts import service as late_conflicts_service
from services.judging.progress import routes as progress
from services.judging.progress import service as progress_service
from services.judging.results import routes as results
from services.judging.results import service as results_service
from services.judging.rubrics import routes as rubrics
from services.judging.rubrics import service as rubrics_service
from services.judging.scorelog import service as scorelog_service
from services.judging.settings import Settings
from services.judging.sheets import routes as sheets
from services.judging.sheets import service as sheets_service
from shared.web import Service, create_app

INDEXES = (
    *copies_service.INDEXES,
    *scorelog_service.INDEXES,
    *rubrics_service.INDEXES,
    *juries_service.INDEXES,
    *sheets_service.INDEXES,
    *late_conflicts_service.INDEXES,
    *progress_service.INDEXES,
    *finals_service.INDEXES,
    *boards_service.INDEXES,
    *results_service.INDEXES,
)


def build(settings: Settings) -> FastAPI:
    """The application with these settings."""
    rooms = (rubrics, juries, sheets, progress)
    return create_app(
        Service(
            settings=settings,
            routers=(
                *(one.routes for one in rooms),
                *(one.api for one in rooms),
                late_conflicts.routes,
                finals.routes,
                boards.routes,
                results.routes,
            ),
            templates=Path(__file__).parent / "templates",
            signed_out_before=copies_service.signed_out_before,
            indexes=INDEXES,
            background=(boards.live,),
        )
    )


app = build(Settings())
