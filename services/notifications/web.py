"""The web process of notifications: `python -m shared.serve services.notifications.web:app`."""

from pathlib import Path

from fastapi import FastAPI

from services.notifications.announcements import service as announcements
from services.notifications.copies import service as copies
from services.notifications.deliveries import routes as deliveries_routes
from services.notifications.deliveries import service as deliveries
from services.notifications.feeds import routes as feeds_routes
from services.notifications.feeds import service as feeds
from services.notifications.settings import Settings
from shared.web import Service, create_app

INDEXES = (*copies.INDEXES, *announcements.INDEXES, *deliveries.INDEXES, *feeds.INDEXES)


def application(settings: Settings) -> FastAPI:
    """The application for these settings."""
    return create_app(
        Service(
            settings=settings,
            routers=(feeds_routes.routes, deliveries_routes.routes),
            templates=Path(__file__).parent / "templates",
            signed_out_before=copies.signed_out_before,
            indexes=INDEXES,
        )
    )


app = application(Settings())
