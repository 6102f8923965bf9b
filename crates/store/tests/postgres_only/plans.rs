//! How PostgreSQL answers each look-up: by an index that has the order, whatever a pool holds.

use cenote_idp::ports::{Kind, MessageFilter, Store, UserFilter};
use cenote_store::PostgresStore;

use crate::Schema;
use crate::contract::{POOL, sub};

/// The statement that the only session of the store ran last.
async fn last(schema: &Schema) -> String {
    let sql = "SELECT query FROM pg_stat_activity WHERE application_name = $1";
    let row = schema.admin.query_one(sql, &[&schema.name]).await;
    row.expect("one session").get(0)
}

/// Asserts that a statement neither walks a table nor, unless it may, sorts one.
async fn assert_indexed(schema: &Schema, sql: &str, may_sort: bool) {
    let parameters = (1..).take_while(|number| sql.contains(&format!("${number}")));
    let nulls = vec!["NULL"; parameters.count()].join(", ");
    let arguments = if nulls.is_empty() {
        nulls
    } else {
        format!("({nulls})")
    };
    // The empty tables of a test would be walked, being small; a plan for any values shows what is possible.
    let prepared = format!(
        "SET search_path = {}; SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off; \
         SET enable_sort = off; PREPARE look_up AS {sql}",
        schema.name
    );
    let admin = &schema.admin;
    admin.batch_execute(&prepared).await.expect("a statement");
    let plan = admin
        .simple_query(&format!("EXPLAIN EXECUTE look_up{arguments}"))
        .await
        .expect("a plan");
    let steps = plan.iter().filter_map(|message| match message {
        tokio_postgres::SimpleQueryMessage::Row(row) => row.get(0),
        _ => None,
    });
    for step in steps {
        let sorts = step.contains("Sort") && !may_sort;
        assert!(!step.contains("Seq Scan") && !sorts, "{step}: {sql}");
    }
    let done = admin.batch_execute("DEALLOCATE look_up").await;
    done.expect("it is let go of");
}

#[tokio::test]
async fn no_look_up_walks_a_table_or_sorts_one() {
    let schema = Schema::new().await;
    let store = PostgresStore::connect(&schema.url, 1).await;
    let store = store.expect("the store connects");
    for kind in Kind::ALL {
        store.record(kind, POOL, "k").await.expect("a read");
        assert_indexed(&schema, &last(&schema).await, false).await;
        for (prefix, after) in [("", None), ("a", Some("ab"))] {
            let read = store.records(kind, POOL, prefix, after, 10).await;
            read.expect("a read");
            assert_indexed(&schema, &last(&schema).await, false).await;
        }
    }
    store.client("c").await.expect("a read");
    assert_indexed(&schema, &last(&schema).await, false).await;
    store.user_by_name(POOL, "n").await.expect("a read");
    assert_indexed(&schema, &last(&schema).await, false).await;
    store.user(POOL, &sub(1)).await.expect("a read");
    assert_indexed(&schema, &last(&schema).await, false).await;
    store.user_count(POOL).await.expect("a read");
    assert_indexed(&schema, &last(&schema).await, false).await;
    let after = sub(1);
    let after = Some(after.as_str());
    store.users(POOL, None, after, 10).await.expect("a read");
    assert_indexed(&schema, &last(&schema).await, false).await;
    for column in [
        "sub",
        "enabled",
        "username",
        "status",
        "email",
        "phone_number",
        "name",
        "given_name",
        "family_name",
        "preferred_username",
    ] {
        for prefix in [false, true] {
            let value = if column == "enabled" { "true" } else { "a" };
            let filter = UserFilter {
                column,
                value: value.to_owned(),
                prefix,
            };
            let read = store.users(POOL, Some(&filter), after, 10).await;
            read.expect("a read");
            // What begins with a text is picked from its index and put into the order of the page.
            assert_indexed(&schema, &last(&schema).await, prefix).await;
        }
    }
    let read = store.groups_of(POOL, &sub(1), Some("g"), 10).await;
    read.expect("a read");
    assert_indexed(&schema, &last(&schema).await, false).await;
    store.members(POOL, "g", after, 10).await.expect("a read");
    assert_indexed(&schema, &last(&schema).await, false).await;
    for pool in [None, Some(POOL.to_owned())] {
        let filter = MessageFilter {
            pool,
            ..MessageFilter::default()
        };
        store.messages(&filter, 10).await.expect("a read");
        assert_indexed(&schema, &last(&schema).await, false).await;
    }
    store.due_messages(1, 10).await.expect("a read");
    assert_indexed(&schema, &last(&schema).await, false).await;
    drop(store);
    schema.drop().await;
}
