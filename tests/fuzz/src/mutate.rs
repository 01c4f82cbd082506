//! Changes to inputs that keep them nearly right: a broken length or a stale type would hide everything behind it.

mod protobuf;
mod repair;
mod sections;

pub use protobuf::protobuf;
pub use repair::repaired;
pub use sections::sections;
