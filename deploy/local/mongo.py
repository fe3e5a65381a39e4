"""The embedded mongod: configuration, one-node replica set, one user for each service with rights on its own database.

The services' own use of MongoDB is in `shared/mongo.py`.
"""

import os
import subprocess
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from pymongo import MongoClient
from pymongo.errors import OperationFailure, PyMongoError

from deploy.local import artifacts
from deploy.local.keys import Keys, write_private
from deploy.local.ports import HOST, SERVICES, Ports
from deploy.local.program import Program
from deploy.local.progress import Reporter

VERSION = "6.0.27"
REPLICA_SET = "sangkien"
ADMIN = "admin"
_ALREADY_INITIALISED = 23
_NOT_YET_INITIALISED = 94
_USER_EXISTS = 51003
_READY_SECONDS = 60

_CONFIG = """\
# Written by deploy/local/mongo.py at every start; changes here are lost.
storage:
  dbPath: {data}
  # Files nobody uses are closed: each collection and index is one, and a machine may allow only some thousand.
  wiredTiger: {{engineConfig: {{cacheSizeGB: 0.25, configString: "file_manager=(close_idle_time=30,close_scan_interval=5)"}}}}
net: {{bindIp: 127.0.0.1, port: {port}, unixDomainSocket: {{enabled: false}}}}
replication: {{replSetName: {replica_set}, oplogSizeMB: 512}}
security: {{authorization: enabled, keyFile: {key_file}}}
systemLog: {{quiet: true}}
# A slow operation would be logged with its values, names and addresses among them.
operationProfiling: {{slowOpSampleRate: 0.0}}
# What a killed process left open holds its documents until this many seconds are over; ours take milliseconds.
# What was dropped keeps its files for the window of history; the usual five minutes of it are of no use here.
setParameter:
  diagnosticDataCollectionEnabled: false
  transactionLifetimeLimitSeconds: 10
  minSnapshotHistoryWindowInSeconds: 15
"""


def program(folder: Path, ports: Ports, keys: Keys, report: Reporter) -> Program:
    """The process; its files are in `folder`/mongo."""
    home = folder / "mongo"
    (home / "data").mkdir(parents=True, exist_ok=True)
    key_file = home / "replica-set.key"
    if not key_file.exists():
        write_private(key_file, keys.replica_set)
    config = home / "mongod.yaml"
    config.write_text(config_text(home / "data", ports.mongo, key_file))
    mongod, libraries = executable(report)
    return Program(
        "mongod",
        [str(mongod), "--config", str(config)],
        rank=10,
        environment={"LD_LIBRARY_PATH": libraries},
        stop_seconds=60,
    )


def executable(report: Reporter) -> tuple[Path, str]:
    """Mongod and the library path with which it runs; the pinned libcurl is added only where the machine has none.

    Raises:
        ArtifactError: not to be had, or it does not run here even so.
    """
    mongod = artifacts.wheel("mongod", report) / "mongod"
    libraries = str(artifacts.wheel("openssl", report))
    if not why_not(mongod, libraries):
        return mongod, libraries
    libraries = f"{libraries}{os.pathsep}{artifacts.wheel('curl', report)}"
    if why := why_not(mongod, libraries):
        raise artifacts.ArtifactError(
            f"mongod không chạy được trên máy này; cài libcurl4 và liblzma5 của hệ điều hành, hoặc đặt MONGO_URL.\n"
            f"  mongod does not run here; install libcurl4 and liblzma5, or point MONGO_URL at a replica set.\n  {why}"
        )
    return mongod, libraries


def why_not(mongod: Path, libraries: str) -> str:
    """What mongod says when it cannot even start with these libraries; empty when it can."""
    environment = os.environ | {"LD_LIBRARY_PATH": libraries}
    try:
        done = subprocess.run(
            [str(mongod), "--version"], env=environment, capture_output=True, text=True, check=False, timeout=60
        )
    except OSError as error:
        return str(error)
    return "" if done.returncode == 0 else (done.stderr.strip() or f"exit status {done.returncode}")


def config_text(data: Path, port: int, key_file: Path) -> str:
    """The configuration of one node that asks everybody for a password."""
    return _CONFIG.format(data=data, port=port, replica_set=REPLICA_SET, key_file=key_file)


