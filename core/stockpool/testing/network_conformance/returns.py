"""`create_return` and `get_returns`: units that customers send back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from stockpool.errors import OutcomeUnknown, PluginError, RejectedError, Throttled
from stockpool.plugins.network import (
    FulfillmentState,
    NetworkCapability,
    ShipmentState,
    ShipmentStatus,
)
from stockpool.plugins.network_returns import (
    InvalidItemReasonCode,
    OrderReturns,
    ReturnItemStatus,
    ReturnRequestItem,
)
from stockpool.testing.abilities import WorldAbility, needs
from stockpool.testing.network_conformance.network_tests import NetworkTests
from stockpool.testing.network_conformance.promises import is_aware
from stockpool.testing.network_conformance.seller import MUG, Seller, units
from stockpool.testing.network_conformance.world import NetworkWorld

_DAYS = 90


class ReturnTests(NetworkTests):
    """Only for a network that declares RETURNS."""

    @pytest.fixture
    def customer(self, world: NetworkWorld, seller: Seller) -> _Customer:
        """Somebody to whom two of four units were shipped."""
        if NetworkCapability.RETURNS not in seller.network.capabilities:
            pytest.skip("the network does not declare RETURNS")
        world.stock(seller.pool.country, MUG, 4)
        state = seller.until_final(seller.place(seller.order({MUG: 2})))
        return _Customer(world, seller, state)

    def test_there_are_reasons(self, customer: _Customer) -> None:
        reasons = customer.seller.network.return_reason_codes(customer.seller.pool.country, MUG)
        assert reasons, "a SKU that can be returned has a reason to be"
        assert all(reason.code and reason.description for reason in reasons)
        assert len({reason.code for reason in reasons}) == len(reasons)

    def test_a_granted_unit_has_an_authorization(self, customer: _Customer) -> None:
        asked = customer.unit("R-1")
        answer = customer.seller.network.create_return(customer.order_id, [asked])
        assert answer.invalid_items == []
        (item,) = answer.items
        assert (item.return_item_id, item.item_id) == (asked.return_item_id, asked.item_id)
        assert (item.shipment_id, item.reason_code) == (asked.shipment_id, asked.reason_code)
        assert (item.status, item.received_condition) == (ReturnItemStatus.NEW, None)
        assert is_aware(item.status_changed_at), "status_changed_at has no time zone"
        (authorization,) = answer.authorizations
        assert authorization.return_authorization_id == item.return_authorization_id
        assert authorization.amazon_rma_id
        assert authorization.rma_page_url.startswith("https://")
        assert authorization.return_to.line1
        assert authorization.return_to.country

    def test_what_was_granted_is_known(self, customer: _Customer) -> None:
        assert customer.returns().items == []
        answer = customer.seller.network.create_return(customer.order_id, [customer.unit("R-1")])
        known = customer.returns()
        assert list(known.items) == list(answer.items)
        assert list(known.authorizations) == list(answer.authorizations)

    def test_each_unit_is_granted_for_itself(self, customer: _Customer) -> None:
        asked = [customer.unit("R-1"), customer.unit("R-2", reason="NO-SUCH-REASON")]
        answer = customer.seller.network.create_return(customer.order_id, asked)
        assert [item.return_item_id for item in answer.items] == ["R-1"]
        (refused,) = answer.invalid_items
        assert (refused.return_item_id, refused.item_id) == ("R-2", asked[1].item_id)
        assert refused.code is InvalidItemReasonCode.INVALID_VALUES
        assert refused.description

    def test_no_more_units_come_back_than_were_shipped(self, customer: _Customer) -> None:
        asked = list(customer.units())
        answer = customer.seller.network.create_return(customer.order_id, asked)
        assert len(answer.items) == len(asked) == 2
        one_more = customer.unit("R-MORE")
        again = customer.seller.network.create_return(customer.order_id, [one_more])
        assert again.items == []
        assert [item.code for item in again.invalid_items] == [
            InvalidItemReasonCode.NO_RETURNABLE_QUANTITY
        ]
        assert len(customer.returns().items) == 2

    def test_a_repeat_grants_nothing_twice(self, customer: _Customer) -> None:
        network = customer.seller.network
        network.create_return(customer.order_id, [customer.unit("R-1")])
        again = network.create_return(customer.order_id, [customer.unit("R-1")])
        assert again.items == []
        (refused,) = again.invalid_items
        assert refused.code is InvalidItemReasonCode.DUPLICATE_REQUEST
        assert len(customer.returns().items) == 1

    def test_what_was_not_shipped_is_not_returned(self, customer: _Customer) -> None:
        seller = customer.seller
        order_id = seller.place(seller.order({MUG: 1}))
        state = seller.read(order_id)
        shipments = [s.shipment_id for s in state.shipments] or [customer.shipment.shipment_id]
        item = ReturnRequestItem("R-1", state.items[0].item_id, shipments[0], customer.reason)
        answer = seller.network.create_return(order_id, [item])
        assert answer.items == []
        assert len(answer.invalid_items) == 1

    def test_an_unknown_order_has_no_returns(self, customer: _Customer) -> None:
        network = customer.seller.network
        assert network.get_returns("CONFORMANCE-NEVER-PLACED") is None
        with pytest.raises(RejectedError):
            network.create_return("CONFORMANCE-NEVER-PLACED", [customer.unit("R-1")])

    def test_a_unit_that_arrives_is_graded_and_counted(self, customer: _Customer) -> None:
        seller = customer.seller
        before = units(seller.figures(MUG))
        seller.network.create_return(customer.order_id, [customer.unit("R-1")])
        for _ in range(_DAYS):
            customer.world.let_time_pass(24)
            (item,) = customer.returns().items
            if item.status is ReturnItemStatus.PROCESSED:
                break
            assert item.received_condition is None
        else:
            pytest.fail(f"a returned unit is not processed after {_DAYS} days")
        assert item.received_condition is not None
        assert item.fulfillment_center_id
        assert units(seller.figures(MUG)) == before + 1

    def test_a_return_whose_answer_was_lost_is_found(self, customer: _Customer) -> None:
        needs(customer.world, WorldAbility.FAIL_AFTER_EFFECT)
        customer.world.fail_after_effect_next("create_return")
        with pytest.raises(OutcomeUnknown):
            customer.seller.network.create_return(customer.order_id, [customer.unit("R-1")])
        assert [item.return_item_id for item in customer.returns().items] == ["R-1"]

    def test_a_return_that_never_arrived_is_not_known(self, customer: _Customer) -> None:
        needs(customer.world, WorldAbility.FAIL_BEFORE_EFFECT)
        customer.world.fail_before_effect_next("create_return")
        with pytest.raises(PluginError) as failure:
            customer.seller.network.create_return(customer.order_id, [customer.unit("R-1")])
        assert not isinstance(failure.value, RejectedError)
        assert customer.returns().items == []
        customer.seller.network.create_return(customer.order_id, [customer.unit("R-1")])
        assert len(customer.returns().items) == 1

    def test_over_the_limit_nothing_is_granted(self, customer: _Customer) -> None:
        needs(customer.world, WorldAbility.THROTTLE)
        customer.world.throttle_next("create_return")
        with pytest.raises(Throttled):
            customer.seller.network.create_return(customer.order_id, [customer.unit("R-1")])
        assert customer.returns().items == []

    def test_no_message_repeats_a_comment(self, customer: _Customer) -> None:
        comment = "Pat Example of Mill Lane"
        asked = replace(customer.unit("R-1", reason="NO-SUCH-REASON"), comment=comment)
        answer = customer.seller.network.create_return(customer.order_id, [asked])
        (refused,) = answer.invalid_items
        assert comment not in refused.description
        with pytest.raises(RejectedError) as refusal:
            customer.seller.network.create_return("CONFORMANCE-NEVER-PLACED", [asked])
        assert comment not in str(refusal.value)


class _Customer:
    def __init__(self, world: NetworkWorld, seller: Seller, state: FulfillmentState) -> None:
        self.world = world
        self.seller = seller
        self.order_id = state.fulfillment_order_id
        self._shipments = [s for s in state.shipments if s.status is ShipmentStatus.SHIPPED]
        assert self._shipments, f"nothing was shipped: {state}"
        self.shipment: ShipmentState = self._shipments[0]
        self.reason = seller.network.return_reason_codes(state.country, MUG)[0].code

    def unit(self, return_item_id: str, *, reason: str | None = None) -> ReturnRequestItem:
        """A unit of the first shipment."""
        item_id = self.shipment.items[0].item_id
        return ReturnRequestItem(
            return_item_id, item_id, self.shipment.shipment_id, reason or self.reason
        )

    def units(self) -> Iterator[ReturnRequestItem]:
        """All units that were shipped."""
        number = 0
        for shipment in self._shipments:
            for item in shipment.items:
                for _ in range(item.quantity):
                    number += 1
                    yield ReturnRequestItem(
                        f"R-{number}", item.item_id, shipment.shipment_id, self.reason
                    )

    def returns(self) -> OrderReturns:
        known = self.seller.network.get_returns(self.order_id)
        assert known is not None
        return known
