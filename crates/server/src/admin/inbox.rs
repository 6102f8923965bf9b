//! `/_cenote/inbox`: the messages that would have been sent, for people and for tests.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Query, State};
use axum::response::{Html, IntoResponse, Json};
use cenote_idp::Service;
use cenote_idp::message::{self, InboxMessage, InboxQuery};
use hyper::header::{ACCEPT, CONTENT_SECURITY_POLICY, VARY};
use hyper::{HeaderMap, Response, StatusCode};
use serde_json::json;

use super::failed;
use crate::html::escape;
use crate::time;

/// The page shows the newest of them only.
const MOST_ON_PAGE: usize = 100;

const STYLE: &str = "body{font:15px/1.5 system-ui,sans-serif;max-width:52rem;margin:2rem auto;padding:0 1rem;\
color:#1c2733;background:#f4f6f8}h1{font-size:1.3rem}article{background:#fff;border:1px solid #d8dee5;\
border-radius:6px;padding:.8rem 1rem;margin:.8rem 0}header{display:flex;gap:1rem;flex-wrap:wrap;color:#54616e;\
font-size:.85rem}h2{font-size:1rem;margin:.4rem 0}pre{white-space:pre-wrap;overflow-wrap:anywhere;margin:.4rem 0}\
b{font:600 1.4rem ui-monospace,monospace;color:#0b5d4b}input,button{font:inherit;padding:.2rem .5rem}";

pub(super) async fn show(
    State(service): State<Arc<Service>>,
    Query(query): Query<InboxQuery>,
    headers: HeaderMap,
) -> Response<Body> {
    let query = without_blanks(query);
    match message::inbox(&service, &query).await {
        Ok(messages) if wants_html(&headers) => {
            let policy = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'";
            let headers = [(CONTENT_SECURITY_POLICY, policy), (VARY, "Accept")];
            (headers, Html(page(&messages, query.user.as_deref()))).into_response()
        }
        Ok(messages) => ([(VARY, "Accept")], Json(json!({"messages": messages}))).into_response(),
        Err(error) => failed(&error),
    }
}

pub(super) async fn clear(State(service): State<Arc<Service>>) -> Response<Body> {
    match message::clear_inbox(&service).await {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(error) => failed(&error),
    }
}

/// A parameter without a value is as good as none.
fn without_blanks(query: InboxQuery) -> InboxQuery {
    let some = |text: Option<String>| text.filter(|text| !text.is_empty());
    InboxQuery {
        pool: some(query.pool),
        user: some(query.user),
        to: some(query.to),
        purpose: some(query.purpose),
        medium: some(query.medium),
        state: some(query.state),
    }
}

/// Browsers ask for HTML by name; tools say `*/*` or nothing.
fn wants_html(headers: &HeaderMap) -> bool {
    let accept = headers
        .get(ACCEPT)
        .and_then(|accept| accept.to_str().ok())
        .unwrap_or_default();
    accept.split(',').any(|range| {
        range
            .split(';')
            .next()
            .is_some_and(|name| name.trim() == "text/html")
    })
}

fn page(messages: &[InboxMessage], user: Option<&str>) -> String {
    let shown = &messages[..messages.len().min(MOST_ON_PAGE)];
    let count = match (messages.len(), shown.len()) {
        (0, _) => "No messages.".to_owned(),
        (all, shown) if all > shown => format!("The newest {shown} of {all} messages."),
        (1, _) => "One message.".to_owned(),
        (all, _) => format!("{all} messages."),
    };
    let articles: String = shown.iter().map(article).collect();
    format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><title>Cenote inbox</title>\
         <style>{STYLE}</style><h1>Inbox</h1><form><label>User or address \
         <input name=\"user\" value=\"{}\"></label> <button>Show</button></form><p>{count}</p>{articles}</html>",
        escape(user.unwrap_or_default())
    )
}

fn article(message: &InboxMessage) -> String {
    let code = message
        .code
        .as_deref()
        .map(|code| format!("<b>{}</b>", escape(code)));
    let link = message
        .link
        .as_deref()
        .filter(|link| link.starts_with("http"))
        .map(|link| {
            format!(
                "<p><a href=\"{0}\" rel=\"noreferrer\">{0}</a></p>",
                escape(link)
            )
        });
    format!(
        "<article><header><span>{}</span><span>{}</span><span>to {}</span><span>for {}</span>\
         <span>{}</span><span>{}</span></header><h2>{}</h2>{}{}<pre>{}</pre></article>",
        time::format_plain(message.at.div_euclid(1000)),
        escape(message.medium),
        escape(&message.to),
        escape(&message.username),
        escape(message.purpose),
        message.state.replace('_', " "),
        escape(message.subject.as_deref().unwrap_or_default()),
        code.unwrap_or_default(),
        link.unwrap_or_default(),
        escape(&message.body),
    )
}

#[cfg(test)]
mod tests {
    use hyper::HeaderMap;
    use hyper::header::{ACCEPT, HeaderValue};

    use super::*;

    fn message(body: &str) -> InboxMessage {
        InboxMessage {
            id: "1".to_owned(),
            at: 1_440_938_160_999,
            pool_id: "us-east-1_abcdefghi".to_owned(),
            username: "<script>alert(1)</script>".to_owned(),
            sub: "s".to_owned(),
            medium: "EMAIL",
            to: "\"a\"@b.example".to_owned(),
            purpose: "sign_up",
            subject: Some("<h1>".to_owned()),
            body: body.to_owned(),
            code: Some("123456".to_owned()),
            link: Some("javascript:alert(1)".to_owned()),
            state: "given_up",
            tries: 1,
        }
    }

    #[test]
    fn the_page_escapes_everything() {
        let html = page(&[message("</pre><img src=x>")], Some("\"><script>"));
        assert!(html.contains("2015-08-30 12:36:00"));
        assert!(html.contains("<b>123456</b>"));
        assert!(html.contains("<span>given up</span>"));
        assert!(html.contains("&lt;/pre&gt;&lt;img src=x&gt;"));
        for bad in ["<script", "<img", "<h1></h1>", "javascript:", "\"a\"@"] {
            assert!(!html.contains(bad), "{bad} in {html}");
        }
    }

    #[test]
    fn the_page_says_how_many_it_shows() {
        assert!(page(&[], None).contains("No messages."));
        assert!(page(&[message("a")], None).contains("One message."));
        let many = page(&vec![message("a"); 101], None);
        assert!(many.contains("The newest 100 of 101 messages."));
        assert_eq!(many.matches("<article>").count(), 100);
    }

    #[test]
    fn only_browsers_get_html() {
        for (accept, expected) in [
            ("text/html,application/xhtml+xml;q=0.9,*/*;q=0.8", true),
            ("application/xml, text/html;q=0.9", true),
            ("*/*", false),
            ("application/json", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT, HeaderValue::from_static(accept));
            assert_eq!(wants_html(&headers), expected, "{accept}");
        }
        assert!(!wants_html(&HeaderMap::new()));
    }
}
