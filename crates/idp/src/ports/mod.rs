//! What varies at run time and is handed in: the store, the clock, chance and the functions
//! that pools call.

mod clock;
mod entropy;
mod store;
mod triggers;

pub use clock::{Clock, SystemClock};
pub use entropy::{Entropy, SystemEntropy};
pub use store::{
    Change, CommitError, Expect, Kind, Message, MessageFilter, Record, Searched, Store, StoreError,
    UserFilter, UserRow, Write,
};
pub use triggers::{NoTriggers, TriggerError, Triggers};
