#!/usr/bin/env bash
# Drives one made-up application of each service from the draft into the applicant's hands, by the command line alone: tries a
# catalogue before people do.
#
#   examples/cli/from-draft-to-collected.sh DATA [SERVICE…]
#
# DATA is an empty folder, or one that is not there yet. All services of the catalogue, if none is named. ONESERVICE_CATALOG and
# ONESERVICE_STORE say which catalogue and which store; ONESERVICE is the program. What to do next is read from what the program
# answers, nothing about a service is known here. Sites are inspected today: on a day on which the office is open. Needs jq.
set -euo pipefail
data=${1:?usage: from-draft-to-collected.sh DATA [SERVICE…]}
shift

one() { ${ONESERVICE:-cargo run --release -q -p oneservice-cli --} --data "$data" --json "$@"; }

# Refuses a folder with real requests or officers; adds an officer for each desk.
one demo --requests 0 --no-serve >/dev/null
staff=$(one staff list)
officer() { jq -ers --arg desk "$1" 'map(select(.roles | index($desk)))[0].id' <<<"$staff"; }

# A picture of one point, for inspections.
base64 -d >"$data/photo.png" <<<iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR42mNoAAAAggCB2kUIOwAAAABJRU5ErkJggg==

[ $# -gt 0 ] || mapfile -t services < <(one catalog list | jq -r .id)
[ $# -eq 0 ] || services=("$@")

for service in "${services[@]}"; do
  one catalog sample "$service" >"$data/sample.json"
  code=$(one request submit "$data/sample.json" --fake-documents --key "$service" | jq -r .code)
  now=$(one request show "$code")
  way=submit
  while IFS=$'\t' read -r act step desk points photos day < <(jq -r '.next[0] // empty | [.act, .step // "-", .desk, .points // 0, .photos // 0, .day // .not_before // "-"] | @tsv' <<<"$now"); do
    by=$(officer "$desk")
    more=()
    case $act in
      pass)
        # Whoever takes the first step says so before doing it.
        [[ $way = *pass* ]] || { one request claim "$code" --as "$by" --step "$step" >/dev/null && way+=" claim"; }
        for ((point = 1; point <= points; point++)); do more+=(--tick "$point"); done
        for ((photo = 1; photo <= photos; photo++)); do more+=(--photo "$data/photo.png"); done
        ;;
      schedule-inspection) more=(--day "$day" --hours 08:00-10:00) ;;
      cosign) more=(--name "SAMPLE COSIGNER" --identity "id 4321") ;;
      collect)
        more=(--name "$(jq -r '.answers.name_latin // "SAMPLE"' <<<"$now")" --identity "id 6789" --original all --signed-on-paper)
        ;;
    esac
    [ "$step" = - ] || more+=(--step "$step")
    events=$(jq '.events | length' <<<"$now")
    now=$(one request "$act" "$code" --as "$by" "${more[@]}")
    way+=" $act"
    [ "$(jq '.events | length' <<<"$now")" -gt "$events" ] || { echo "$service: $act changed nothing" >&2; exit 1; }
  done
  end=$(jq -r '[.stage, .events[-1].fact] | join(" ")' <<<"$now")
  echo "$service $code $end: $way"
  [ "$end" = "closed collection" ] || { echo "$service: it ended otherwise than collected" >&2; exit 1; }
done
