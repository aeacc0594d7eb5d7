"""What the simulator remembers of documents that are uploaded and fetched. See `records`."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass

from stockpool_amazon_sim.records import Micros, stored


@stored
@dataclass(slots=True)
class Document:
    """A file that feeds and reports are made of.

    Attributes:
        content_type: as it was announced, with its charset.
        content: in base 64; None until it was uploaded.
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

    @property
    def data(self) -> bytes | None:
        """What it holds; None until it was uploaded."""
        return None if self.content is None else base64.b64decode(self.content)


def decode_document(document: str) -> Document:
    """Read back what `encode` wrote of a document."""
    return Document(*json.loads(document))
