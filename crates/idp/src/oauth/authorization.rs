//! The authorization request (RFC 6749, 4.1.1): what it must say, and where a refusal goes. Until client and
//! redirect address are known to be right nobody is sent anywhere.

use std::sync::Arc;

use cenote_model::{OAuthFlowType, UserPoolTierType};

use super::client::client_of;
use super::params::encode;
use super::response::issuer;
use super::{Domain, OAuthCode, Params, Refusal, Result};
use crate::Cx;
use crate::federation::provider::{self, OWN_USERS};
use crate::pool::{Client, Pool};
use crate::ports::Kind;
use crate::token::Level;

/// The scopes that show attributes of people, and need `openid` beside them.
const OF_PEOPLE: [&str; 3] = ["phone", "email", "profile"];

/// The longest value that is kept with a code.
const LONGEST: usize = 2048;

/// What is answered to an authorization request.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// It is refused on a page.
    Page(Refusal),
    /// It is refused, and the application is told so: the address to send the browser to.
    Redirect(String),
    /// It is good.
    Go(Box<Authorization>),
}

/// What comes back to the application.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ResponseType {
    Code,
    Token,
}

/// How far the user may be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prompt {
    /// As far as it takes.
    Any,
    /// Not at all.
    None,
    /// To sign in, even who has signed in before.
    Login,
}

/// Through whom somebody is to sign in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Through {
    /// Whom he likes: pages let him choose.
    Any,
    /// The pool itself, as one of its users.
    OwnUsers,
    /// This identity provider.
    Provider(String),
}

/// A good authorization request.
#[derive(Clone, Debug)]
pub struct Authorization {
    pub(crate) pool: Arc<Pool>,
    pub(crate) client: Arc<Client>,
    pub(crate) redirect_uri: String,
    pub(crate) response_type: ResponseType,
    pub(crate) scopes: Vec<String>,
    pub(crate) state: Option<String>,
    pub(crate) nonce: Option<String>,
    /// The S256 challenge of the code's verifier.
    pub(crate) challenge: Option<String>,
    pub(crate) resource: Option<String>,
    pub(crate) id_token_hint: Option<String>,
    /// See [`Through`].
    pub through: Through,
    /// See [`Prompt`].
    pub prompt: Prompt,
    /// The values of `prompt` that go on to a provider.
    pub(crate) prompts: Vec<String>,
    /// The most seconds since the user signed in.
    pub max_age: Option<i64>,
    /// The levels of authentication that are asked for, the most wanted first.
    pub(crate) levels: Vec<Level>,
    /// What to write into the field for the username.
    pub login_hint: Option<String>,
    /// The language of the pages.
    pub lang: Option<String>,
    /// Whether the user is asked whether the application may have what it asks for.
    pub asks_consent: bool,
}

impl Authorization {
    /// The client's id.
    pub fn client_id(&self) -> &str {
        &self.client.id
    }

    /// The client's name.
    pub fn client_name(&self) -> &str {
        self.client.shape.client_name.as_deref().unwrap_or_default()
    }

    /// Where the answer goes.
    pub fn redirect_uri(&self) -> &str {
        &self.redirect_uri
    }

    /// What the application asks for.
    pub fn scopes(&self) -> &[String] {
        &self.scopes
    }

    /// Where to send the browser with a refusal.
    pub fn refused(&self, cx: &Cx, refusal: &Refusal) -> String {
        let is_token = self.response_type == ResponseType::Token;
        let back = Back {
            client: &self.client,
            redirect_uri: &self.redirect_uri,
            state: self.state.as_deref(),
            is_token,
        };
        back.with(cx, &self.pool, refusal)
    }

