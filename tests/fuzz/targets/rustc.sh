#!/usr/bin/env bash
# cargo's RUSTC_WORKSPACE_WRAPPER for the fuzz targets: gives the project's own libraries libFuzzer's counters, which is all the
# instrumentation that stable Rust has. Third-party crates go without: most of the time of building and of running would
# go into counters of code that is not looked at.
set -euo pipefail

previous="" own=()
for argument in "$@"; do
  case $previous:$argument in
    --crate-name:praxis_*)
      own=(
        -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4
        -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table
        -Cllvm-args=-sanitizer-coverage-trace-compares -Cllvm-args=-simplifycfg-branch-fold-threshold=0
      )
      ;;
  esac
  previous=$argument
done
exec "$@" "${own[@]}"
