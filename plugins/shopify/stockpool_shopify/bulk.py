"""Bulk queries: Shopify runs them by itself and puts their result into a file of JSON lines."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import requests

from stockpool.errors import TransientError
from stockpool_shopify.answers import Answered, UserError
from stockpool_shopify.client import Client
from stockpool_shopify.connection import Connection
from stockpool_shopify.documents import document
from stockpool_shopify.shop import require_done

_BUSY = frozenset({"OPERATION_IN_PROGRESS", "LIMIT_REACHED"})
_UNDER_WAY = frozenset({"CREATED", "RUNNING"})
_GONE = frozenset({400, 403, 404, 410})


class BulkHead(Answered):
    """A bulk operation in a list."""

    id: str
    status: str
    created_at: datetime


class BulkState(Answered):
    """How it stands with a bulk operation. `partial_data_url`: what there is of a failed one."""

    id: str
    status: str
    error_code: str | None
    url: str | None
    partial_data_url: str | None
    file_size: int | None


@dataclass(frozen=True, slots=True)
class BulkLines:
    """Some objects of a result, and the byte behind them."""

    objects: Sequence[Any]
    offset: int
    ended: bool


class BulkQueries:
    """Bulk queries of one shop, one of a document at a time."""

    def __init__(self, client: Client, connection: Connection) -> None:
        self._client = client
        self._connection = connection

    def started(self, name: str, *, since: datetime) -> BulkHead | None:
        """The operation of a document, run if there is none; None: Shopify takes no more for now.

        One that is under way is taken for ours, and so is one that was created after `since`
        and is done: the answer to its start may have been lost.
        """
        text = document(name).text
        data = self._client.run(document("BulkOperations"), {}).data
        for node in data["bulkOperations"]["nodes"]:
            if node["query"].strip() != text.strip():
                continue
            found = BulkHead.model_validate(node)
            done = found.status == "COMPLETED" and found.created_at >= since
            if found.status in _UNDER_WAY or done:
                return found
        answer = self._client.run(document("RunBulkQuery"), {"query": text}).data
        payload = answer["bulkOperationRunQuery"]
        errors = [UserError.model_validate(error) for error in payload["userErrors"]]
        if any(error.code in _BUSY for error in errors):
            return None
        require_done(errors, "bulkOperationRunQuery")
        return BulkHead.model_validate({"status": "CREATED", **payload["bulkOperation"]})

    def state(self, operation_id: str) -> BulkState | None:
        """How it stands with an operation; None: Shopify does not know it any more."""
        data = self._client.run(document("BulkOperation"), {"id": operation_id}).data
        found = data["bulkOperation"]
        return BulkState.model_validate(found) if found else None

    def lines(self, url: str, *, offset: int, most: int, size: int | None) -> BulkLines | None:
        """Objects of a result, from a byte of its file on; None: the file is not there any more.

        Args:
            size: of the whole file, if it is known.

        Raises:
            TransientError: the file could not be read, or ends before its end.
        """
        try:
            found = self._connection.lines(url, offset=offset, most=most)
        except requests.RequestException as error:
            # What requests says is dropped: it holds the address, which gives access.
            what = type(error).__name__
            raise TransientError(f"the file of a bulk operation did not come ({what})") from None
        except ValueError as error:
            raise TransientError(f"the file of a bulk operation is not fetched: {error}") from None
        if found.status in _GONE:
            return None
        if found.status != requests.codes.ok:
            raise TransientError(f"the file of a bulk operation did not come ({found.status})")
        if found.ended and size is not None and found.offset < size:
            raise TransientError("the file of a bulk operation broke off")
        try:
            objects = [json.loads(line) for line in found.lines if line.strip()]
        except (ValueError, RecursionError):
            raise TransientError("the file of a bulk operation holds a line of no JSON") from None
        return BulkLines(objects, found.offset, found.ended)
