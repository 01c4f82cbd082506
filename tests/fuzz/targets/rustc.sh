#!/usr/bin/env bash
# cargo's RUSTC_WRAPPER for the fuzz targets: only the project's own crates are instrumented.
# cargo-fuzz gives its flags to every crate; then most of the time of building and of running goes into counters of code
# that is not looked at.
set -euo pipefail

own=false previous=""
for argument in "$@"; do
  if [ "$previous" = --crate-name ]; then
    case $argument in praxis_*) own=true ;; esac
  fi
  previous=$argument
done
if ! $own; then
  kept=()
  for argument in "$@"; do
    case $argument in
      -Cpasses=sancov-module | -Cllvm-args=-sanitizer-coverage-* | -Cllvm-args=-simplifycfg-*) ;;
      *) kept+=("$argument") ;;
    esac
  done
  set -- "${kept[@]}"
fi
exec "$@"
