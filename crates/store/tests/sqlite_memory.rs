//! The contract suite on SQLite in memory.

mod contract;

use std::sync::Arc;

use cenote_idp::ports::Store;
use cenote_store::SqliteStore;

pub(crate) async fn with_store(test: impl AsyncFnOnce(Arc<dyn Store>)) {
    test(Arc::new(
        SqliteStore::memory().expect("a database in memory"),
    ))
    .await;
}
