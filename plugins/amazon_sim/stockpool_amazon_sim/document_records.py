"""What the simulator remembers of documents that are uploaded and fetched. See `records`."""

from __future__ import annotations

import base64
import gzip
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass

from stockpool_amazon_sim.records import Micros, stored

_CHUNK = 65_536


@stored
@dataclass(slots=True)
class Document:
    """A file that feeds and reports are made of.

    Attributes:
        content_type: as it was announced, with its charset.
        content: in base 64; None until it was uploaded.
        packed: whether `content` is in GZIP, as that of documents that Amazon has made.
        expires_at: from when its id is not known any more.
        compressed: whether it is handed out in GZIP.
        personal: whether it holds buyers' data, and is shown to a restricted data token only.
    """

    document_id: str
    content_type: str
    created_at: Micros
    expires_at: Micros
    content: str | None = None
    compressed: bool = False
    personal: bool = False
    packed: bool = False

    @property
    def data(self) -> bytes | None:
        """What it holds; None until it was uploaded."""
        return None if self.content is None else b"".join(self.chunks())

    @property
    def gzipped(self) -> bytes:
        """What it holds, in GZIP; the same document has the same bytes."""
        kept = base64.b64decode(self.content or "")
        # Without a time inside, that is.
        return kept if self.packed else gzip.compress(kept, mtime=0)

    def chunks(self) -> Iterator[bytes]:
        """What it holds, in pieces; none until it was uploaded."""
        kept = io.BytesIO(base64.b64decode(self.content or ""))
        with gzip.open(kept) if self.packed else kept as file:
            while chunk := file.read(_CHUNK):
                yield chunk


def decode_document(document: str) -> Document:
    """Read back what `encode` wrote of a document."""
    return Document(*json.loads(document))
