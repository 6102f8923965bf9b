//! What a page looks like: its style sheet, its images, and the policy that lets nothing else in.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use aws_lc_rs::digest;
use cenote_idp::look::{ClassicLook, ClientStyle, StyleImage, default_settings};
use cenote_idp::oauth::Domain;
use cenote_idp::{Cx, Result, look};
use data_encoding::BASE64;
use quick_cache::sync::Cache;
use serde_json::Value;

use super::style::{self, Scheme};

/// Looks that are kept ready.
const KEPT: usize = 1000;

/// An image in a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Image {
    pub(crate) path: String,
    /// The classes that show it in one colour mode only, or that can be styled.
    pub(crate) class: &'static str,
}

/// A favicon.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Icon {
    pub(crate) path: String,
    pub(crate) media_type: &'static str,
}

/// A look, ready to be rendered.
#[expect(
    clippy::struct_excessive_bools,
    reason = "conditions of a template, one by one"
)]
#[derive(Clone, Debug, Default)]
pub(crate) struct Look {
    pub(crate) css: String,
    /// The hash of the style sheet, as a policy names it.
    pub(crate) css_hash: String,
    pub(crate) icons: Vec<Icon>,
    pub(crate) has_header: bool,
    pub(crate) header_logo: Vec<Image>,
    pub(crate) has_footer: bool,
    pub(crate) footer_logo: Vec<Image>,
    pub(crate) form_logo: Vec<Image>,
    pub(crate) form_logo_inside: bool,
    pub(crate) form_logo_outside: bool,
    /// What is shown above certain forms, by category.
    pub(crate) graphics: BTreeMap<&'static str, Vec<Image>>,
    /// Whether the form for the pool's own users comes before the providers.
    pub(crate) own_users_first: bool,
    /// Whether providers are found by a domain that is typed.
    pub(crate) searches_providers: bool,
    /// The names of the providers that come first.
    pub(crate) provider_order: Vec<String>,
    /// Whether their buttons have signs.
    pub(crate) has_provider_signs: bool,
}

/// The looks that were made last.
pub(crate) struct Looks {
    managed: Cache<(String, i64, String), Arc<Look>>,
}

/// The look of pages that belong to no client.
pub(crate) fn plain() -> Arc<Look> {
    static PLAIN: LazyLock<Arc<Look>> = LazyLock::new(|| Arc::new(Look::plain()));
    Arc::clone(&PLAIN)
}

impl Default for Looks {
    fn default() -> Self {
        Self {
            managed: Cache::new(KEPT),
        }
    }
}

impl Looks {
    /// The look of a client's pages; `None` where managed login waits for a style.
    pub(crate) async fn of(
        &self,
        cx: &Cx,
        domain: &Domain,
        client: &str,
    ) -> Result<Option<Arc<Look>>> {
        let (pool, prefix) = (domain.pool_id(), domain.path_prefix.as_str());
        if !domain.is_managed() {
            let classic = look::classic_look(cx, pool, client).await?;
            return Ok(Some(Arc::new(Look::classic(&classic, prefix))));
        }
        let Some(found) = look::client_style(cx, pool, client).await? else {
            return Ok(None);
        };
        let key = (found.id.clone(), found.version, prefix.to_owned());
        if let Some(look) = self.managed.get(&key) {
            return Ok(Some(look));
        }
        let look = Arc::new(Look::managed(cx, &found, client, prefix).await?);
        self.managed.insert(key, Arc::clone(&look));
        Ok(Some(look))
    }
}

/// The hash of what stands in a page, as a policy names it.
pub(crate) fn hash(text: &str) -> String {
    BASE64.encode(digest::digest(&digest::SHA256, text.as_bytes()).as_ref())
}

impl Look {
    fn plain() -> Self {
        Self::with_css(style::sheet(default_settings(), Scheme::Dynamic))
    }

    fn with_css(css: String) -> Self {
        Self {
            css_hash: hash(&css),
            css,
            ..Self::default()
        }
    }

    fn classic(classic: &ClassicLook, prefix: &str) -> Self {
        let mut css = style::sheet(default_settings(), Scheme::Light);
        // The classes that can be styled come last, and win.
        css.push_str(classic.css.as_deref().unwrap_or_default());
        let logo = classic.logo.as_ref().map(|path| Image {
            path: format!("{prefix}{path}"),
            class: "logo-customizable",
        });
        Self {
            form_logo_outside: logo.is_some(),
            form_logo: logo.into_iter().collect(),
            ..Self::with_css(css)
        }
    }

    async fn managed(cx: &Cx, found: &ClientStyle, client: &str, prefix: &str) -> Result<Self> {
        let settings = found.settings();
        let images = Images {
            present: found.images(cx).await?,
            folder: format!("{prefix}/_look/{client}/{}", found.version),
            scheme: Scheme::of(&settings),
        };
        Ok(Self::from_settings(&settings, &images))
    }

