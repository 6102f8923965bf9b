//! The caches in front of records.

use super::*;

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
