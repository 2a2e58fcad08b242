#!/usr/bin/env bash
# `rolling up` of ROLLING_STACK in this folder. Ends with its exit code; 20, 21 and 22 are annotated.
set -euo pipefail

stack=${ROLLING_STACK:?names no stack}
unset ROLLING_TOKEN
code=0
rolling up --stack "$stack" --yes --skip-preview --non-interactive \
    --report "${ROLLING_REPORT:-rolling-report.json}" || code=$?
case $code in
0) said='' ;;
20) said='The update failed, and the stack has returned.' ;;
21) said='The update failed, and the stack has not returned in whole: see the report.' ;;
22) said='The update failed, and nothing was returned: rolling rollback does so.' ;;
*) said="pulumi up ended with $code, and nothing was changed." ;;
esac
if [[ -n $said ]]; then
    if [[ ${GITHUB_ACTIONS:-} == true ]]; then
        echo "::error title=rolling up::$said"
    else
        echo "$said" >&2
    fi
fi
exit "$code"
