"""`check`: whether a run could start."""

from __future__ import annotations

from socialsync_cli.cli.invocation import Invocation, utc_now
from socialsync_cli.errors import ConfigError, UsageError
from socialsync_cli.execute.check import examine
from socialsync_cli.show.findings import Finding, findings_json, print_finding, print_verdict


def check_all(call: Invocation, *, offline: bool, notify: bool, as_json: bool) -> int:
    """Look at everything that a run needs."""
    if offline and notify:
        raise UsageError("--offline and --notify contradict each other: give one of them")
    findings: list[Finding] = []
    code = 1
    try:
        config = call.load()
        for finding in examine(config, environ=call.environ, now=utc_now(), offline=offline, notify=notify):
            findings.append(finding)
            if not as_json:
                print_finding(call.out, finding)
    except ConfigError as error:
        findings.append(Finding("error", "config", str(error)))
        code = error.exit_code
        if not as_json:
            print_finding(call.out, findings[-1])
    if as_json:
        call.print_json(findings_json(findings))
    else:
        print_verdict(call.out, findings)
    return code if any(finding.level == "error" for finding in findings) else 0
