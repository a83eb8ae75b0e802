"""The objects of the API: runs, actors, accounts, datasets, as they look in answers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from socialsync_cli.sandbox.catalogue import START_EVENT, Actor, Event
from socialsync_cli.sandbox.customers import PLANS, Customer
from socialsync_cli.sandbox.moments import iso
from socialsync_cli.sandbox.runs import NO_TIMEOUT_S, Run

_LONG_AGO = "2023-03-01T00:00:00.000Z"
BUILD_ID, BUILD_NUMBER = "bUiLd7sAndB0xAbC1", "0.7.77"
_FEATURES = (
    "ACTORS", "STORAGE", "SCHEDULER", "PROXY", "PROXY_EXTERNAL_ACCESS", "PROXY_RESIDENTIAL", "PROXY_SERPS",
    "WEBHOOKS", "ACTORS_PUBLIC_ALL", "ACTORS_PUBLIC_DEVELOPER",
)  # fmt: skip


def run_view(run: Run, now: float) -> dict[str, Any]:
    """Return a run in full."""
    final = run.final(now)
    options: dict[str, Any] = {
        "build": run.options.build,
        "timeoutSecs": run.options.timeout_s if run.options.timeout_s < NO_TIMEOUT_S else 0,
        "memoryMbytes": run.options.memory_mbytes,
        "diskMbytes": run.options.memory_mbytes * 2,
    }
    if run.options.max_items is not None:
        options["maxItems"] = run.options.max_items
    if run.options.cap is not None:
        options["maxTotalChargeUsd"] = float(run.options.cap)
    told_usd = float(run.told_usd(now))
    return {
        **_row(run, now),
        "actorTaskId": None,
        "statusMessage": run.message(now),
        "isStatusMessageTerminal": final,
        "stats": _stats(run, now),
        "options": options,
        "exitCode": run.exit_code(now),
        "generalAccess": "FOLLOW_USER_SETTING",
        "containerUrl": f"https://{run.id.lower()}.runs.apify.example",
        "isContainerServerReady": False,
        "gitBranchName": None,
        "usage": {"ACTOR_COMPUTE_UNITS": 0.01, "DATASET_WRITES": run.told_items(now)},
        "usageTotalUsd": told_usd,
        "usageUsd": {"ACTOR_COMPUTE_UNITS": 0, "DATASET_WRITES": 0},
        "pricingInfo": pricing(run.actor, per_item=run.per_item),
        "chargedEventCounts": run.told_events(now),
        "platformUsageBillingModel": "DEVELOPER",
    }


def run_row(run: Run, now: float) -> dict[str, Any]:
    """Return a run as it stands in lists: without input, options, statistics and message."""
    return {**_row(run, now), "usageTotalUsd": float(run.told_usd(now)), "buildNumberInt": 7_000_077}


def _row(run: Run, now: float) -> dict[str, Any]:
    final = run.final(now)
    return {
        "id": run.id,
        "actId": run.actor.id,
        "userId": run.customer.user_id,
        "startedAt": iso(run.created),
        "finishedAt": iso(run.ends_at) if final else None,
        "status": run.status(now),
        "meta": run.meta,
        "buildId": BUILD_ID,
        "buildNumber": BUILD_NUMBER,
        "defaultKeyValueStoreId": run.store_id,
        "defaultDatasetId": run.dataset.id,
        "defaultRequestQueueId": run.store_id[::-1],
    }


def _stats(run: Run, now: float) -> dict[str, Any]:
    stats: dict[str, Any] = {
        "inputBodyLen": len(run.body),
        "migrationCount": 0,
        "rebootCount": 0,
        "restartCount": 0,
        "resurrectCount": run.resurrected,
    }
    if run.settled(now):
        lasted = max(0.0, run.ends_at - run.created)
        stats |= {
            "memAvgBytes": 120_000_000.5, "memMaxBytes": 190_000_000, "memCurrentBytes": 0, "cpuAvgUsage": 7.7,
            "cpuMaxUsage": 91.3, "cpuCurrentUsage": 0, "netRxBytes": 1_000_000, "netTxBytes": 70_000,
            "durationMillis": int(lasted * 1000), "runTimeSecs": lasted, "metamorph": 0,
            "computeUnits": lasted / 3600,
        }  # fmt: skip
    return stats


def pricing(actor: Actor, *, per_item: bool) -> dict[str, Any]:
    """Return what an actor costs, for every tier."""
    common = {
        "apifyMarginPercentage": 0,
        "createdAt": _LONG_AGO,
        "startedAt": _LONG_AGO,
        "notifiedAboutChangeAt": None,
        "notifiedAboutFutureChangeAt": None,
        "reasonForChange": None,
    }
    if per_item:
        tiers = _tiers(actor.events[0], "tieredPricePerUnitUsd")
        return {
            **common,
            "pricingModel": "PRICE_PER_DATASET_ITEM",
            "unitName": "result",
            "pricePerUnitUsd": None,
            "tieredPricing": tiers,
        }
    events: dict[str, Any] = {
        START_EVENT: {
            "eventTitle": "Actor start",
            "eventDescription": "Charged when the Actor starts running.",
            "eventPriceUsd": float(actor.start_usd),
            "isOneTimeEvent": True,
        }
    }
    for event in actor.events:
        events[event.name] = {
            "eventTitle": event.name.replace("-", " ").capitalize(),
            "eventDescription": f"Charged for every {event.name}.",
            "eventTieredPricingUsd": _tiers(event, "tieredEventPriceUsd"),
            "isPrimaryEvent": event.primary,
        }
    found = {**common, "pricingModel": "PAY_PER_EVENT", "pricingPerEvent": {"actorChargeEvents": events}}
    if actor.minimum_usd is not None:
        found["minimalMaxTotalChargeUsd"] = float(actor.minimum_usd)
    return found


def _tiers(event: Event, key: str) -> dict[str, dict[str, float]]:
    return {plan.tier: {key: float(event.price(free=plan.tier == "FREE"))} for plan in PLANS.values()}


def actor_view(actor: Actor, *, per_item: bool, runs: int) -> dict[str, Any]:
    """Return an actor."""
    owner, _, name = actor.name.partition("/")
    return {
        "id": actor.id,
        "userId": "oWnEr" + actor.id[:12],
        "name": name,
        "username": owner,
        "title": actor.title,
        "description": f"{actor.title}, as simulated by the sandbox.",
        "isPublic": True,
        "isDeprecated": False,
        "actorPermissionLevel": "LIMITED_PERMISSIONS",
        "createdAt": _LONG_AGO,
        "modifiedAt": _LONG_AGO,
        "stats": {"totalBuilds": 77, "totalRuns": 1_000_000 + runs, "totalUsers": 5_000},
        "versions": [],
        "pricingInfos": [pricing(actor, per_item=per_item)],
        "defaultRunOptions": {
            "build": "latest",
            "timeoutSecs": actor.timeout_s,
            "memoryMbytes": actor.memory_mbytes,
        },
        "taggedBuilds": {"latest": {"buildId": BUILD_ID, "buildNumber": BUILD_NUMBER, "finishedAt": _LONG_AGO}},
        "categories": ["SOCIAL_MEDIA"],
    }


def _cycle(now: float) -> dict[str, str]:
    start = datetime.fromtimestamp(now, UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    following = (start + timedelta(days=32)).replace(day=1)
    return {"startAt": iso(start.timestamp()), "endAt": iso(following.timestamp() - 0.001)}


def limits_view(customer: Customer, used_usd: Decimal, runs: int, memory_mbytes: int, now: float) -> dict[str, Any]:
    """Return an account's limits, and how much of them is used."""
    return {
        "monthlyUsageCycle": _cycle(now),
        "limits": {
            "maxMonthlyUsageUsd": customer.limit_usd,
            "maxMonthlyActorComputeUnits": 100_000,
            "maxMonthlyExternalDataTransferGbytes": 7_000,
            "maxMonthlyProxySerps": 350_000,
            "maxMonthlyResidentialProxyGbytes": 500,
            "maxActorMemoryGbytes": customer.most_memory / 1024,
            "maxActorCount": 500,
            "maxActorTaskCount": 5_000,
            "maxConcurrentActorJobs": customer.most_runs,
            "maxTeamAccountSeatCount": 1,
            "dataRetentionDays": customer.terms.retention_days,
        },
        "current": {
            "monthlyUsageUsd": float(used_usd),
            "monthlyActorComputeUnits": 0.7,
            "monthlyExternalDataTransferGbytes": 0.1,
            "monthlyProxySerps": 0,
            "monthlyResidentialProxyGbytes": 0,
            "actorMemoryGbytes": memory_mbytes / 1024,
            "actorCount": 0,
            "actorTaskCount": 0,
            "activeActorJobCount": runs,
            "teamAccountSeatCount": 1,
        },
    }


