#!/usr/bin/env bash
# `rolling preview` of ROLLING_STACK in this folder, and its one comment. Ends with Pulumi's exit code.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
stack=${ROLLING_STACK:?names no stack}
# The program that is previewed is the pull request's: it gets no token of the pipeline's.
token=${ROLLING_TOKEN:-}
unset ROLLING_TOKEN
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

comment() {
    ROLLING_TOKEN=$token bash "$here/comment.sh" "$@"
}

comment last "$stack" >"$folder/last.md"
code=0
rolling preview --stack "$stack" --format markdown --since "$folder/last.md" \
    --non-interactive >"$folder/comment.md" || code=$?
if [[ -s $folder/comment.md ]]; then
    comment put "$folder/comment.md"
    if [[ -n ${GITHUB_STEP_SUMMARY:-} ]]; then
        cat "$folder/comment.md" >>"$GITHUB_STEP_SUMMARY"
    fi
fi
exit "$code"
