"""JSON_LISTINGS_FEED: messages that change listings, by the rules of the Listings Items API."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from stockpool_amazon_sim.feeds.feed_tables import UnreadableFeed
from stockpool_amazon_sim.listings import listing_changes
from stockpool_amazon_sim.listings.listing_records import ListingIssue
from stockpool_amazon_sim.seller import seller_id
from stockpool_amazon_sim.world import World

MESSAGES_MOST = 25_000


def change_listings(world: World, countries: Sequence[str], feed_id: str, text: str) -> str:
    """Do what the messages want in each marketplace of the feed; returns the JSON report.

    Raises:
        UnreadableFeed: it is no feed of listings of this seller.
    """
    seller = seller_id(world.draws)
    issues: list[dict[str, Any]] = []
    accepted = invalid = 0
    messages = _messages(text, seller)
    for message in messages:
        answers = [
            listing_changes.apply_listing_message(world, code, message) for code in countries
        ]
        if any(status == "INVALID" for status, _ in answers):
            invalid += 1
        else:
            accepted += 1
        issues += [_issue(message, issue) for _, found in answers for issue in found]
    errors = sum(issue["severity"] == "ERROR" for issue in issues)
    report = {
        "header": {"sellerId": seller, "version": "2.0", "feedId": feed_id},
        "issues": issues,
        "summary": {
            "errors": errors,
            "warnings": len(issues) - errors,
            "messagesProcessed": len(messages),
            "messagesAccepted": accepted,
            "messagesInvalid": invalid,
        },
    }
    return json.dumps(report)


def _messages(text: str, seller: str) -> list[dict[str, Any]]:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        raise UnreadableFeed("The feed is not JSON.") from None
    if not isinstance(document, dict) or not isinstance(document.get("header"), dict):
        raise UnreadableFeed("The feed has no header.")
    if document["header"].get("sellerId") != seller:
        raise UnreadableFeed("header.sellerId is not this seller's.")
    messages = document.get("messages")
    if not isinstance(messages, list) or not all(isinstance(one, dict) for one in messages):
        raise UnreadableFeed("messages must be a list of objects.")
    if len(messages) > MESSAGES_MOST:
        raise UnreadableFeed(f"A feed has at most {MESSAGES_MOST} messages.")
    return messages


def _issue(message: dict[str, Any], issue: ListingIssue) -> dict[str, Any]:
    found: dict[str, Any] = {
        "messageId": message.get("messageId", 0),
        "code": issue.code,
        "severity": issue.severity,
        "message": issue.message,
    }
    if issue.attribute_names:
        found["attributeNames"] = list(issue.attribute_names)
    return found
