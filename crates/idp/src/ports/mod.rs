//! What varies at run time and is handed in: the store, the clock, chance, the list of
//! compromised passwords and the functions that pools call.

mod clock;
mod compromised;
mod entropy;
mod message;
mod sign_in;
mod store;
mod triggers;
mod upstream;
mod user;

pub use clock::{Clock, SystemClock};
pub use compromised::CompromisedPasswords;
pub use entropy::{Entropy, SystemEntropy};
pub use message::{Message, MessageFilter};
pub use sign_in::{SignInQuery, SignInRows};
pub use store::{Change, CommitError, Expect, Kind, Record, Store, StoreError, Write};
pub use triggers::{NoTriggers, TriggerError, Triggers};
pub use upstream::{NoUpstream, Upstream, UpstreamAnswer, UpstreamError, UpstreamRequest};
pub use user::{Searched, UserFilter, UserRow};
