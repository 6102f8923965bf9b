//! What the fuzz targets share: a service with one pool, one client and three users that nothing changes.

mod chance;
mod frozen;
mod request;
mod world;

pub use chance::Counter;
pub use request::request;
pub use world::{CALLBACK, SIGNED_OUT, World};
