"""Who bears what an Apify run cost."""

from __future__ import annotations

from collections import defaultdict

from socialsync_cli.core.outcomes import Kind
from socialsync_cli.execute.work import Report


def share_cost(report: Report) -> None:
    """Charge pages pro rata of their items; every asked page bears its part of what belongs to none."""
    everyone = report.batch.everyone()
    if report.cost_usd <= 0 or not everyone:
        return
    items: dict[int, float] = defaultdict(float)
    by_target = {page.handle: page for page in report.batch.pages} | {t.key: t.page for t in report.batch.posts}
    for target, answer in report.answers.items():
        items[id(by_target[target])] += max(answer.items, 1 if answer.kind is not Kind.SILENT else 0)
    total = sum(items.values())
    for page in everyone:
        share = items[id(page)] / total if total else 1 / len(everyone)
        page.cost_usd += report.cost_usd * share
