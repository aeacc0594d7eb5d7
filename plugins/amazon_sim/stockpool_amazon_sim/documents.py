"""Documents of feeds and reports: announced, uploaded, made, fetched, and forgotten in time.

Times to live are those of the Feeds API 2021-06-30: an id that was announced holds for 2 days, the
document that tells of a feed's processing for 28.
"""

from __future__ import annotations

import base64
import gzip
import io
from collections.abc import Iterable

from stockpool.errors import RejectedError
from stockpool_amazon_sim.document_records import Document
from stockpool_amazon_sim.outbound.checks import invalid
from stockpool_amazon_sim.records import DAY, Micros
from stockpool_amazon_sim.world import World

ANNOUNCED: Micros = 2 * DAY
MADE: Micros = 28 * DAY

COMPRESSED_FROM = 10_000
"""Bytes from which a document that was made is handed out in GZIP (Amazon does not say when)."""


def announce(world: World, content_type: str) -> Document:
    """A document that the seller will upload."""
    document = _new(world, content_type, ANNOUNCED)
    world.store.documents.put(document.document_id, document)
    return document


def upload(world: World, document_id: str, content_type: str, content: bytes) -> None:
    """Take the content of a document that was announced; a second upload replaces the first.

    Raises:
        RejectedError: NotFound; InvalidInput if it comes with another content type.
    """
    document = known_document(world, document_id)
    if _plain(content_type) != _plain(document.content_type):
        raise invalid(f"the document was announced as {document.content_type}")
    document.content = base64.b64encode(content).decode()
    world.store.documents.put(document_id, document)


def make(
    world: World,
    content_type: str,
    content: Iterable[bytes],
    *,
    keeps: Micros = MADE,
    personal: bool = False,
) -> Document:
    """A document that Amazon has made; `personal`: with buyers' data.

    Its pieces are compressed as they come, so that no more than the compressed document is held.
    """
    document = _new(world, content_type, keeps)
    packed, size = io.BytesIO(), 0
    with gzip.GzipFile(filename="", mode="wb", fileobj=packed, mtime=0) as file:
        for piece in content:
            size += file.write(piece)
    document.content = base64.b64encode(packed.getvalue()).decode()
    document.packed, document.compressed = True, size >= COMPRESSED_FROM
    document.personal = personal
    world.store.documents.put(document.document_id, document)
    return document


def known_document(world: World, document_id: str) -> Document:
    """A document by its id.

    Raises:
        RejectedError: NotFound if there is none, or it is forgotten.
    """
    document = world.store.documents.get(document_id) if document_id.isprintable() else None
    if document is None or document.expires_at <= world.now:
        raise RejectedError("NotFound", f"there is no document {document_id}")
    return document


def _new(world: World, content_type: str, keeps: Micros) -> Document:
    world.store.count("documents")
    number = world.store.counter("documents")
    bits = f"{world.draws.bits('document', number, 'a'):016x}"
    bits += f"{world.draws.bits('document', number, 'b'):016x}"
    uuid = f"{bits[:8]}-{bits[8:12]}-{bits[12:16]}-{bits[16:20]}-{bits[20:32]}"
    name = f"amzn1.tortuga.4.na.{uuid}.T{number}"
    return Document(name, content_type, world.now, world.now + keeps)


def _plain(content_type: str) -> str:
    return "".join(content_type.split()).lower()