    fn from_settings(settings: &Value, images: &Images) -> Self {
        let is_on = |path: &str| settings.pointer(path).and_then(Value::as_bool) == Some(true);
        let is =
            |path: &str, word: &str| settings.pointer(path).and_then(Value::as_str) == Some(word);
        let mut css = style::sheet(settings, images.scheme);
        if images.scheme == Scheme::Dynamic {
            css.push_str(
                "@media (prefers-color-scheme:dark){.only-light{display:none!important}}\
                 @media not (prefers-color-scheme:dark){.only-dark{display:none!important}}",
            );
        }
        for (setting, selector, category) in [
            (
                "/components/pageBackground/image/enabled",
                "body",
                "PAGE_BACKGROUND",
            ),
            (
                "/components/form/backgroundImage/enabled",
                ".card",
                "FORM_BACKGROUND",
            ),
            (
                "/components/pageHeader/backgroundImage/enabled",
                ".header",
                "PAGE_HEADER_BACKGROUND",
            ),
            (
                "/components/pageFooter/backgroundImage/enabled",
                ".footer",
                "PAGE_FOOTER_BACKGROUND",
            ),
        ] {
            if is_on(setting) {
                css.push_str(&images.background(selector, category));
            }
        }
        let logo_in = is("/components/form/logo/formInclusion", "IN");
        let form_logo = images.shown(is_on("/components/form/logo/enabled"), "FORM_LOGO");
        let has_logo = !form_logo.is_empty();
        let graphics = is_on("/categories/form/displayGraphics");
        let graphics = GRAPHICS
            .into_iter()
            .map(|category| (category, images.shown(graphics, category)))
            .filter(|(_, images)| !images.is_empty())
            .collect();
        let has_header = is_on("/categories/global/pageHeader/enabled");
        let has_footer = is_on("/categories/global/pageFooter/enabled");
        let header_logo = has_header && is_on("/components/pageHeader/logo/enabled");
        let footer_logo = has_footer && is_on("/components/pageFooter/logo/enabled");
        Self {
            icons: images.icons(settings),
            has_header,
            header_logo: images.shown(header_logo, "PAGE_HEADER_LOGO"),
            has_footer,
            footer_logo: images.shown(footer_logo, "PAGE_FOOTER_LOGO"),
            form_logo,
            form_logo_inside: has_logo && logo_in,
            form_logo_outside: has_logo && !logo_in,
            graphics,
            own_users_first: own_users_first(settings),
            searches_providers: !is(FEDERATION_STYLE, "BUTTON_LIST"),
            provider_order: provider_order(settings),
            has_provider_signs: is_on("/componentClasses/idpButtons/icons/enabled"),
            ..Self::with_css(css)
        }
    }
}

/// How providers are offered.
const FEDERATION_STYLE: &str = "/categories/auth/federation/interfaceStyle";

/// Whether the settings have the form for the pool's own users first.
fn own_users_first(settings: &Value) -> bool {
    let groups = settings.pointer("/categories/auth/authMethodOrder");
    let groups = groups.and_then(Value::as_array).into_iter().flatten();
    let mut methods = groups.filter_map(Value::as_array).flatten();
    let first = methods.find_map(|method| method.get("type")?.as_str());
    first == Some("USERNAME_PASSWORD")
}

/// The order of providers in the settings.
fn provider_order(settings: &Value) -> Vec<String> {
    let order = settings.pointer("/categories/auth/federation/order");
    let order = order.and_then(Value::as_array).into_iter().flatten();
    order.filter_map(Value::as_str).map(str::to_owned).collect()
}

/// What can be shown above certain forms.
const GRAPHICS: [&str; 5] = [
    "EMAIL_GRAPHIC",
    "SMS_GRAPHIC",
    "AUTH_APP_GRAPHIC",
    "PASSWORD_GRAPHIC",
    "PASSKEY_GRAPHIC",
];

/// The images of a style.
struct Images {
    present: Vec<StyleImage>,
    /// Where they are.
    folder: String,
    scheme: Scheme,
}

impl Images {
    fn has(&self, category: &str, mode: &str) -> bool {
        let mut present = self.present.iter();
        present.any(|image| image.category == category && image.mode == mode)
    }

    fn path(&self, category: &str, mode: &str) -> String {
        format!("{}/{category}/{mode}", self.folder)
    }

