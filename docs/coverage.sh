#!/usr/bin/env bash
# Which lines of the rules and of the catalogue the core's own tests run: a table by file, and the lines that none of them runs.
#
#   docs/coverage.sh
#
# Needs llvm-cov and llvm-profdata of rustc's own LLVM: `rustup component add llvm-tools`, or Debian's package llvm-NN.
set -euo pipefail

# Cargo calls this file for each crate of the workspace; the dependencies are not looked at.
case "${1:-}" in */rustc | rustc) exec "$@" -C instrument-coverage ;; esac

self=$(realpath "$0")
cd "$(dirname "$self")/.."
folder="${CARGO_TARGET_DIR:-$PWD/target}/coverage"
llvm=$(rustc -vV | sed -n 's/^LLVM version: \([0-9]*\).*/\1/p')
tool() {
  local own
  own=$(find "$(rustc --print sysroot)" -name "$1" -type f | head -n 1)
  if [ -n "$own" ]; then echo "$own"; else command -v "$1-$llvm" || { echo "missing: $1 of LLVM $llvm" >&2; return 1; }; fi
}
cov=$(tool llvm-cov)
profdata=$(tool llvm-profdata)

rm -rf "$folder"
mkdir -p "$folder"
export RUSTC_WORKSPACE_WRAPPER="$self" LLVM_PROFILE_FILE="$folder/%p-%m.profraw"
cargo test -p oneservice-core --all-features --tests --no-run --message-format=json >"$folder/built.json"
mapfile -t programs < <(grep -o '"executable":"[^"]*"' "$folder/built.json" | cut -d'"' -f4 | sort -u)
for program in "${programs[@]}"; do (cd oneservice-core && "$program" --quiet >&2); done
"$profdata" merge --sparse "$folder"/*.profraw -o "$folder/all.profdata"

objects=()
for program in "${programs[@]}"; do objects+=(--object "$program"); done
sources=(oneservice-core/src/request oneservice-core/src/catalog)
echo "file, lines, not run, share"
"$cov" report --instr-profile "$folder/all.profdata" "${objects[@]}" --sources "${sources[@]}" |
  awk '/\.rs/ { printf "%-40s %8s %8s %8s\n", $1, $8, $9, $10; split($1, at, "/"); all[at[1]] += $8; missed[at[1]] += $9 }
       END { for (of in all) printf "%-40s %8d %8d %7.2f%%\n", of, all[of], missed[of], 100 * (1 - missed[of] / all[of]) }'
echo
echo "lines that no test runs:"
"$cov" export --format lcov --instr-profile "$folder/all.profdata" "${objects[@]}" --sources "${sources[@]}" |
  awk -F'[:,]' '/^SF:/ { file = $2 } /^DA:/ && $3 == 0 { print file ":" $2 }' | sed "s|^$PWD/||"
