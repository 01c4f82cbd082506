//! Compiled code, from the committed output of `contracts/build.sh`.
