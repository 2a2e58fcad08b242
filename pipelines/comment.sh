#!/usr/bin/env bash
# The one comment of a stack on a pull request (GitHub) or merge request (GitLab).
#
#   comment.sh last STACK   prints what it says now, or nothing
#   comment.sh put FILE     makes it say what the file says; the file's first line names the stack
#
# Needs curl and jq. ROLLING_TOKEN may write comments, and no more is asked of it. Outside of a pull request `last`
# prints nothing and `put` prints the file.
set -euo pipefail

action=$1 subject=$2
if [[ -n ${ROLLING_PULL_REQUEST:-} ]]; then
    collection=$GITHUB_API_URL/repos/$GITHUB_REPOSITORY/issues/$ROLLING_PULL_REQUEST/comments
    one=$GITHUB_API_URL/repos/$GITHUB_REPOSITORY/issues/comments
    header="Authorization: Bearer $ROLLING_TOKEN" change=PATCH
    who=user author=${ROLLING_COMMENT_AUTHOR:-github-actions[bot]}
elif [[ -n ${CI_MERGE_REQUEST_IID:-} && -n ${ROLLING_TOKEN:-} ]]; then
    collection=$CI_API_V4_URL/projects/$CI_PROJECT_ID/merge_requests/$CI_MERGE_REQUEST_IID/notes
    one=$collection
    header="PRIVATE-TOKEN: $ROLLING_TOKEN" change=PUT
    who=author author=''
else
    [[ $action == last ]] || cat "$subject"
    exit 0
fi

# The token goes by standard input: the command line of a process is no secret.
ask() {
    local method=$1 url=$2
    shift 2
    printf 'header = "%s"\n' "$header" |
        curl --config - --silent --show-error --fail --retry 3 --request "$method" \
            --header 'Content-Type: application/json' "$@" "$url"
}

# Id and body of our comment that begins so. One of somebody else that begins alike is not ours.
found() {
    local first=$1 page each ours
    for page in {1..50}; do
        each=$(ask GET "$collection?per_page=100&page=$page")
        ours=$(jq -c --arg first "$first" --arg who "$who" --arg author "$author" '
            [.[] | select((.[$who] | .login // .username) == $author and (.body | startswith($first)))]
            | first // empty | {id, body}' <<<"$each")
        if [[ -n $ours || $(jq length <<<"$each") -lt 100 ]]; then
            printf %s "$ours"
            return
        fi
    done
}

if [[ -z $author ]]; then
    author=$(ask GET "$CI_API_V4_URL/user" | jq -r .username)
fi
if [[ $action == last ]]; then
    name=$(printf %s "$subject" | LC_ALL=C sed -E 's|[^A-Za-z0-9_./]+|-|g')
    found "<!-- rolling-preview $name -->" | jq -r .body
    exit 0
fi
ours=$(found "$(head -n 1 "$subject")" | jq -r .id)
target=$collection method=POST
if [[ -n $ours ]]; then
    target=$one/$ours method=$change
fi
sent=$(mktemp)
trap 'rm -f "$sent"' EXIT
jq -n --rawfile body "$subject" '{body: $body}' >"$sent"
ask "$method" "$target" --data "@$sent" --output /dev/null
