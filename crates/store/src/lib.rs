//! The two databases behind [`cenote_idp::ports::Store`]: SQLite in this process, and PostgreSQL.
//!
//! Both keep the same tables (see `migrations/`) and pass the same contract suite (`tests/contract/`),
//! but each is written out in its own SQL: what they promise is the same, how they keep it is not.

mod postgres;
mod rules;
mod sqlite;

pub use postgres::PostgresStore;
pub use sqlite::{SqliteStore, Stats};