def user_view(customer: Customer) -> dict[str, Any]:
    """Return an account as its owner sees it."""
    terms = customer.terms
    feature = {"isEnabled": True, "disabledReason": None, "disabledReasonType": None, "isTrial": False}
    return {
        "id": customer.user_id,
        "username": f"sandbox_{customer.user_id[:6]}",
        "profile": {"name": "Sandbox"},
        "email": f"{customer.user_id[:6]}@example.com",
        "proxy": {"password": "proxy-password", "groups": []},
        "plan": {
            "id": terms.id,
            "description": f"The {terms.id.title()} plan",
            "isEnabled": True,
            "monthlyBasePriceUsd": terms.credit_usd,
            "monthlyUsageCreditsUsd": terms.credit_usd,
            "usageDiscountPercent": 0,
            "enabledPlatformFeatures": list(_FEATURES),
            "maxMonthlyUsageUsd": customer.limit_usd,
            "maxActorMemoryGbytes": customer.most_memory / 1024,
            "availableProxyGroups": {},
            "tier": terms.tier,
            "dataRetentionDays": terms.retention_days,
            "maxConcurrentActorRuns": customer.most_runs,
        },
        "effectivePlatformFeatures": {name: {**feature, "trialExpirationAt": None} for name in _FEATURES},
        "createdAt": _LONG_AGO,
        "isPaying": terms.id != "FREE",
    }