    /// Reads an authorization request that came to a domain. Only failures of ours are errors.
    pub async fn read(
        cx: &Cx,
        domain: &Domain,
        params: &Params,
    ) -> std::result::Result<Outcome, crate::Error> {
        let (client, redirect_uri) = match destination(cx, domain, params).await? {
            Ok(destination) => destination,
            Err(refusal) => return Ok(Outcome::Page(refusal)),
        };
        let pool = &domain.pool;
        let back = Back {
            client: &client,
            redirect_uri: &redirect_uri,
            state: params.get("state"),
            is_token: params.get("response_type") == Some("token"),
        };
        let wants_no_page = words(params.get("prompt")).iter().any(|it| it == "none");
        let Some(through) = through(cx, pool, &client, params).await? else {
            return Ok(if wants_no_page {
                Outcome::Redirect(back.with(cx, pool, &Refusal::login_required()))
            } else {
                Outcome::Page(Refusal::login_option())
            });
        };
        let asked = request(cx, domain, params, (&client, &redirect_uri), through);
        Ok(match asked {
            Ok(authorization) => Outcome::Go(Box::new(authorization)),
            // Whoever registered himself does not get browsers sent on by a link (RFC 9700, 4.11.2).
            Err(refusal) if !wants_no_page && is_stranger(cx, &client) => Outcome::Page(refusal),
            Err(refusal) => Outcome::Redirect(back.with(cx, pool, &refusal)),
        })
    }
}

/// Whether the application registered itself, and the hardened profile asks people before it gets anything.
fn is_stranger(cx: &Cx, client: &Client) -> bool {
    client.is_registered() && client.is_hardened(cx)
}

/// Who asks, and where the answer goes.
async fn destination(
    cx: &Cx,
    domain: &Domain,
    params: &Params,
) -> std::result::Result<Result<(Arc<Client>, String)>, crate::Error> {
    if let Some(name) = ["client_id", "redirect_uri"]
        .into_iter()
        .find(|name| params.is_repeated(name))
    {
        return Ok(Err(Refusal::repeated(name)));
    }
    let Some(client_id) = params.get("client_id") else {
        return Ok(Err(Refusal::missing("client_id")));
    };
    let Some(client) = client_of(cx, domain, client_id).await? else {
        return Ok(Err(Refusal::unknown_client()));
    };
    let Some(redirect_uri) = params
        .get("redirect_uri")
        .or_else(|| default_redirect(&client))
    else {
        return Ok(Err(Refusal::missing("redirect_uri")));
    };
    if client.shape.allowed_oauth_flows_user_pool_client != Some(true) {
        return Ok(Err(Refusal::oauth_off()));
    }
    let mut registered = client.shape.callback_urls.iter().flatten();
    if !registered.any(|url| url == redirect_uri) {
        return Ok(Err(Refusal::redirect_mismatch()));
    }
    let redirect_uri = redirect_uri.to_owned();
    Ok(Ok((client, redirect_uri)))
}

/// DefaultRedirectURI stands in for a missing one where the client has a single provider.
fn default_redirect(client: &Client) -> Option<&str> {
    let providers = client.shape.supported_identity_providers.as_deref();
    let is_single = providers.is_some_and(|providers| providers.len() == 1);
    let default = client.shape.default_redirect_uri.as_deref();
    default.filter(|_| is_single)
}

/// Through whom somebody can sign in as it is asked; `None` when the client has nobody for that.
async fn through(
    cx: &Cx,
    pool: &Pool,
    client: &Client,
    params: &Params,
) -> std::result::Result<Option<Through>, crate::Error> {
    let supported = client.shape.supported_identity_providers.as_deref();
    let supported = supported.unwrap_or_default();
    let has_own = supported.iter().any(|name| name == OWN_USERS);
    match (
        params.get("identity_provider"),
        params.get("idp_identifier"),
    ) {
        (Some(OWN_USERS), _) => Ok(has_own.then_some(Through::OwnUsers)),
        (Some(name), _) => external(cx, pool, supported, name).await,
        (None, Some(identifier)) => match provider::of_identifier(cx, pool, identifier).await? {
            Some(name) => external(cx, pool, supported, &name).await,
            None => Ok(has_own.then_some(Through::Any)),
        },
        // Who has nothing to choose from sees no page.
        (None, None) => match supported {
            [only] if !has_own => external(cx, pool, supported, only).await,
            [] => Ok(None),
            _ => Ok(Some(Through::Any)),
        },
    }
}

/// A provider that the client has.
async fn external(
    cx: &Cx,
    pool: &Pool,
    supported: &[String],
    name: &str,
) -> std::result::Result<Option<Through>, crate::Error> {
    if !supported.iter().any(|one| one == name) {
        return Ok(None);
    }
    let record = cx.service.store.record(Kind::Provider, &pool.id, name);
    Ok(record.await?.map(|_| Through::Provider(name.to_owned())))
}

