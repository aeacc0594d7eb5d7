"""The reports that can be taken in: their columns, and what tells their rows apart.

Columns are those of Amazon's pages on FBA reports and of files as they are met. They are found by
name, in any order and spelling of blanks, hyphens and case; a column that is not named here is kept
with its row and told of. The natural key's columns must be there, or nothing is taken in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from stockpool.errors import NotFoundError
from stockpool.flatfiles.layout import Column, Layout


@dataclass(frozen=True, slots=True)
class ReportType:
    """A type of report.

    Attributes:
        key: the columns that tell rows apart. Rows that are alike in all of them are numbered.
        is_state: it tells the whole of what is now, so that what it doesn't name is gone. The
            others tell of events, and of those of some time only.
        personal: it holds data of buyers: no column is kept that is not named here.
    """

    layout: Layout
    key: Sequence[str]
    is_state: bool = False
    personal: bool = False

    @property
    def name(self) -> str:
        """`reportType`."""
        return self.layout.name


def _type(
    name: str, key: str, others: str, *, is_state: bool = False, personal: bool = False
) -> ReportType:
    keys = key.split(", ")
    columns = [Column(one, required=True) for one in keys]
    columns += [Column(one) for one in others.split(", ")]
    return ReportType(Layout(name, tuple(columns)), tuple(keys), is_state, personal)


_MANAGED = (
    "fnsku, asin, product-name, condition, your-price, mfn-listing-exists, "
    "mfn-fulfillable-quantity, afn-listing-exists, afn-warehouse-quantity, "
    "afn-fulfillable-quantity, afn-unsellable-quantity, afn-reserved-quantity, "
    "afn-total-quantity, per-unit-volume, afn-inbound-working-quantity, "
    "afn-inbound-shipped-quantity, afn-inbound-receiving-quantity, afn-researching-quantity, "
    "afn-reserved-future-supply, afn-future-supply-buyable, afn-fulfillable-quantity-local, "
    "afn-fulfillable-quantity-remote, afn-fc-transfer-quantity, afn-onhand-buyable-quantity, store"
)

_ALL = (
    # What is there.
    _type("GET_FBA_MYI_UNSUPPRESSED_INVENTORY_DATA", "sku", _MANAGED, is_state=True),
    _type("GET_FBA_MYI_ALL_INVENTORY_DATA", "sku", _MANAGED, is_state=True),
    _type(
        "GET_RESERVED_INVENTORY_DATA",
        "sku",
        "fnsku, asin, product-name, reserved_qty, reserved_customerorders, "
        "reserved_fc-transfers, reserved_fc-processing, reserved_staging, program",
        is_state=True,
    ),
    _type(
        "GET_STRANDED_INVENTORY_UI_DATA",
        "sku",
        "primary-action, date-stranded, Date-to-take-auto-removal, status-primary, "
        "status-secondary, error-message, stranded-reason, asin, fnsku, product-name, condition, "
        "fulfilled-by, fulfillable-qty, your-price, unfulfillable-qty, reserved-quantity, "
        "inbound-shipped-qty, program",
        is_state=True,
    ),
    _type(
        "GET_AFN_INVENTORY_DATA",
        "seller-sku, Warehouse-Condition-code",
        "fulfillment-channel-sku, asin, condition-type, Quantity Available",
        is_state=True,
    ),
    _type(
        "GET_AFN_INVENTORY_DATA_BY_COUNTRY",
        "seller-sku, condition-type, country",
        "fulfillment-channel-sku, asin, quantity-for-local-fulfillment",
        is_state=True,
    ),
    _type(
        "GET_FBA_INVENTORY_PLANNING_DATA",
        "sku, condition",
        "snapshot-date, fnsku, asin, product-name, available, pending-removal-quantity, "
        "inv-age-0-to-90-days, inv-age-91-to-180-days, inv-age-181-to-270-days, "
        "inv-age-271-to-365-days, inv-age-365-plus-days, inv-age-366-to-455-days, "
        "inv-age-456-plus-days, currency, units-shipped-t7, units-shipped-t30, "
        "units-shipped-t60, units-shipped-t90, alert, your-price, sales-price, "
        "recommended-action, recommended-removal-quantity, unfulfillable-quantity, "
        "historical-days-of-supply, days-of-supply, sell-through, item-volume, "
        "volume-unit-measurement, storage-type, storage-volume, marketplace, "
        "inv-age-0-to-30-days, inv-age-31-to-60-days, inv-age-61-to-90-days, "
        "inv-age-181-to-330-days, inv-age-331-to-365-days, inbound-quantity, inbound-working, "
        "inbound-shipped, inbound-received",
        is_state=True,
    ),
    # What happened to it.
    _type(
        "GET_LEDGER_SUMMARY_VIEW_DATA",
        "Date, FNSKU, MSKU, Disposition, Location",
        "ASIN, Title, Starting Warehouse Balance, In Transit Between Warehouses, Receipts, "
        "Customer Shipments, Customer Returns, Vendor Returns, Warehouse Transfer In/Out, Found, "
        "Lost, Damaged, Disposed, Other Events, Ending Warehouse Balance, Unknown Events, Store",
    ),
    _type(
        "GET_LEDGER_DETAIL_VIEW_DATA",
        "Date, FNSKU, MSKU, Event Type, Reference ID, Fulfillment Center, Disposition",
        "ASIN, Title, Quantity, Reason, Country, Reconciled Quantity, Unreconciled Quantity, "
        "Date and Time, Store",
    ),
    _type(
        "GET_FBA_FULFILLMENT_INBOUND_NONCOMPLIANCE_DATA",
        "issue-reported-date, fba-shipment-id, fba-carton-id, sku, problem-type",
        "shipment-creation-date, fulfillment-center-id, fnsku, asin, product-name, "
        "problem-quantity, expected-quantity, received-quantity, performance-measurement-unit, "
        "coaching-level, fee-type, currency, fee-total, problem-level, alert-status",
    ),
    # What left for customers.
    _type(
        "GET_AMAZON_FULFILLED_SHIPMENTS_DATA_GENERAL",
        "shipment-id, shipment-item-id",
        "amazon-order-id, merchant-order-id, amazon-order-item-id, merchant-order-item-id, "
        "purchase-date, payments-date, shipment-date, reporting-date, sku, quantity-shipped, "
        "currency, item-price, item-tax, shipping-price, shipping-tax, gift-wrap-price, "
        "gift-wrap-tax, ship-service-level, carrier, tracking-number, estimated-arrival-date, "
        "fulfillment-center-id, fulfillment-channel, sales-channel",
        personal=True,
    ),
    *(
        _type(
            f"GET_FLAT_FILE_ALL_ORDERS_DATA_BY_{by}_GENERAL",
            "amazon-order-id, sku",
            "merchant-order-id, purchase-date, last-updated-date, order-status, "
            "fulfillment-channel, sales-channel, order-channel, ship-service-level, "
            "product-name, asin, item-status, quantity, currency, item-price, item-tax, "
            "shipping-price, shipping-tax, gift-wrap-price, gift-wrap-tax, "
            "item-promotion-discount, ship-promotion-discount, promotion-ids, "
            "is-business-order, price-designation",
            personal=True,
        )
        for by in ("LAST_UPDATE", "ORDER_DATE")
    ),
    _type(
        "GET_FBA_FULFILLMENT_CUSTOMER_SHIPMENT_SALES_DATA",
        "amazon-order-id, sku, shipment-date, fulfillment-center-id",
        "fnsku, asin, quantity, currency, item-price-per-unit, shipping-price, gift-wrap-price",
        personal=True,
    ),
    # What was removed.
    _type(
        "GET_FBA_FULFILLMENT_REMOVAL_ORDER_DETAIL_DATA",
        "order-id, sku, disposition",
        "request-date, order-source, order-type, service-speed, order-status, last-updated-date, "
        "fnsku, requested-quantity, cancelled-quantity, disposed-quantity, shipped-quantity, "
        "in-process-quantity, removal-fee, currency",
    ),
    _type(
        "GET_FBA_FULFILLMENT_REMOVAL_SHIPMENT_DETAIL_DATA",
        "order-id, shipment-date, sku, disposition, tracking-number",
        "request-date, fnsku, shipped-quantity, carrier, removal-order-type",
    ),
    # What came back, and money.
    _type(
        "GET_FBA_FULFILLMENT_CUSTOMER_RETURNS_DATA",
        "order-id, sku, return-date, license-plate-number",
        "asin, fnsku, product-name, quantity, fulfillment-center-id, detailed-disposition, "
        "reason, status",
        # Its last column is what the customer wrote.
        personal=True,
    ),
    _type(
        "GET_FBA_REIMBURSEMENTS_DATA",
        "reimbursement-id, sku",
        "approval-date, case-id, amazon-order-id, reason, fnsku, asin, product-name, condition, "
        "currency-unit, amount-per-unit, amount-total, quantity-reimbursed-cash, "
        "quantity-reimbursed-inventory, quantity-reimbursed-total, original-reimbursement-id, "
        "original-reimbursement-type",
    ),
    _type(
        "GET_FBA_STORAGE_FEE_CHARGES_DATA",
        "month_of_charge, fnsku, fulfillment_center",
        "asin, product_name, country_code, longest_side, median_side, shortest_side, "
        "measurement_units, weight, weight_units, item_volume, volume_units, product_size_tier, "
        "average_quantity_on_hand, average_quantity_pending_removal, "
        "estimated_total_item_volume, storage_rate, currency, estimated_monthly_storage_fee, "
        "base_rate, utilization_surcharge_rate, est_base_msf, est_sus",
    ),
    _type(
        "GET_FBA_FULFILLMENT_LONGTERM_STORAGE_FEE_CHARGES_DATA",
        "snapshot-date, sku, surcharge-age-tier",
        "fnsku, asin, product-name, condition, per-unit-volume, currency, volume-unit, country, "
        "qty-charged, amount-charged, rate-surcharge",
    ),
    _type(
        "GET_FBA_OVERAGE_FEE_CHARGES_DATA",
        "charged_date, country_code, storage_type",
        "charge_rate, storage_usage_volume, storage_limit_volume, overage_volume, volume_unit, "
        "charged_fee_amount, currency_code",
    ),
)

TYPES: Mapping[str, ReportType] = {kind.name: kind for kind in _ALL}
"""By `reportType`."""


def known_type(name: str) -> ReportType:
    """A type of report.

    Raises:
        NotFoundError: it can't be taken in.
    """
    kind = TYPES.get(name)
    if kind is None:
        raise NotFoundError(f"no report {name} can be taken in; there are {', '.join(TYPES)}")
    return kind
