//! A browser without a window: it keeps cookies, fills in forms, and does not follow redirects by itself.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use axum::body::Body;
use hyper::{Request, StatusCode};
use serde_json::{Value, json};

use super::support::{Reply, Server};

pub(crate) const HOST: &str = "app.auth.localhost:9229";
pub(crate) const CALLBACK: &str = "https://app.example.com/cb";
pub(crate) const PASSWORD: &str = "Correct-Horse-9";

/// A pool with a domain and an app client.
pub(crate) struct Site {
    pub(crate) server: Server,
    pub(crate) pool: String,
    pub(crate) client: String,
}

impl Site {
    /// Managed login with the service's own look.
    pub(crate) async fn new() -> Self {
        Self::with(json!({}), json!({})).await
    }

    /// The same, with more in the pool and the client.
    pub(crate) async fn with(pool: Value, client: Value) -> Self {
        let site = Self::bare(2, pool, client).await;
        let body = json!({
            "UserPoolId": site.pool, "ClientId": site.client, "UseCognitoProvidedValues": true,
        });
        site.ok("CreateManagedLoginBranding", body).await;
        site
    }

    /// Without a style, in a version of the pages.
    pub(crate) async fn bare(version: i32, pool: Value, client: Value) -> Self {
        let server = Server::dev();
        let mut body = json!({"PoolName": "p", "AutoVerifiedAttributes": ["email"]});
        merge(&mut body, pool);
        let reply = server.call("CreateUserPool", body.to_string()).await;
        let pool = reply.json()["UserPool"]["Id"]
            .as_str()
            .expect("an id")
            .to_owned();
        let mut body = json!({
            "UserPoolId": pool,
            "ClientName": "shop",
            "CallbackURLs": [CALLBACK],
            "LogoutURLs": ["https://app.example.com/bye"],
            "AllowedOAuthFlows": ["code"],
            "AllowedOAuthScopes": ["openid", "email"],
            "AllowedOAuthFlowsUserPoolClient": true,
            "SupportedIdentityProviders": ["COGNITO"],
            "PreventUserExistenceErrors": "ENABLED",
            "GenerateSecret": true,
        });
        merge(&mut body, client);
        let reply = server.call("CreateUserPoolClient", body.to_string()).await;
        let client = &reply.json()["UserPoolClient"]["ClientId"];
        let client = client
            .as_str()
            .unwrap_or_else(|| panic!("{}", reply.text()))
            .to_owned();
        let site = Self {
            server,
            pool,
            client,
        };
        let body =
            json!({"UserPoolId": site.pool, "Domain": "app", "ManagedLoginVersion": version});
        site.ok("CreateUserPoolDomain", body).await;
        site
    }

    /// Calls an operation that must go well.
    pub(crate) async fn ok(&self, operation: &str, body: Value) -> Value {
        let reply = self.server.call(operation, body.to_string()).await;
        assert_eq!(
            reply.status,
            StatusCode::OK,
            "{operation}: {}",
            reply.text()
        );
        if reply.body.is_empty() {
            return Value::Null;
        }
        reply.json()
    }

    /// A confirmed user with a password of his own.
    pub(crate) async fn user(&self, name: &str) {
        let contact = format!("{name}@example.com");
        self.ok(
            "AdminCreateUser",
            json!({
                "UserPoolId": self.pool, "Username": name, "MessageAction": "SUPPRESS",
                "UserAttributes": [
                    {"Name": "email", "Value": contact},
                    {"Name": "email_verified", "Value": "true"},
                ],
            }),
        )
        .await;
        self.password(name, true).await;
    }

    /// Gives a user a password.
    pub(crate) async fn password(&self, name: &str, permanent: bool) {
        let body = json!({
            "UserPoolId": self.pool, "Username": name, "Password": PASSWORD, "Permanent": permanent,
        });
        self.ok("AdminSetUserPassword", body).await;
    }

    /// The code of the newest message.
    pub(crate) async fn code(&self) -> String {
        let inbox = self.server.get("/_cenote/inbox", &[]).await.json();
        let messages = inbox["messages"].as_array().expect("a list");
        let newest = messages.first().expect("a message");
        newest["code"].as_str().expect("a code").to_owned()
    }

    /// Moves the clock.
    pub(crate) async fn wait(&self, seconds: i64) {
        let request = Request::post("/_cenote/clock")
            .header("content-type", "application/json")
            .body(Body::from(json!({"advance_seconds": seconds}).to_string()))
            .expect("a request");
        assert!(self.server.send(request).await.status.is_success());
    }

    /// The query of a good authorization request.
    pub(crate) fn query(&self) -> String {
        format!(
            "client_id={}&response_type=code&scope=openid&redirect_uri={}&state=xyz",
            self.client,
            encode(CALLBACK)
        )
    }