/// What is asked for.
fn request(
    cx: &Cx,
    domain: &Domain,
    params: &Params,
    (client, redirect_uri): (&Arc<Client>, &str),
    through: Through,
) -> Result<Authorization> {
    params.check_once()?;
    if params.get("request").is_some() {
        return Err(Refusal::bare(OAuthCode::RequestNotSupported));
    }
    if params.get("request_uri").is_some() {
        return Err(Refusal::bare(OAuthCode::RequestUriNotSupported));
    }
    let (response_type, flow) = match params.required("response_type")? {
        "code" => (ResponseType::Code, OAuthFlowType::Code),
        "token" => (ResponseType::Token, OAuthFlowType::Implicit),
        _ => return Err(Refusal::response_type()),
    };
    let flows = client.shape.allowed_oauth_flows.as_deref();
    if !flows.unwrap_or_default().contains(&flow) {
        return Err(Refusal::flow_off());
    }
    let scopes = scopes(client, params.get("scope"))?;
    let challenge = challenge(params)?;
    if client.is_hardened(cx) {
        harden(params, client, response_type, &scopes)?;
    }
    let owned = |name: &str| params.get(name).map(str::to_owned);
    let short = |name: &str| match params.get(name) {
        Some(value) if value.len() > LONGEST => Err(Refusal::malformed(name)),
        value => Ok(value.map(str::to_owned)),
    };
    Ok(Authorization {
        pool: Arc::clone(&domain.pool),
        client: Arc::clone(client),
        redirect_uri: redirect_uri.to_owned(),
        response_type,
        scopes,
        state: owned("state"),
        nonce: short("nonce")?,
        challenge,
        resource: resource(short("resource")?)?,
        id_token_hint: owned("id_token_hint"),
        through,
        prompt: prompt(domain, params.get("prompt"))?,
        prompts: words(params.get("prompt")),
        max_age: max_age(params.get("max_age"))?,
        levels: levels(&domain.pool, params.get("acr_values")),
        login_hint: owned("login_hint"),
        lang: owned("lang"),
        asks_consent: is_stranger(cx, client),
    })
}

/// What the hardened profile asks for beyond the service: a challenge where no secret protects the code
/// (RFC 9700, 2.1.1), and a nonce in an ID token that no back channel protects (OpenID Connect Core 1.0,
/// 3.2.2.1).
fn harden(
    params: &Params,
    client: &Client,
    response_type: ResponseType,
    scopes: &[String],
) -> Result<()> {
    match response_type {
        ResponseType::Code if !client.is_confidential() => params.required("code_challenge")?,
        ResponseType::Token if scopes.iter().any(|scope| scope == "openid") => {
            params.required("nonce")?
        }
        _ => return Ok(()),
    };
    Ok(())
}

