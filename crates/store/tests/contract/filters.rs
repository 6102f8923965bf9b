//! ListUsers: every searched column, `=` and `^=`, by bytes.

use cenote_idp::ports::{Searched, Store, UserFilter, UserRow, Write};

use super::{POOL, commit, sub, subs, user};
use crate::with_store;

async fn matching(
    store: &dyn Store,
    column: &'static str,
    value: &str,
    prefix: bool,
) -> Vec<String> {
    let filter = UserFilter {
        column,
        value: value.to_owned(),
        prefix,
    };
    subs(
        &store
            .users(POOL, Some(&filter), None, 100)
            .await
            .expect("the store answers"),
    )
}

/// Users 0.. of [`POOL`], the n-th with this `name`, and one of another pool with the first.
async fn named(store: &dyn Store, names: &[&str]) {
    let with_name = |n: u32, name: &str| UserRow {
        searched: Searched {
            name: Some(name.to_owned()),
            ..user(n).searched
        },
        ..user(n)
    };
    let rows = (0..)
        .zip(names)
        .map(|(n, name)| Write::InsertUser(with_name(n, name)));
    commit(store, rows).await;
    let stranger = UserRow {
        pool: "elsewhere".to_owned(),
        ..with_name(99, names[0])
    };
    commit(store, [Write::InsertUser(stranger)]).await;
}

#[tokio::test]
async fn every_column_can_be_searched() {
    with_store(async |store| {
        let value = |field: &str| Some(format!("{field}-value"));
        let searched = Searched {
            username: "username-value".to_owned(),
            status: "status-value".to_owned(),
            enabled: true,
            email: value("email"),
            phone_number: value("phone_number"),
            name: value("name"),
            given_name: value("given_name"),
            family_name: value("family_name"),
            preferred_username: value("preferred_username"),
        };
        commit(
            &*store,
            [Write::InsertUser(UserRow {
                searched,
                ..user(1)
            })],
        )
        .await;
        commit(&*store, [Write::InsertUser(user(2))]).await;
        for column in [
            "username",
            "status",
            "email",
            "phone_number",
            "name",
            "given_name",
            "family_name",
            "preferred_username",
        ] {
            let value = format!("{column}-value");
            assert_eq!(
                matching(&*store, column, &value, false).await,
                [sub(1)],
                "{column} ="
            );
            assert_eq!(
                matching(&*store, column, &value[..7], false).await,
                [""; 0],
                "{column} = part"
            );
            assert_eq!(
                matching(&*store, column, &value, true).await,
                [sub(1)],
                "{column} ^="
            );
            assert_eq!(
                matching(&*store, column, &value[..7], true).await,
                [sub(1)],
                "{column} ^= part"
            );
            assert_eq!(
                matching(&*store, column, &format!("{value}x"), true).await,
                [""; 0]
            );
        }
        assert_eq!(matching(&*store, "sub", &sub(2), false).await, [sub(2)]);
        assert_eq!(matching(&*store, "sub", &sub(2)[..3], true).await, [sub(2)]);
        assert_eq!(matching(&*store, "sub", &sub(2)[..3], false).await, [""; 0]);
    })
    .await;
}

#[tokio::test]
async fn enabled_compares_with_true_or_false() {
    with_store(async |store| {
        let disabled = UserRow {
            searched: Searched {
                enabled: false,
                ..user(2).searched
            },
            ..user(2)
        };
        commit(
            &*store,
            [Write::InsertUser(user(1)), Write::InsertUser(disabled)],
        )
        .await;
        assert_eq!(matching(&*store, "enabled", "true", false).await, [sub(1)]);
        assert_eq!(matching(&*store, "enabled", "false", false).await, [sub(2)]);
        assert_eq!(matching(&*store, "enabled", "maybe", false).await, [""; 0]);
    })
    .await;
}

#[tokio::test]
async fn an_unknown_column_is_refused() {
    with_store(async |store| {
        let filter = UserFilter {
            column: "doc",
            value: String::new(),
            prefix: false,
        };
        assert!(store.users(POOL, Some(&filter), None, 1).await.is_err());
    })
    .await;
}

#[tokio::test]
async fn comparison_is_by_bytes_and_knows_no_wildcards() {
    with_store(async |store| {
        named(
            &*store,
            &[
                "100%",
                "100x",
                "a_c",
                "abc",
                "ABC",
                "o'hara",
                "o\"hara",
                "back\\slash",
            ],
        )
        .await;
        assert_eq!(matching(&*store, "name", "100%", true).await, [sub(0)]);
        assert_eq!(matching(&*store, "name", "a_", true).await, [sub(2)]);
        assert_eq!(matching(&*store, "name", "%", true).await, [""; 0]);
        assert_eq!(matching(&*store, "name", "abc", false).await, [sub(3)]);
        assert_eq!(matching(&*store, "name", "AB", true).await, [sub(4)]);
        assert_eq!(matching(&*store, "name", "o'", true).await, [sub(5)]);
        assert_eq!(matching(&*store, "name", "o\"hara", false).await, [sub(6)]);
        assert_eq!(matching(&*store, "name", "back\\", true).await, [sub(7)]);
    })
    .await;
}

