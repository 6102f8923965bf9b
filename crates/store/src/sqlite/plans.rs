//! How SQLite answers each look-up: by an index that has the order, whatever a pool holds.

use std::sync::{Arc, Mutex};

use cenote_idp::ports::{Kind, MessageFilter, UserFilter};
use rusqlite::Connection;
use rusqlite::trace::{TraceEvent, TraceEventCodes};

use super::{look_up, open, sweep};

const POOL: &str = "us-east-1_Alpha";

/// Everything that is read, of every kind and in every form.
fn read_everything(connection: &Connection) {
    let sub = "0a000000-0000-4000-8000-000000000000";
    for kind in Kind::ALL {
        look_up::record(connection, kind, POOL, "k").expect("a read");
        for (prefix, after) in [("", None), ("a", None), ("a", Some("ab"))] {
            look_up::records(connection, kind, POOL, prefix, after, 10).expect("a read");
        }
    }
    look_up::client(connection, "c").expect("a read");
    look_up::user_by_name(connection, POOL, "n").expect("a read");
    look_up::user(connection, POOL, sub).expect("a read");
    look_up::user_count(connection, POOL).expect("a read");
    look_up::users(connection, POOL, None, Some(sub), 10).expect("a read");
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
            look_up::users(connection, POOL, Some(&filter), Some(sub), 10).expect("a read");
        }
    }
    look_up::groups_of(connection, POOL, sub, Some("g"), 10).expect("a read");
    look_up::members(connection, POOL, "g", Some(sub), 10).expect("a read");
    for pool in [None, Some(POOL.to_owned())] {
        let filter = MessageFilter {
            pool,
            ..MessageFilter::default()
        };
        look_up::messages(connection, &filter, 10).expect("a read");
    }
    look_up::due_messages(connection, 1, 10).expect("a read");
    let purges = "INSERT INTO purges (pool_id, key, doc, version) VALUES \
                  ('', 'pool/us-east-1_Alpha', '', 1), ('', 'group/us-east-1_Alpha/g', '', 1)";
    connection.execute(purges, []).expect("something to purge");
    sweep::sweep(connection, 1, 10).expect("a sweep");
}

#[test]
fn no_look_up_walks_a_table_or_sorts_one() {
    let mut connection = open::memory().expect("a database");
    let run = Arc::new(Mutex::new(Vec::new()));
    let noted = Arc::clone(&run);
    let note = move |event: TraceEvent<'_>| {
        if let TraceEvent::Stmt(_, sql) = event {
            noted.lock().expect("one thread").push(sql.to_owned());
        }
    };
    connection
        .trace_v2(TraceEventCodes::SQLITE_TRACE_STMT, Some(note))
        .expect("a trace");
    read_everything(&connection);
    // What the plans themselves ask for is not noted.
    let run = std::mem::take(&mut *run.lock().expect("one thread"));
    let asked = run
        .iter()
        .filter(|sql: &&String| sql.starts_with("SELECT") || sql.starts_with("DELETE"));
    let mut count = 0;
    for sql in asked {
        count += 1;
        let mut plan = connection
            .prepare(&format!("EXPLAIN QUERY PLAN {sql}"))
            .expect("a plan");
        // Parameters stay open: the plan is the same whatever they are.
        let steps = plan.raw_query().mapped(|row| row.get::<_, String>(3));
        let steps: Vec<String> = steps.collect::<Result<_, _>>().expect("steps");
        for step in &steps {
            let walks = step.starts_with("SCAN")
                // All messages in their order, up to a limit.
                && !step.contains("USING INDEX messages_newest");
            // What begins with a text is picked from its index and put into the order of the page.
            let sorts = step.contains("TEMP B-TREE") && !sql.contains("INDEXED BY");
            assert!(!walks && !sorts, "{step}: {sql}");
        }
    }
    assert!(count > 200, "{count}");
}