    pub(crate) fn browser(&self) -> Browser<'_> {
        Browser {
            site: self,
            cookies: BTreeMap::new(),
            prefix: String::new(),
        }
    }
}

pub(crate) fn merge(into: &mut Value, from: Value) {
    if let (Some(into), Value::Object(from)) = (into.as_object_mut(), from) {
        into.extend(from);
    }
}

pub(crate) fn encode(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            write!(encoded, "%{byte:02X}").expect("room for it");
        }
    }
    encoded
}

/// The browser.
pub(crate) struct Browser<'a> {
    pub(crate) site: &'a Site,
    pub(crate) cookies: BTreeMap<String, String>,
    /// What stands before every path.
    pub(crate) prefix: String,
}

impl Browser<'_> {
    /// Opens `path` with the query of the site.
    pub(crate) async fn open(&mut self, path: &str) -> Reply {
        let path = format!("{path}?{}", self.site.query());
        self.get(&path).await
    }

    pub(crate) async fn get(&mut self, path: &str) -> Reply {
        let uri = format!("{}{path}", self.prefix);
        self.send(Request::get(uri), Body::empty()).await
    }

    /// Fills in the form of `path` with the query of the site, and sends it.
    pub(crate) async fn fill(&mut self, path: &str, fields: &[(&str, &str)]) -> Reply {
        let csrf = self.cookies.get("XSRF-TOKEN").cloned().unwrap_or_default();
        let mut fields = fields.to_vec();
        fields.push(("_csrf", &csrf));
        self.post(path, &fields).await
    }

    /// Sends a form as it is given.
    pub(crate) async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Reply {
        let pairs: Vec<String> = fields
            .iter()
            .map(|(name, value)| format!("{}={}", encode(name), encode(value)))
            .collect();
        let uri = format!("{}{path}?{}", self.prefix, self.site.query());
        let request =
            Request::post(uri).header("content-type", "application/x-www-form-urlencoded");
        self.send(request, Body::from(pairs.join("&"))).await
    }

    pub(crate) async fn send(
        &mut self,
        request: hyper::http::request::Builder,
        body: Body,
    ) -> Reply {
        let mut request = request.header("host", HOST);
        if !self.cookies.is_empty() {
            let pairs: Vec<String> = self
                .cookies
                .iter()
                .map(|(name, value)| format!("{name}={value}"))
                .collect();
            request = request.header("cookie", pairs.join("; "));
        }
        let reply = self
            .site
            .server
            .send(request.body(body).expect("a request"))
            .await;
        for cookie in reply.headers.get_all("set-cookie") {
            let cookie = cookie.to_str().expect("ASCII");
            let (pair, attributes) = cookie.split_once(';').expect("attributes");
            let (name, value) = pair.split_once('=').expect("a pair");
            assert!(
                attributes.contains("HttpOnly")
                    && (attributes.contains("SameSite=Lax") || name == "csrf-state"),
                "{cookie}"
            );
            if attributes.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        reply
    }

    /// Goes where an answer leads, on this domain.
    pub(crate) async fn follow(&mut self, reply: &Reply) -> Reply {
        assert_eq!(reply.status, StatusCode::FOUND, "{}", reply.text());
        let location = reply.header("location").expect("a location").to_owned();
        let request = Request::get(location);
        self.send(request, Body::empty()).await
    }

    /// Signs in with the password.
    pub(crate) async fn sign_in(&mut self, name: &str) -> Reply {
        self.open("/login").await;
        self.fill("/login", &[("username", name), ("password", PASSWORD)])
            .await
    }
}

/// Asserts that an answer goes to the application with a code.
pub(crate) fn assert_done(reply: &Reply) {
    assert_eq!(reply.status, StatusCode::FOUND, "{}", reply.text());
    let location = reply.header("location").expect("a location");
    assert!(
        location.starts_with(&format!("{CALLBACK}?code=")),
        "{location}"
    );
    assert!(location.contains("&state=xyz"), "{location}");
}

/// Asserts that an answer leads to a page of the domain.
pub(crate) fn assert_leads_to(reply: &Reply, path: &str) {
    assert_eq!(reply.status, StatusCode::FOUND, "{}", reply.text());
    let location = reply.header("location").expect("a location");
    assert!(location.starts_with(&format!("{path}?")), "{location}");
}

/// Asserts that a page of its size says something.
pub(crate) fn assert_says(reply: &Reply, text: &str) {
    assert!(reply.text().contains(text), "{text}: {}", body_of(reply));
    assert!(reply.body.len() < 50_000, "{} bytes", reply.body.len());
}

/// A page without its style sheet.
pub(crate) fn body_of(reply: &Reply) -> String {
    let text = reply.text();
    text.split("</head>").last().unwrap_or_default().to_owned()
}
