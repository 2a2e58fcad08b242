"""The report as JSON: a stable interface with a version, whose keys may be added to and never change meaning."""

from __future__ import annotations

from typing import Any

from pulumi_rolling.stack.exit_codes import ExitCode
from pulumi_rolling.stack.outcome import Act, Report

VERSION = 1

RESULTS = {
    ExitCode.SUCCEEDED: "succeeded",
    ExitCode.RETURNED: "returned",
    ExitCode.PARTLY_RETURNED: "partlyReturned",
    ExitCode.NOTHING_TO_RETURN_TO: "notReturned",
}
ACTS = {
    Act.REVIVED: "revived",
    Act.ROLLED_BACK: "rolledBack",
    Act.UPDATED: "updated",
    Act.MADE_AGAIN: "madeAgain",
    Act.DELETED: "deleted",
}


def report_json(report: Report) -> dict[str, Any]:
    """Lists are there when they are empty, too; what is not known is null."""
    return {
        "version": VERSION,
        "result": RESULTS[report.result],
        "exitCode": int(report.result),
        "stack": report.stack,
        "returnedTo": _destination(report),
        "failures": [
            {"urn": each.urn, "operation": each.operation, "message": each.sentence}
            for each in report.failures
        ],
        "returned": [{"urn": each.urn, "act": ACTS[each.act], "id": each.id} for each in report.returned],
        "notReturned": [{"urn": urn, "reason": reason} for urn, reason in report.not_returned],
        "toKnow": [{"urn": urn, "sentence": sentence} for urn, sentence in report.to_know],
        "stopped": report.stopped or None,
        "goOn": report.go_on or None,
        "deploySeconds": report.took.deploy,
        "returnSeconds": report.took.back,
        "changedOutputs": list(report.outputs),
        "possibleOrphans": [{"urn": each.urn, "operation": each.operation} for each in report.orphans],
        "unpinnedEnvironments": list(report.environments),
        "backup": report.backup or None,
    }


def _destination(report: Report) -> dict[str, Any] | None:
    if report.to is None:
        return None
    return {"started": report.to.started, "commit": report.to.commit, "message": report.to.message}
