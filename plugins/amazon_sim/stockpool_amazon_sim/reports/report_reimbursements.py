"""The report on what Amazon has made good."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from stockpool_amazon_sim.countries import country
from stockpool_amazon_sim.reimbursements.reimbursement_records import Reimbursement
from stockpool_amazon_sim.reports.report_tables import Cells, Query, ReportType, amount, moment
from stockpool_amazon_sim.shop.amazon_ids import amazon_id
from stockpool_amazon_sim.world import World


def _reimbursements(world: World, query: Query) -> Iterator[Cells]:
    for _, made in world.store.reimbursements.all():
        if query.covers(made.approved_at) and made.country in query.countries:
            yield _row(world, made)


def _row(world: World, made: Reimbursement) -> Cells:
    sku = world.store.skus.get(f"{made.country}|{made.sku}")
    currency = country(made.country).currency
    return {
        "approval-date": moment(made.approved_at),
        "reimbursement-id": made.reimbursement_id,
        "case-id": made.case_id,
        "amazon-order-id": amazon_id(world.draws, made.order_id) if made.order_id else "",
        "reason": made.reason,
        "sku": made.sku,
        "fnsku": None if sku is None else sku.fnsku,
        "asin": None if sku is None else sku.asin,
        "product-name": made.sku if sku is None else sku.title,
        "condition": "NewItem",
        "currency-unit": currency,
        "amount-per-unit": amount(made.per_unit, currency),
        "amount-total": amount(made.per_unit * made.cash, currency),
        "quantity-reimbursed-cash": made.cash,
        "quantity-reimbursed-inventory": made.inventory,
        "quantity-reimbursed-total": made.cash + made.inventory,
        "original-reimbursement-id": made.original,
        "original-reimbursement-type": made.original_reason,
    }


TYPES: Mapping[str, ReportType] = {
    "GET_FBA_REIMBURSEMENTS_DATA": ReportType(
        (
            *("approval-date", "reimbursement-id", "case-id", "amazon-order-id", "reason", "sku"),
            *("fnsku", "asin", "product-name", "condition", "currency-unit", "amount-per-unit"),
            *("amount-total", "quantity-reimbursed-cash", "quantity-reimbursed-inventory"),
            *("quantity-reimbursed-total", "original-reimbursement-id"),
            "original-reimbursement-type",
        ),
        _reimbursements,
    ),
}
