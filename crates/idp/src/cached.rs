//! Caches in front of records.

use std::sync::Arc;
use std::time::{Duration, Instant};

use quick_cache::sync::Cache;

use crate::Result;

/// A bounded cache in front of records. `None` is not kept: an absent thing is asked for again.
pub(crate) struct Cached<T> {
    entries: Cache<String, (Arc<T>, Instant)>,
    /// `None` when this process is the only writer, so that forgetting on commit is enough.
    fresh_for: Option<Duration>,
}

impl<T> Cached<T> {
    /// An empty one; for `fresh_for` see the member.
    pub(crate) fn new(capacity: usize, fresh_for: Option<Duration>) -> Self {
        Self {
            entries: Cache::new(capacity),
            fresh_for,
        }
    }

    /// What is kept, or else what `read` gives.
    pub(crate) async fn get(
        &self,
        key: &str,
        read: impl Future<Output = Result<Option<T>>>,
    ) -> Result<Option<Arc<T>>> {
        if let Some((value, at)) = self.entries.get(key) {
            if self
                .fresh_for
                .is_none_or(|fresh_for| at.elapsed() < fresh_for)
            {
                return Ok(Some(value));
            }
            self.entries.remove(key);
        }
        // The guard loses its place when the key is forgotten meanwhile, so that what was read before
        // a commit is never kept after it.
        match self.entries.get_value_or_guard_async(key).await {
            Ok((value, _)) => Ok(Some(value)),
            Err(guard) => {
                let at = Instant::now();
                let Some(value) = read.await? else {
                    return Ok(None);
                };
                let value = Arc::new(value);
                let _lost_its_place = guard.insert((Arc::clone(&value), at));
                Ok(Some(value))
            }
        }
    }

    /// Drops what is kept, since it has changed.
    pub(crate) fn forget(&self, key: &str) {
        self.entries.remove(key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Error;

    const KEY: &str = "key";

    /// What the cache answers when the database holds `stored`.
    async fn get(cache: &Cached<u32>, stored: u32) -> u32 {
        *cache
            .get(KEY, async { Ok(Some(stored)) })
            .await
            .expect("no failure")
            .expect("a value")
    }

    #[tokio::test]
    async fn what_was_read_is_kept_until_it_is_forgotten() {
        let cache = Cached::new(10, None);
        assert_eq!(get(&cache, 1).await, 1);
        assert_eq!(get(&cache, 2).await, 1);
        cache.forget(KEY);
        assert_eq!(get(&cache, 2).await, 2);
    }

    #[tokio::test]
    async fn what_was_read_before_a_commit_is_not_kept_after_it() {
        let cache = Cached::new(10, None);
        let before = cache.get(KEY, async {
            // The read has its answer, and only then another request commits.
            cache.forget(KEY);
            Ok(Some(1))
        });
        assert_eq!(before.await.expect("no failure").as_deref(), Some(&1));
        assert_eq!(get(&cache, 2).await, 2);
        assert_eq!(get(&cache, 3).await, 2);
    }

    #[tokio::test]
    async fn a_read_before_a_commit_does_not_replace_one_after_it() {
        let cache = Cached::new(10, None);
        let before = cache.get(KEY, async {
            cache.forget(KEY);
            assert_eq!(get(&cache, 2).await, 2);
            Ok(Some(1))
        });
        assert_eq!(before.await.expect("no failure").as_deref(), Some(&1));
        assert_eq!(get(&cache, 3).await, 2);
    }

    #[tokio::test]
    async fn absence_and_failure_are_not_kept() {
        let cache = Cached::new(10, None);
        assert_eq!(cache.get(KEY, async { Ok(None) }).await, Ok(None));
        let failure = Error::internal("the database is away");
        assert_eq!(
            cache.get(KEY, async { Err(failure.clone()) }).await,
            Err(failure.clone())
        );
        assert_eq!(get(&cache, 1).await, 1);
    }

    #[tokio::test]
    async fn beside_other_writers_a_value_grows_old() {
        let cache = Cached::new(10, Some(Duration::ZERO));
        assert_eq!(get(&cache, 1).await, 1);
        assert_eq!(get(&cache, 2).await, 2);
    }
}