#[tokio::test]
async fn prefixes_end_where_the_next_character_begins() {
    with_store(async |store| {
        let names = [
            "\u{7f}",
            "\u{d7ff}x",
            "\u{e000}",
            "z\u{10ffff}",
            "z\u{10ffff}\u{10ffff}",
            "{",
            "\u{10ffff}!",
        ];
        named(&*store, &names).await;
        assert_eq!(matching(&*store, "name", "\u{7f}", true).await, [sub(0)]);
        assert_eq!(matching(&*store, "name", "\u{d7ff}", true).await, [sub(1)]);
        assert_eq!(matching(&*store, "name", "z", true).await, [sub(3), sub(4)]);
        assert_eq!(
            matching(&*store, "name", "z\u{10ffff}", true).await,
            [sub(3), sub(4)]
        );
        assert_eq!(
            matching(&*store, "name", "\u{10ffff}", true).await,
            [sub(6)]
        );
        // The empty prefix is every user who has a name at all.
        commit(&*store, [Write::InsertUser(user(50))]).await;
        assert_eq!(matching(&*store, "name", "", true).await.len(), names.len());
    })
    .await;
}

#[tokio::test]
async fn composed_and_decomposed_letters_differ() {
    with_store(async |store| {
        named(
            &*store,
            &[
                "\u{e9}t\u{e9}",
                "e\u{301}t",
                "\u{1f600}\u{1f3fd}",
                "\u{1f600}",
            ],
        )
        .await;
        assert_eq!(matching(&*store, "name", "\u{e9}", true).await, [sub(0)]);
        assert_eq!(matching(&*store, "name", "e", true).await, [sub(1)]);
        assert_eq!(
            matching(&*store, "name", "\u{1f600}", true).await,
            [sub(2), sub(3)]
        );
        assert_eq!(
            matching(&*store, "name", "\u{1f600}", false).await,
            [sub(3)]
        );
    })
    .await;
}

#[tokio::test]
async fn controls_are_characters_like_any_other() {
    with_store(async |store| {
        named(&*store, &["a\0", "a\0b", "a\u{1}", "a\u{1}\u{1}", "a"]).await;
        assert_eq!(
            matching(&*store, "name", "a\0", true).await,
            [sub(0), sub(1)]
        );
        assert_eq!(matching(&*store, "name", "a\0", false).await, [sub(0)]);
        assert_eq!(
            matching(&*store, "name", "a\u{1}", true).await,
            [sub(2), sub(3)]
        );
        assert_eq!(matching(&*store, "name", "a", false).await, [sub(4)]);
        assert_eq!(matching(&*store, "name", "a", true).await.len(), 5);
    })
    .await;
}

#[tokio::test]
async fn the_longest_attribute_is_stored_and_found() {
    with_store(async |store| {
        // Letters that no compression makes shorter, three bytes each.
        let letters = (0..2048_u32).map(|n| char::from_u32(0x4e00 + n * 7919 % 20_000).unwrap());
        let long: String = letters.collect();
        let last = long.char_indices().nth(2047).unwrap().0;
        let (head, other) = (&long[..last], format!("{}!", &long[..last]));
        named(&*store, &[&long, &other, head, "short"]).await;
        assert_eq!(matching(&*store, "name", &long, false).await, [sub(0)]);
        assert_eq!(matching(&*store, "name", &long, true).await, [sub(0)]);
        assert_eq!(
            matching(&*store, "name", head, true).await,
            [sub(0), sub(1), sub(2)]
        );
        assert_eq!(matching(&*store, "name", head, false).await, [sub(2)]);
        assert_eq!(
            matching(&*store, "name", &long[..30], true).await,
            [sub(0), sub(1), sub(2)]
        );
    })
    .await;
}

#[tokio::test]
async fn filtered_lists_page_by_sub() {
    with_store(async |store| {
        let names: Vec<String> = (0..30)
            .map(|n| format!("{}{n}", ["ant", "bee"][n % 2]))
            .collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        named(&*store, &names).await;
        for (column, value, prefix, count) in [
            ("name", "ant", true, 15),
            ("name", "bee", true, 15),
            ("status", "CONFIRMED", false, 30),
            ("status", "CON", true, 30),
            ("enabled", "true", false, 30),
            ("sub", "1", true, 2),
            ("username", "user1", true, 11),
        ] {
            let filter = UserFilter {
                column,
                value: value.to_owned(),
                prefix,
            };
            let whole = matching(&*store, column, value, prefix).await;
            assert_eq!(whole.len(), count, "{column}");
            assert!(whole.is_sorted());
            let mut seen: Vec<String> = Vec::new();
            loop {
                let after = seen.last().map(String::as_str);
                let page = subs(&store.users(POOL, Some(&filter), after, 4).await.unwrap());
                seen.extend_from_slice(&page);
                if page.len() < 4 {
                    break;
                }
            }
            assert_eq!(seen, whole, "{column} {value}");
        }
        // The key of the page before is past the only match.
        let only = UserFilter {
            column: "name",
            value: "ant0".to_owned(),
            prefix: false,
        };
        assert!(
            store
                .users(POOL, Some(&only), Some(&sub(0)), 4)
                .await
                .unwrap()
                .is_empty()
        );
    })
    .await;
}

#[tokio::test]
async fn a_filter_follows_an_update() {
    with_store(async |store| {
        named(&*store, &["old"]).await;
        let mut row = store.user(POOL, &sub(0)).await.unwrap().unwrap();
        row.searched.name = None;
        row.searched.email = Some("new".to_owned());
        commit(
            &*store,
            [Write::UpdateUser {
                row,
                searched_changed: true,
            }],
        )
        .await;
        assert_eq!(matching(&*store, "name", "", true).await, [""; 0]);
        assert_eq!(matching(&*store, "email", "new", false).await, [sub(0)]);
        assert_eq!(matching(&*store, "email", "user0", true).await, [""; 0]);
    })
    .await;
}