    /// The mode of the image that serves a colour mode.
    fn mode_for(&self, category: &str, wanted: &'static str) -> Option<&'static str> {
        [wanted, "DYNAMIC"]
            .into_iter()
            .find(|mode| self.has(category, mode))
    }

    /// The images of a category for the colour modes of the pages.
    fn shown(&self, is_on: bool, category: &str) -> Vec<Image> {
        if !is_on {
            return Vec::new();
        }
        let (light, dark) = (
            self.mode_for(category, "LIGHT"),
            self.mode_for(category, "DARK"),
        );
        let image = |mode, class| Image {
            path: self.path(category, mode),
            class,
        };
        let one = |mode: Option<&'static str>| mode.map(|mode| image(mode, ""));
        match self.scheme {
            Scheme::Light => one(light.or(dark)).into_iter().collect(),
            Scheme::Dark => one(dark.or(light)).into_iter().collect(),
            Scheme::Dynamic if light == dark => one(light).into_iter().collect(),
            Scheme::Dynamic => [
                light.map(|mode| image(mode, "only-light")),
                dark.map(|mode| image(mode, "only-dark")),
            ]
            .into_iter()
            .flatten()
            .collect(),
        }
    }

    /// The rules that lay a picture under something.
    fn background(&self, selector: &str, category: &str) -> String {
        let mut css = String::new();
        for image in self.shown(true, category) {
            let rule = format!(
                "{selector}{{background-image:url(\"{}\");background-size:cover;\
                 background-position:center}}",
                image.path
            );
            let rule = match image.class {
                "only-light" => format!("@media not (prefers-color-scheme:dark){{{rule}}}"),
                "only-dark" => format!("@media (prefers-color-scheme:dark){{{rule}}}"),
                _ => rule,
            };
            css.push_str(&rule);
        }
        css
    }

    fn icons(&self, settings: &Value) -> Vec<Icon> {
        let enabled = settings.pointer("/components/favicon/enabledTypes");
        let enabled = enabled.and_then(Value::as_array);
        let is_on = |kind: &str| enabled.is_some_and(|list| list.iter().any(|one| one == kind));
        [
            ("ICO", "FAVICON_ICO", "image/x-icon"),
            ("SVG", "FAVICON_SVG", "image/svg+xml"),
        ]
        .into_iter()
        .filter(|(kind, ..)| is_on(kind))
        .filter_map(|(_, category, media_type)| {
            let modes = ["DYNAMIC", "LIGHT", "DARK"];
            let mode = modes.into_iter().find(|mode| self.has(category, mode))?;
            let path = self.path(category, mode);
            Some(Icon { path, media_type })
        })
        .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn look(scheme: &str, present: &[(&'static str, &'static str)]) -> Look {
        let mut settings = default_settings().clone();
        settings["categories"]["global"]["colorSchemeMode"] = json!(scheme);
        settings["components"]["form"]["logo"]["enabled"] = json!(true);
        let images = Images {
            present: present
                .iter()
                .map(|(category, mode)| StyleImage { category, mode })
                .collect(),
            folder: "/_look/c/1".to_owned(),
            scheme: Scheme::of(&settings),
        };
        Look::from_settings(&settings, &images)
    }

    #[test]
    fn each_colour_mode_has_its_images() {
        let both = [("FORM_LOGO", "LIGHT"), ("FORM_LOGO", "DARK")];
        let paths = |look: &Look| -> Vec<(String, &'static str)> {
            let images = look.form_logo.iter();
            images
                .map(|image| (image.path.clone(), image.class))
                .collect()
        };
        let light = "/_look/c/1/FORM_LOGO/LIGHT".to_owned();
        let dark = "/_look/c/1/FORM_LOGO/DARK".to_owned();
        assert_eq!(paths(&look("LIGHT", &both)), [(light.clone(), "")]);
        assert_eq!(paths(&look("DARK", &both)), [(dark.clone(), "")]);
        assert_eq!(
            paths(&look("DYNAMIC", &both)),
            [(light, "only-light"), (dark, "only-dark")]
        );
        let dynamic = look("DYNAMIC", &[("FORM_LOGO", "DYNAMIC")]);
        assert_eq!(
            paths(&dynamic),
            [("/_look/c/1/FORM_LOGO/DYNAMIC".to_owned(), "")]
        );
        assert!(dynamic.form_logo_outside && !dynamic.form_logo_inside);
        assert!(look("LIGHT", &[]).form_logo.is_empty());
    }

    #[test]
    fn backgrounds_and_icons_are_those_that_are_there() {
        let look = look(
            "LIGHT",
            &[("PAGE_BACKGROUND", "LIGHT"), ("FAVICON_SVG", "DYNAMIC")],
        );
        assert!(
            look.css
                .contains("body{background-image:url(\"/_look/c/1/PAGE_BACKGROUND/LIGHT\")")
        );
        assert_eq!(look.icons.len(), 1);
        assert_eq!(look.icons[0].path, "/_look/c/1/FAVICON_SVG/DYNAMIC");
    }

    #[test]
    fn classic_rules_come_last() {
        let classic = ClassicLook {
            css: Some(".label-customizable{color:red}".to_owned()),
            logo: Some("/p/ALL/1/assets/images/image.png".to_owned()),
        };
        let look = Look::classic(&classic, "/_domain/d");
        assert!(look.css.ends_with(".label-customizable{color:red}"));
        assert_eq!(
            look.form_logo[0].path,
            "/_domain/d/p/ALL/1/assets/images/image.png"
        );
    }
}
