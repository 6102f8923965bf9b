//! tmp
use cenote_idp::ports::*;
use std::sync::Arc;
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn full() {
    let dir = std::path::Path::new("/tmp/cenote-full/d");
    let store = Arc::new(cenote_store::SqliteStore::open(dir).unwrap());
    let mut good = vec![];
    let mut failed = 0;
    for round in 0..40 {
        let mut set = tokio::task::JoinSet::new();
        for i in 0..32 {
            let store = store.clone();
            set.spawn(async move {
                let key = format!("{round}-{i}");
                let w = Write::Put { kind: Kind::Group, pool: "p".into(), key: key.clone(), doc: "x".repeat(4000), expires_at: None, expect: Expect::Absent { now: 0 } };
                (key, store.commit(Change { writes: vec![w] }).await)
            });
        }
        for (k, r) in set.join_all().await { match r { Ok(()) => good.push(k), Err(e) => { if failed == 0 { println!("{e:?}"); } failed += 1 } } }
    }
    println!("good {} failed {failed} {:?}", good.len(), store.stats());
    let n = store.records(Kind::Group, "p", "", None, 100_000).await.unwrap().len();
    assert_eq!(n, good.len());
    drop(store);
    match cenote_store::SqliteStore::open(dir) { Ok(store) => { let n = store.records(Kind::Group, "p", "", None, 100_000).await.unwrap().len(); println!("reopened {n}"); assert_eq!(n, good.len()); } Err(e) => println!("reopen: {e}") }
    std::fs::create_dir_all("/tmp/cenote-full/e").ok();
    println!("fresh: {:?}", cenote_store::SqliteStore::open(std::path::Path::new("/tmp/cenote-full/e")).map(|_| ()));
}
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn speed() {
    let pg = std::env::var("CENOTE_TEST_POSTGRES").unwrap();
    let dir = std::path::Path::new("/work/main/target/tmp/speed");
    let _ = std::fs::remove_dir_all(dir);
    let sq = Arc::new(cenote_store::SqliteStore::open(dir).unwrap());
    let pgs = Arc::new(cenote_store::PostgresStore::connect(&format!("{pg}?options=-csearch_path%3Dspeed"), 16).await.unwrap());
    let stores: [(&str, Arc<dyn Store>); 2] = [("sqlite", sq.clone()), ("postgres", pgs)];
    for (name, store) in stores {
        let t = std::time::Instant::now();
        let mut set = tokio::task::JoinSet::new();
        for c in 0..32u32 {
            let store = store.clone();
            set.spawn(async move { for i in 0..100u32 {
                let sub = format!("{:x}{c:03x}-{i}", i % 16);
                let row = UserRow { pool: "p".into(), sub: sub.clone(), searched: Searched { username: sub.clone(), status: "CONFIRMED".into(), enabled: true, email: Some(format!("{sub}@x")), ..Default::default() }, doc: "d".repeat(600), version: 1 };
                store.commit(Change { writes: vec![Write::InsertUser(row), Write::ClaimName { pool: "p".into(), name: sub.clone(), sub: sub.clone() }] }).await.unwrap();
            } });
        }
        set.join_all().await;
        println!("{name}: 3200 inserts in {:?}", t.elapsed());
        let t = std::time::Instant::now();
        for i in 0..20_000u32 { let sub = format!("{:x}000-{}", i % 16, i % 16); assert!(store.user_by_name("p", &sub).await.unwrap().is_some()); }
        println!("{name}: sequential read {:?}", t.elapsed() / 20_000);
    }
    println!("{:?}", sq.stats());
}
