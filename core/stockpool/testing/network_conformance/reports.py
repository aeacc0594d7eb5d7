"""`create_report`, `get_report` and `open_report`: files that the network makes."""

from __future__ import annotations

import pytest

from stockpool.errors import PluginError, RejectedError, Throttled
from stockpool.plugins.network import NetworkCapability
from stockpool.plugins.network_reports import ReportRequest, ReportState, ReportStatus
from stockpool.testing.abilities import WorldAbility, needs
from stockpool.testing.network_conformance.network_tests import NetworkTests
from stockpool.testing.network_conformance.promises import is_aware
from stockpool.testing.network_conformance.seller import LAMP, MUG, Seller
from stockpool.testing.network_conformance.world import NetworkWorld

STOCK = "GET_FBA_MYI_UNSUPPRESSED_INVENTORY_DATA"
_HOURS = 72


class ReportTests(NetworkTests):
    """Only for a network that declares REPORTS; of its reports the one on stock is asked for."""

    @pytest.fixture
    def reader(self, world: NetworkWorld, seller: Seller) -> Seller:
        """A seller with two SKUs in the first pool."""
        if NetworkCapability.REPORTS not in seller.network.capabilities:
            pytest.skip("the network does not declare REPORTS")
        world.stock(seller.pool.country, MUG, 9)
        world.stock(seller.pool.country, LAMP, 4)
        return seller

    def test_a_report_is_made_in_time_and_read(self, world: NetworkWorld, reader: Seller) -> None:
        report = _made(world, reader, _request(reader))
        assert report.report_type == STOCK
        assert report.document_id is not None
        text = _text(reader, report.document_id)
        header, *rows = [line for line in text.splitlines() if line]
        assert "sku" in header.lower().split("\t")
        assert {row.split("\t")[0] for row in rows} == {MUG, LAMP}

    def test_a_report_can_be_read_again(self, world: NetworkWorld, reader: Seller) -> None:
        report = _made(world, reader, _request(reader))
        assert report.document_id is not None
        assert _text(reader, report.document_id) == _text(reader, report.document_id)

    def test_a_report_tells_when_it_was_made(self, world: NetworkWorld, reader: Seller) -> None:
        report = _made(world, reader, _request(reader))
        assert is_aware(report.created_at), "created_at has no time zone"
        assert report.started_at is None or report.started_at >= report.created_at

    def test_a_report_is_about_one_country(self, world: NetworkWorld, reader: Seller) -> None:
        other = reader.other_pool().country
        report = _made(world, reader, ReportRequest(STOCK, other))
        if report.status is ReportStatus.DONE:
            assert report.document_id is not None
            assert MUG not in _text(reader, report.document_id)

    def test_an_unknown_type_is_refused(self, reader: Seller) -> None:
        with pytest.raises(RejectedError):
            reader.network.create_report(ReportRequest("GET_NO_SUCH_DATA", reader.pool.country))

    def test_an_unknown_report_is_unknown(self, reader: Seller) -> None:
        assert reader.network.get_report("1234567890") is None

    def test_a_report_that_was_not_asked_for_is_asked_for_anew(
        self, world: NetworkWorld, reader: Seller
    ) -> None:
        needs(world, WorldAbility.FAIL_BEFORE_EFFECT)
        world.fail_before_effect_next("create_report")
        with pytest.raises(PluginError) as failure:
            reader.network.create_report(_request(reader))
        assert not isinstance(failure.value, RejectedError)
        _made(world, reader, _request(reader))

    def test_no_answer_about_a_report_is_no_end_of_it(
        self, world: NetworkWorld, reader: Seller
    ) -> None:
        needs(world, WorldAbility.FAIL_BEFORE_EFFECT)
        report_id = reader.network.create_report(_request(reader))
        world.fail_before_effect_next("get_report")
        with pytest.raises(PluginError) as failure:
            reader.network.get_report(report_id)
        assert not isinstance(failure.value, RejectedError)
        assert reader.network.get_report(report_id) is not None

    def test_over_the_limit_no_report_is_asked_for(
        self, world: NetworkWorld, reader: Seller
    ) -> None:
        needs(world, WorldAbility.THROTTLE)
        world.throttle_next("create_report")
        with pytest.raises(Throttled):
            reader.network.create_report(_request(reader))
        report_id = reader.network.create_report(_request(reader))
        world.throttle_next("get_report")
        with pytest.raises(Throttled):
            reader.network.get_report(report_id)
        assert reader.network.get_report(report_id) is not None


def _request(seller: Seller) -> ReportRequest:
    return ReportRequest(STOCK, seller.pool.country)


def _made(world: NetworkWorld, seller: Seller, request: ReportRequest) -> ReportState:
    report_id = seller.network.create_report(request)
    report: ReportState | None = None
    for _ in range(_HOURS):
        report = seller.network.get_report(report_id)
        assert report is not None, "the report was asked for, but get_report does not know it"
        assert report.report_id == report_id
        if report.status.ended:
            return report
        assert report.document_id is None
        world.let_time_pass(1)
    pytest.fail(f"the report is not made after {_HOURS} hours: {report}")


def _text(seller: Seller, document_id: str) -> str:
    with seller.network.open_report(document_id) as document:
        content = b"".join(document.chunks)
    return content.decode(document.charset or "utf-8")
