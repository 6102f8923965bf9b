//! The contract of the service: shapes, constraints, error codes and the operation table, generated from
//! the service model by `cargo xtask codegen`, and the few hand-written types they stand on. No logic.

mod decode;
#[expect(
    missing_docs,
    reason = "the shapes carry the names of the API, whose reference describes them"
)]
mod generated;
mod operation;
mod rules;
mod string_enum;
mod text;
mod types;

pub use decode::{Decode, DecodeError, Decoder, Members, decode};
pub use generated::*;
pub use operation::{AuthClass, OperationInfo};
pub use string_enum::StringEnum;
pub use types::{Blob, Sensitive, Timestamp};
