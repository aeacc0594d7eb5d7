"""Sending changes of listings to the network: the effect `listing.submit`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from stockpool.errors import PluginError
from stockpool.listings import changes
from stockpool.listings.changes import Deletion, Submission, submission_of
from stockpool.listings.guarding import strands_now
from stockpool.listings.tables import listing_changes
from stockpool.outbox.carrier import outcome_of
from stockpool.outbox.effects import Done, LeasedEffect, Outcome, Refused
from stockpool.plugins.network import Network
from stockpool.plugins.network_listings import ListingPatch, ListingPut, ListingSubmission
from stockpool.problems import Problem
from stockpool.storage.database import Database


class SubmitListing:
    """The effect `listing.submit`.

    A change that may have arrived is sent again: the same change twice does no harm, and the
    changes of one SKU are sent in their order. Whether it strands units is looked at once more,
    since stock may have come after it was asked for.
    """

    def __init__(self, database: Database, networks: Mapping[str, Network]) -> None:
        self._database = database
        self._networks = networks

    def perform(self, effects: Sequence[LeasedEffect]) -> Sequence[Outcome]:
        """Send each change."""
        network = self._networks[effects[0].party]
        return [self._send(network, effect) for effect in effects]

    def _send(self, network: Network, effect: LeasedEffect) -> Outcome:
        with self._database.read() as connection:
            row = connection.execute(
                select(listing_changes).where(listing_changes.c.id == effect.payload["change_id"])
            ).one()
        submission = submission_of(row.kind, row.content)
        try:
            if not row.strands:
                trap = strands_now(self._database, network, row.pool, submission)
                if trap is not None:
                    return Refused(effect, trap.code, trap.message)
            answer = _submit(network, submission)
        except PluginError as error:
            return outcome_of(effect, error)
        if answer.status == "INVALID":
            return Refused(effect, "invalid_listing", _words(answer))
        return Done(effect, {"submission_id": answer.submission_id})

    def lock(self, connection: Connection, effects: Sequence[LeasedEffect]) -> None:
        """Hold the changes."""
        connection.execute(
            select(listing_changes.c.id)
            .where(listing_changes.c.id.in_([e.payload["change_id"] for e in effects]))
            .order_by(listing_changes.c.id)
            .with_for_update()
        )

    def record(
        self, connection: Connection, outcomes: Sequence[Done | Refused], *, at: datetime
    ) -> None:
        """Accepted, or refused with the network's reasons."""
        for outcome in outcomes:
            change_id = outcome.effect.payload["change_id"]
            values: dict[str, Any] = {}
            if isinstance(outcome, Done):
                values = {"accepted_at": at, "submission_id": outcome.result["submission_id"]}
                changes.move(connection, change_id, "recorded", "accepted", values=values)
                # Tried again by hand after it was refused.
                changes.move(connection, change_id, "refused", "accepted", values=values)
            else:
                problem = Problem(outcome.code, outcome.message)
                values = {"finished_at": at, "problems": json.dumps([problem.as_dict()])}
                changes.move(connection, change_id, "recorded", "refused", values=values)


def _submit(network: Network, submission: Submission) -> ListingSubmission:
    match submission:
        case ListingPut():
            return network.put_listing(submission)
        case ListingPatch():
            return network.patch_listing(submission)
        case Deletion():
            return network.delete_listing(submission.country, submission.sku)


def _words(answer: ListingSubmission) -> str:
    errors = [issue for issue in answer.issues if issue.severity == "ERROR"] or answer.issues
    return "; ".join(f"{issue.code}: {issue.message}" for issue in errors) or "no reason is told"