def usage_view(used_usd: Decimal, now: float) -> dict[str, Any]:
    """Return an account's usage of this month."""
    used = float(used_usd)
    item = {"quantity": 1.0, "baseAmountUsd": used, "baseUnitPriceUsd": used, "amountAfterVolumeDiscountUsd": used}
    day = {"date": iso(now - now % 86_400), "serviceUsage": {"PAID_ACTORS_PER_EVENT": item}}
    return {
        "usageCycle": _cycle(now),
        "monthlyServiceUsage": {"PAID_ACTORS_PER_EVENT": item},
        "dailyServiceUsages": [{**day, "totalUsageCreditsUsd": used}],
        "totalUsageCreditsUsdBeforeVolumeDiscount": used,
        "totalUsageCreditsUsdAfterVolumeDiscount": used,
    }


def dataset_view(run: Run, now: float) -> dict[str, Any]:
    """Return a run's dataset; its number of items lags behind."""
    told = run.told_total(now)
    return {
        **_storage(run, run.dataset.id, now),
        "itemCount": told,
        "cleanItemCount": told,
        "fields": None,
        "consoleUrl": f"https://console.apify.example/storage/datasets/{run.dataset.id}",
        "stats": {"readCount": 0, "writeCount": told, "storageBytes": told * 2_000},
    }


def store_view(run: Run, now: float) -> dict[str, Any]:
    """Return a run's key-value store."""
    return {
        **_storage(run, run.store_id, now),
        "consoleUrl": f"https://console.apify.example/storage/key-value/{run.store_id}",
        "stats": {"readCount": 0, "writeCount": 1, "deleteCount": 0, "listCount": 0},
    }


def _storage(run: Run, storage_id: str, now: float) -> dict[str, Any]:
    return {
        "id": storage_id,
        "name": None,
        "userId": run.customer.user_id,
        "createdAt": iso(run.created),
        "modifiedAt": iso(min(now, run.ends_at)),
        "accessedAt": iso(now),
        "actId": run.actor.id,
        "actRunId": run.id,
        "generalAccess": "FOLLOW_USER_SETTING",
    }
