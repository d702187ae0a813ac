#!/bin/sh
# Compiles the house's own crates for fuzzing; cargo calls it as RUSTC_WORKSPACE_WRAPPER, so everything of others stays
# as the tests have built it and nothing native is compiled twice. The flags are those of cargo-fuzz without a
# sanitizer: coverage for libFuzzer, and what overflows or breaks an assertion is a finding.
set -eu
case " $* " in
    *" --crate-name "*) ;;
    # A question to the compiler, nothing to compile.
    *) exec "$@" ;;
esac
exec "$@" --cfg fuzzing \
    -L "native=$INROOM_LIBFUZZER" \
    -C debug-assertions -C overflow-checks \
    -C passes=sancov-module \
    -C llvm-args=-sanitizer-coverage-level=4 \
    -C llvm-args=-sanitizer-coverage-inline-8bit-counters \
    -C llvm-args=-sanitizer-coverage-pc-table \
    -C llvm-args=-sanitizer-coverage-trace-compares
