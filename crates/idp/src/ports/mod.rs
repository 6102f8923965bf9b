//! What varies at run time and is handed in: the store, the clock and chance.

mod clock;
mod entropy;
mod store;

pub use clock::{Clock, SystemClock};
pub use entropy::{Entropy, SystemEntropy};
pub use store::{
    Change, CommitError, Expect, Kind, Message, MessageFilter, Record, Searched, Store, StoreError,
    UserFilter, UserRow, Write,
};