def admin_url(ports: Ports, keys: Keys) -> str:
    """For the set-up jobs, the doctor and tests; no service gets it."""
    return f"mongodb://{ADMIN}:{keys.mongo_admin}@{HOST}:{ports.mongo}/?authSource=admin&replicaSet={REPLICA_SET}"


def service_url(service: str, ports: Ports, keys: Keys) -> str:
    """What a service connects with: its own user, its own database."""
    password = keys.mongo[service]
    return (
        f"mongodb://{service}:{password}@{HOST}:{ports.mongo}/{service}?authSource={service}&replicaSet={REPLICA_SET}"
    )


def external_service_url(service: str, url: str) -> str:
    """`MONGO_URL` with the service's database; who signs in against which database stays as it was."""
    parts = urlsplit(url)
    query = parts.query
    if "@" in parts.netloc and "authSource=" not in query:
        query = "&".join(filter(None, [query, f"authSource={parts.path.strip('/') or 'admin'}"]))
    return urlunsplit((parts.scheme, parts.netloc, f"/{service}", query, ""))


def initialise(ports: Ports, keys: Keys) -> None:
    """Replica set, administrator and service users; does nothing the second time.

    Raises:
        TimeoutError: mongod did not become primary.
    """
    _replica_set(ports, keys)
    with MongoClient[dict[str, Any]](admin_url(ports, keys), serverSelectionTimeoutMS=_READY_SECONDS * 1000) as client:
        for service in SERVICES:
            _create_user(client, service, service, keys.mongo[service], ["readWrite", "dbAdmin"])


def ready(ports: Ports, keys: Keys) -> bool:
    """Whether mongod is primary and lets the administrator in."""
    try:
        return _configured(ports, keys)
    except PyMongoError:
        return False


def _replica_set(ports: Ports, keys: Keys) -> None:
    """Until the administrator exists, mongod lets a loopback client do exactly these two things."""
    deadline = time.monotonic() + _READY_SECONDS
    last: Exception | None = None
    while time.monotonic() < deadline:
        try:
            if _configured(ports, keys):
                return
            with MongoClient[dict[str, Any]](HOST, ports.mongo, directConnection=True, timeoutMS=5000) as client:
                _initiate(client, ports)
                _create_user(client, "admin", ADMIN, keys.mongo_admin, ["root"])
        except PyMongoError as error:  # not listening yet, or not primary yet
            last = error
            time.sleep(0.2)
    raise TimeoutError(f"mongod: {last}")


def _configured(ports: Ports, keys: Keys) -> bool:
    """Whether the administrator can sign in to a primary; a changed port is written into the replica set."""
    try:
        with MongoClient[dict[str, Any]](
            HOST, ports.mongo, username=ADMIN, password=keys.mongo_admin, directConnection=True, timeoutMS=5000
        ) as client:
            settings = client.admin.command("replSetGetConfig")["config"]
            member = settings["members"][0]
            if member["host"] != f"{HOST}:{ports.mongo}":
                member["host"] = f"{HOST}:{ports.mongo}"
                settings["version"] += 1
                client.admin.command("replSetReconfig", settings, force=True)
            return bool(client.admin.command("hello")["isWritablePrimary"])
    except OperationFailure:
        return False


def _initiate(client: MongoClient[dict[str, Any]], ports: Ports) -> None:
    settings = {
        "_id": REPLICA_SET,
        "members": [{"_id": 0, "host": f"{HOST}:{ports.mongo}"}],
        "settings": {"electionTimeoutMillis": 2000},
    }
    try:
        client.admin.command("replSetInitiate", settings)
    except OperationFailure as error:
        if error.code not in {_ALREADY_INITIALISED, 13}:  # 13: no longer allowed without a password, so it is done
            raise


def _create_user(
    client: MongoClient[dict[str, Any]], database: str, name: str, password: str, roles: list[str]
) -> None:
    rights = [{"role": role, "db": database} for role in roles]
    try:
        client[database].command("createUser", name, pwd=password, roles=rights)
    except OperationFailure as error:
        if error.code != _USER_EXISTS:
            raise
        client[database].command("updateUser", name, pwd=password, roles=rights)
