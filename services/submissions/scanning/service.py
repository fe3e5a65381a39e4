"""Noting a file to be scanned, asking the daemon in the worker, answering what is known. Scanning never holds up a page."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime

from services.submissions.scanning import domain, repository
from services.submissions.scanning.domain import (
    Address,
    Infected,
    NotScannedYet,
    Scan,
    ScannerAway,
    State,
    TooLargeToScan,
)
from shared import logs, turn
from shared.blobs import BlobMissing
from shared.clock import now
from shared.mongo import Store, Tx

INDEXES = repository.INDEXES
untold, note_told = repository.untold, repository.note_told
_REST_SECONDS = 1.0
_PATIENCE_SECONDS = 60.0
_LONGEST_ANSWER = 4096
_NOBODY = "hệ thống này chưa có máy quét vi-rút"
_TOO_LARGE = "tệp lớn hơn mức máy quét vi-rút nhận"
log = logs.get(__name__)


async def expect(tx: Tx, blobs: Sequence[str], at: datetime) -> None:
    """A file was stored (`blobs`: its id first, then its copy's): the worker is to have it scanned."""
    await repository.put(tx, Scan(id=blobs[0], blobs=list(blobs), next_at=at))


async def of(tx: Tx, file_ids: Sequence[str]) -> dict[str, Scan]:
    """What is known of each file, also of one from before there was any scanning."""
    known = {scan.id: scan for scan in await repository.among(tx, file_ids)} if file_ids else {}
    return {one: known.get(one) or Scan(id=one, blobs=[one]).given_up(_NOBODY) for one in file_ids}


async def check(tx: Tx, blob_id: str, *, settled: bool = False) -> None:
    """Before bytes go out. Raises Infected; when it must be `settled`, NotScannedYet for a file still waiting."""
    for scan in await repository.among(tx, [blob_id]):
        if scan.state is State.INFECTED:
            raise Infected
        if settled and scan.state is State.PENDING:
            raise NotScannedYet


async def infected(tx: Tx, file_ids: Sequence[str]) -> set[str]:
    """Those that carry malicious code."""
    found = await repository.among(tx, file_ids, state=State.INFECTED) if file_ids else []
    return {scan.id for scan in found}


async def check_all(tx: Tx, names: Mapping[str, str]) -> None:
    """Before files (id: name) are handed in. Raises Infected with the name of the file."""
    for file_id in sorted(await infected(tx, list(names))):
        raise Infected(
            f"Tệp “{names[file_id]}” có mã độc nên không nộp được. Hãy bỏ tệp này rồi nộp lại.", field="file"
        )


async def forget(tx: Tx, blob_ids: Sequence[str]) -> None:
    """The files are gone."""
    await repository.delete(tx, blob_ids)


async def run(store: Store, url: str) -> None:
    """Scan whatever is due until cancelled. Raises ValueError for an address of no known form."""
    address = domain.address_of(url)
    if address is not None:
        await repository.ask_again(store.read, now())
    while True:
        scan = await repository.take(store.read, now())
        if scan is None:
            await asyncio.sleep(_REST_SECONDS)
        else:
            await step(store, scan, address)


async def step(store: Store, scan: Scan, address: Address | None) -> None:
    """Ask about one file. Done twice it is done once; killed in the middle, it is due again when its turn ends."""
    if address is None:
        await repository.answer(store.read, scan.given_up(_NOBODY))
        return
    try:
        found = await turn.kept(_found(store, scan, address), lambda: repository.hold(store.read, scan, now()))
        made = scan.settled(found, now())
    except turn.TurnLost:
        return
    except BlobMissing:
        await repository.delete(store.read, [scan.id])
        return
    except TooLargeToScan:
        made = scan.given_up(_TOO_LARGE)
    except (ScannerAway, OSError, TimeoutError) as error:
        log.warning("scanning.daemon.failed", file=scan.id, error=repr(error)[:200])
        made = scan.put_off(now())
    await repository.answer(store.read, made)
    if made.state is State.INFECTED:
        log.warning("scanning.file.infected", file=scan.id, signature=made.signature)


async def _found(store: Store, scan: Scan, address: Address) -> str:
    return await ask(address, await store.blobs.stream(scan.id))


async def ask(address: Address, pieces: AsyncIterator[bytes]) -> str:
    """The signature that the daemon finds, or nothing. Raises TooLargeToScan, ScannerAway, OSError, TimeoutError."""
    async with asyncio.timeout(_PATIENCE_SECONDS):
        if address.path:
            reader, writer = await asyncio.open_unix_connection(address.path)
        else:
            reader, writer = await asyncio.open_connection(address.host, address.port)
        # Listening from the start: a daemon that has seen enough says so and breaks the connection, and with it would go
        # an answer that nobody was waiting for.
        answer = asyncio.create_task(reader.read(_LONGEST_ANSWER))
        try:
            await _send(writer, pieces, answer)
            return domain.signature_in(await answer)
        finally:
            answer.cancel()
            writer.close()


async def _send(writer: asyncio.StreamWriter, pieces: AsyncIterator[bytes], answer: asyncio.Task[bytes]) -> None:
    with suppress(ConnectionResetError, BrokenPipeError):
        writer.write(b"zINSTREAM\0")
        async for piece in pieces:
            if answer.done():
                return
            if piece:
                writer.write(domain.framed(piece))
                await writer.drain()
        writer.write(domain.framed(b""))
        await writer.drain()
