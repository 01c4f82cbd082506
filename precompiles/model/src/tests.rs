//! Tests over whole Plans.

mod codec;
mod id;
mod plans;
mod reduction;
mod rules;
mod validate;
