//! The look of a pool's pages: branding styles, classic customization, terms documents.

pub(crate) mod css;
pub(crate) mod image;
mod shown;
pub(crate) mod style;

pub use shown::{ClassicLook, ClientStyle, StyleImage, classic_look, client_style};
pub use style::default_settings;

use crate::ports::{Change, Expect, Kind, Write};
use crate::{Cx, Result};

/// Begins the keys of the records that stand beside styles and terms documents; no id begins so, and
/// every id sorts before it.
pub(crate) const ASIDE: char = '~';

/// The key of the record that says which style or terms document a client has.
pub(crate) fn of_client(client: &str, name: &str) -> String {
    format!("{ASIDE}client/{client}/{name}")
}

/// The prefix of all such keys.
pub(crate) fn of_clients() -> String {
    format!("{ASIDE}client/")
}

/// Adds the writes that delete what a client's pages look like.
pub(crate) async fn forget(cx: &Cx, pool: &str, client: &str, change: &mut Change) -> Result<()> {
    let mut delete = |kind, key: String| {
        change.push(Write::Delete {
            kind,
            pool: pool.to_owned(),
            key,
            expect: Expect::Any,
        });
    };
    delete(Kind::UiCustomization, client.to_owned());
    for kind in [Kind::Branding, Kind::Terms] {
        let prefix = of_client(client, "");
        let store = &cx.service.store;
        for pointer in store.records(kind, pool, &prefix, None, 2).await? {
            if kind == Kind::Branding {
                for asset in style::asset_keys(cx, pool, &pointer.doc).await? {
                    delete(kind, asset);
                }
            }
            delete(kind, pointer.doc);
            delete(kind, pointer.key);
        }
    }
    Ok(())
}
