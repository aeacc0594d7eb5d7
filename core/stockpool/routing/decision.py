"""A decision as it is stored: rules, input and plan as canonical JSON bytes.

Canonical: UTF-8, members sorted by name, no spaces, sets as sorted lists. Equal values are equal
bytes on every machine, and `encode(decode(bytes)) == bytes` for whatever was encoded here, so a
stored decision can be replayed and compared byte for byte.

The text is put together by hand because every routed order passes here.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from hashlib import sha256
from json.encoder import encode_basestring as _quoted
from typing import Any

from stockpool.routing.policy import RoutingPolicy
from stockpool.routing.values import (
    Allocation,
    CandidatePool,
    CrossBorderRule,
    Demand,
    Plan,
    PlannedShipment,
    Rejection,
    RoutingInput,
    RoutingRules,
    Shortfall,
    SpeedOffer,
)


def encode_input(question: RoutingInput) -> bytes:
    """The question as canonical JSON."""
    q = _quoted
    pools = []
    available = question.available
    for pool in sorted(available) if len(available) > 1 else available:
        units = available[pool]
        if len(units) > 1:
            stock = ",".join([f"{q(sku)}:{units[sku]}" for sku in sorted(units)])
        else:
            stock = ",".join([f"{q(sku)}:{there}" for sku, there in units.items()])
        pools.append(f"{q(pool)}:{{{stock}}}")
    demands = [
        f'{{"count":{d.count},"each":{d.each},"line_id":{q(d.line_id)},"sku":{q(d.sku)}}}'
        for d in question.demands
    ]
    features = question.features
    return (
        f'{{"available":{{{",".join(pools)}}}'
        f',"backorder":{"true" if question.backorder else "false"}'
        f',"demands":[{",".join(demands)}]'
        f',"destination":{q(question.destination)}'
        f',"features":{_list(features) if features else "[]"}'
        f',"policy":{q(question.policy)},"speed":{q(question.speed)}}}'
    ).encode()


def encode_plan(plan: Plan) -> bytes:
    """The plan as canonical JSON."""
    q = _quoted
    allocations = [
        f'{{"line_id":{q(a.line_id)},"pool":{q(a.pool)},"quantity":{a.quantity},"sku":{q(a.sku)}}}'
        for a in plan.allocations
    ]
    rejected = [
        f'{{"code":{q(r.code)},"pools":{_list(r.pools)},"reason":{q(r.reason)}}}'
        for r in plan.rejected
    ]
    shipments = [
        f'{{"cross_border":{"null" if s.cross_border is None else q(s.cross_border)}'
        f',"fee":{s.fee},"pool":{q(s.pool)},"transit_days":{s.transit_days}}}'
        for s in plan.shipments
    ]
    shortfalls = [
        f'{{"code":{q(s.code)},"line_id":{q(s.line_id)},"quantity":{s.quantity}'
        f',"reason":{q(s.reason)},"sku":{q(s.sku)},"waits":{"true" if s.waits else "false"}}}'
        for s in plan.shortfalls
    ]
    return (
        f'{{"allocations":[{",".join(allocations)}],"rejected":[{",".join(rejected)}]'
        f',"shipments":[{",".join(shipments)}],"shortfalls":[{",".join(shortfalls)}]}}'
    ).encode()


def encode_rules(rules: RoutingRules) -> bytes:
    """The rules as canonical JSON, without their digest, in an order that is not the caller's."""
    value = {
        "cross_border": sorted((_rule_value(rule) for rule in rules.cross_border), key=_dumps),
        "pools": sorted((_pool_value(pool) for pool in rules.pools), key=_dumps),
    }
    return _dumps(value).encode()


def decode_input(body: bytes | str) -> RoutingInput:
    """The question that `encode_input` wrote."""
    value = json.loads(body)
    return RoutingInput(
        destination=value["destination"],
        speed=value["speed"],
        policy=value["policy"],
        backorder=value["backorder"],
        features=tuple(value["features"]),
        demands=tuple(Demand(**demand) for demand in value["demands"]),
        available=value["available"],
    )


def decode_plan(body: bytes | str) -> Plan:
    """The plan that `encode_plan` wrote."""
    value = json.loads(body)
    return Plan(
        tuple(Allocation(**allocation) for allocation in value["allocations"]),
        tuple(PlannedShipment(**shipment) for shipment in value["shipments"]),
        tuple(Shortfall(**shortfall) for shortfall in value["shortfalls"]),
        tuple(
            Rejection(tuple(rejection["pools"]), rejection["code"], rejection["reason"])
            for rejection in value["rejected"]
        ),
    )


def decode_rules(body: bytes | str) -> RoutingRules:
    """The rules that `encode_rules` wrote, with their digest."""
    value = json.loads(body)
    return with_digest(
        RoutingRules(
            pools=tuple(_pool(pool) for pool in value["pools"]),
            cross_border=tuple(_rule(rule) for rule in value["cross_border"]),
        )
    )


def digest(body: bytes) -> str:
    """SHA-256 of encoded bytes, in hexadecimal."""
    return sha256(body).hexdigest()


def rules_digest(rules: RoutingRules) -> str:
    """The digest under which `rules` are stored; what `rules.digest` says does not matter."""
    return digest(encode_rules(rules))


def with_digest(rules: RoutingRules) -> RoutingRules:
    """The same rules, with `digest` filled in."""
    return replace(rules, digest=rules_digest(rules))


def replay(rules_body: bytes | str, input_body: bytes | str, policy: RoutingPolicy) -> bytes:
    """The plan's bytes once more, out of what was stored; equal to the stored plan's."""
    return encode_plan(policy.plan(decode_rules(rules_body), decode_input(input_body)))


def _list(texts: Iterable[str]) -> str:
    return f"[{','.join([_quoted(text) for text in texts])}]"


def _dumps(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _pool_value(pool: CandidatePool) -> dict[str, Any]:
    return {
        "country": pool.country,
        "destinations": sorted(pool.destinations),
        "features": sorted(pool.features),
        "pool": pool.pool,
        "speeds": {
            speed: {
                "order_fee": offer.order_fee,
                "transit_days": offer.transit_days,
                "unit_fee": offer.unit_fee,
            }
            for speed, offer in pool.speeds.items()
        },
    }


def _rule_value(rule: CrossBorderRule) -> dict[str, Any]:
    return {
        "destinations": sorted(rule.destinations),
        "extra_days": rule.extra_days,
        "extra_order_fee": rule.extra_order_fee,
        "extra_unit_fee": rule.extra_unit_fee,
        "name": rule.name,
        "pool": rule.pool,
        "speeds": sorted(rule.speeds),
    }


def _pool(value: Mapping[str, Any]) -> CandidatePool:
    return CandidatePool(
        pool=value["pool"],
        country=value["country"],
        destinations=frozenset(value["destinations"]),
        speeds={speed: SpeedOffer(**offer) for speed, offer in value["speeds"].items()},
        features=frozenset(value["features"]),
    )


def _rule(value: Mapping[str, Any]) -> CrossBorderRule:
    return CrossBorderRule(
        name=value["name"],
        pool=value["pool"],
        destinations=frozenset(value["destinations"]),
        speeds=frozenset(value["speeds"]),
        extra_days=value["extra_days"],
        extra_order_fee=value["extra_order_fee"],
        extra_unit_fee=value["extra_unit_fee"],
    )
