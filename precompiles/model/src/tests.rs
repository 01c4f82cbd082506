//! Tests over whole Plans.

mod codec;
mod id;
mod plans;
mod rules;
mod validate;