/// The words of a list that is separated by spaces.
pub(super) fn words(list: Option<&str>) -> Vec<String> {
    let words = list.unwrap_or_default().split(' ');
    words
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

/// Whether a text is made of what scopes are made of (RFC 6749, 3.3).
pub(super) fn is_scope_text(text: &str) -> bool {
    text.bytes()
        .all(|byte| (b' '..=b'~').contains(&byte) && byte != b'"' && byte != b'\\')
}

/// The scopes: all of the client's when none is named, and never others.
fn scopes(client: &Client, asked: Option<&str>) -> Result<Vec<String>> {
    let allowed = client.shape.allowed_oauth_scopes.as_deref();
    let allowed = allowed.unwrap_or_default();
    let Some(asked) = asked else {
        return Ok(allowed.to_vec());
    };
    let asked = words(Some(asked).filter(|text| is_scope_text(text)));
    if asked.is_empty() {
        return Err(Refusal::scope_malformed());
    }
    let mut scopes = Vec::new();
    for scope in asked {
        if !allowed.contains(&scope) {
            return Err(Refusal::scope(&scope));
        }
        if !scopes.contains(&scope) {
            scopes.push(scope);
        }
    }
    let of_people = scopes
        .iter()
        .any(|scope| OF_PEOPLE.contains(&scope.as_str()));
    if of_people && !scopes.iter().any(|scope| scope == "openid") {
        return Err(Refusal::scope_without_openid());
    }
    Ok(scopes)
}

/// The challenge of PKCE (RFC 7636): S256 or none, and no other form is guessed.
fn challenge(params: &Params) -> Result<Option<String>> {
    let is_digest = |text: &&str| {
        let is_base64 = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
        text.len() == 43 && text.bytes().all(is_base64)
    };
    match (
        params.get("code_challenge"),
        params.get("code_challenge_method"),
    ) {
        (None, None) => Ok(None),
        (Some(challenge), Some("S256")) if is_digest(&challenge) => Ok(Some(challenge.to_owned())),
        _ => Err(Refusal::challenge()),
    }
}

/// The service that the access token is for: `https`, `http` on the own machine, or a scheme of its own,
/// without a fragment.
fn resource(resource: Option<String>) -> Result<Option<String>> {
    let Some(resource) = resource else {
        return Ok(None);
    };
    let fits = match resource.split_once("://") {
        Some(("https", rest)) => !rest.is_empty(),
        Some(("http", rest)) => rest
            .strip_prefix("localhost")
            .is_some_and(|rest| rest.is_empty() || rest.starts_with([':', '/', '?'])),
        Some((scheme, rest)) => {
            let is_text = |byte: u8| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte);
            !rest.is_empty()
                && scheme.starts_with(|first: char| first.is_ascii_alphabetic())
                && scheme.bytes().all(is_text)
        }
        None => false,
    };
    let is_plain = resource.bytes().all(|byte| byte.is_ascii_graphic());
    if fits && is_plain && !resource.contains('#') {
        Ok(Some(resource))
    } else {
        Err(Refusal::resource())
    }
}

/// What `prompt` comes down to here. Values that only other providers know have no effect, and the classic
/// pages know `none` alone.
fn prompt(domain: &Domain, prompt: Option<&str>) -> Result<Prompt> {
    let list = words(prompt);
    let has = |value: &str| list.iter().any(|one| one == value);
    if has("none") {
        return if list.len() == 1 {
            Ok(Prompt::None)
        } else {
            Err(Refusal::prompt_none())
        };
    }
    Ok(if has("login") && domain.is_managed() {
        Prompt::Login
    } else {
        Prompt::Any
    })
}

/// The levels that the pool knows among those that are asked for; the tier LITE knows none.
fn levels(pool: &Pool, names: Option<&str>) -> Vec<Level> {
    if pool.tier() == UserPoolTierType::Lite {
        return Vec::new();
    }
    let names = words(names);
    let known = names.iter().filter_map(|name| Level::named(pool, name));
    known.collect()
}

fn max_age(seconds: Option<&str>) -> Result<Option<i64>> {
    let Some(text) = seconds else { return Ok(None) };
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
    let seconds = text.parse().ok().filter(|_| is_number);
    seconds
        .map(Some)
        .ok_or_else(|| Refusal::malformed("max_age"))
}

/// Who is told of a refusal, and where.
struct Back<'a> {
    client: &'a Client,
    redirect_uri: &'a str,
    state: Option<&'a str>,
    /// Whether tokens were to come in the fragment.
    is_token: bool,
}

impl Back<'_> {
    /// The address that tells of it; the issuer comes with it (RFC 9207). It is in the query whatever the
    /// response type, but for the hardened profile (RFC 6749, 4.2.2.1).
    fn with(&self, cx: &Cx, pool: &Pool, refusal: &Refusal) -> String {
        let issuer = issuer(cx, pool);
        let description = refusal.description.as_deref();
        let params = [
            description.map(|text| ("error_description", text)),
            self.state.map(|state| ("state", state)),
            Some(("error", refusal.code.as_str())),
            issuer.as_deref().map(|issuer| ("iss", issuer)),
        ];
        let text = encode(params.into_iter().flatten());
        if self.is_token && self.client.is_hardened(cx) {
            format!("{}#{text}", self.redirect_uri)
        } else {
            with_query(self.redirect_uri, &text)
        }
    }
}

/// An address with more in its query.
pub(crate) fn with_query(address: &str, query: &str) -> String {
    let joint = if address.contains('?') { '&' } else { '?' };
    format!("{address}{joint}{query}")
}
