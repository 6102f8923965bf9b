//! Terms documents: the links that a client's sign-up page shows.

use std::collections::BTreeMap;

use cenote_model::{
    CreateTermsRequest, CreateTermsResponse, DeleteTermsRequest, DescribeTermsByClientRequest,
    DescribeTermsByClientResponse, DescribeTermsRequest, DescribeTermsResponse, ListTermsRequest,
    ListTermsResponse, TermsDescriptionType, TermsType, Timestamp, UpdateTermsRequest,
    UpdateTermsResponse,
};

use super::{count, is_aside, pointer, unpoint};
use crate::look::of_client;
use crate::pool::Pool;
use crate::ports::{Change, Kind};
use crate::stored::Stored;
use crate::{Cx, Error, Result, page};

/// Terms documents of a pool.
const PER_POOL: usize = 40;

type Terms = Stored<TermsType>;

async fn existing(cx: &Cx, pool: &Pool, id: &str) -> Result<Terms> {
    Terms::find(cx, Kind::Terms, &pool.id, &id.to_ascii_lowercase())
        .await?
        .ok_or_else(Error::terms_not_found)
}

/// Links lead to web pages.
fn check_links(links: &BTreeMap<String, String>) -> Result<()> {
    let is_web = |link: &&String| {
        let rest = link.strip_prefix("https://");
        let rest = rest.or_else(|| link.strip_prefix("http://"));
        rest.is_some_and(|rest| !rest.is_empty())
    };
    match links.values().find(|link| !is_web(link)) {
        Some(link) => Err(Error::terms_link(link)),
        None => Ok(()),
    }
}

/// Creates a terms document of a client.
pub(crate) async fn create_terms(
    cx: &Cx,
    input: &CreateTermsRequest,
) -> Result<CreateTermsResponse> {
    let pool = cx.pool(&input.user_pool_id).await?;
    let client = cx.client_of(&pool, &input.client_id).await?;
    let links = input.links.clone();
    let links = links.ok_or_else(|| Error::member_missing("Links"))?;
    check_links(&links)?;
    let key = of_client(&client.id, &input.terms_name);
    if cx.live(Kind::Terms, &pool.id, &key).await?.is_some() {
        return Err(Error::terms_exist(&input.terms_name, &client.id));
    }
    if count(cx, Kind::Terms, &pool, PER_POOL).await? >= PER_POOL {
        return Err(Error::too_many_terms(PER_POOL));
    }
    let (now, id) = (cx.now(), cx.uuid().to_string());
    let value = TermsType {
        terms_id: id.clone(),
        user_pool_id: pool.id.clone(),
        client_id: client.id.as_str().into(),
        terms_name: input.terms_name.clone(),
        terms_source: input.terms_source,
        enforcement: input.enforcement,
        links,
        creation_date: Timestamp(now),
        last_modified_date: Timestamp(now),
    };
    let stored = Stored::new(Kind::Terms, &pool.id, &id, value);
    let change = Change::new()
        .with(pool.require())
        .with(pointer(Kind::Terms, &pool, key, &id, now))
        .with(stored.insert(now)?);
    cx.commit(change).await?;
    Ok(CreateTermsResponse {
        terms: Some(stored.value),
    })
}

/// Shows a terms document by its id.
pub(crate) async fn describe_terms(
    cx: &Cx,
    input: &DescribeTermsRequest,
) -> Result<DescribeTermsResponse> {
    let pool = cx.pool(&input.user_pool_id).await?;
    let stored = existing(cx, &pool, &input.terms_id).await?;
    Ok(DescribeTermsResponse {
        terms: Some(stored.value),
    })
}

/// Shows a terms document by client and name.
pub(crate) async fn describe_terms_by_client(
    cx: &Cx,
    input: &DescribeTermsByClientRequest,
) -> Result<DescribeTermsByClientResponse> {
    let pool = cx.pool(&input.user_pool_id).await?;
    let client = cx.client_of(&pool, &input.client_id).await?;
    let key = of_client(&client.id, &input.terms_name);
    let pointer = cx.live(Kind::Terms, &pool.id, &key).await?;
    let id = pointer.ok_or_else(Error::terms_not_found)?.doc;
    let stored = existing(cx, &pool, &id).await?;
    Ok(DescribeTermsByClientResponse {
        terms: Some(stored.value),
    })
}

/// Changes the members that are given and keeps the others.
pub(crate) async fn update_terms(
    cx: &Cx,
    input: &UpdateTermsRequest,
) -> Result<UpdateTermsResponse> {
    let pool = cx.pool(&input.user_pool_id).await?;
    let mut stored = existing(cx, &pool, &input.terms_id).await?;
    let mut change = Change::new();
    let terms = &mut stored.value;
    if let Some(links) = &input.links {
        check_links(links)?;
        terms.links.clone_from(links);
    }
    if let Some(name) = &input.terms_name
        && *name != terms.terms_name
    {
        let key = of_client(&terms.client_id, name);
        if cx.live(Kind::Terms, &pool.id, &key).await?.is_some() {
            return Err(Error::terms_exist(name, &terms.client_id));
        }
        let old = of_client(&terms.client_id, &terms.terms_name);
        change.push(unpoint(Kind::Terms, &pool, old));
        change.push(pointer(Kind::Terms, &pool, key, &terms.terms_id, cx.now()));
        terms.terms_name.clone_from(name);
    }
    terms.terms_source = input.terms_source.unwrap_or(terms.terms_source);
    terms.enforcement = input.enforcement.unwrap_or(terms.enforcement);
    terms.last_modified_date = Timestamp(cx.now());
    change.push(stored.update()?);
    cx.commit(change).await?;
    Ok(UpdateTermsResponse {
        terms: Some(stored.value),
    })
}

/// Deletes a terms document.
pub(crate) async fn delete_terms(cx: &Cx, input: &DeleteTermsRequest) -> Result<()> {
    let pool = cx.pool(&input.user_pool_id).await?;
    let stored = existing(cx, &pool, &input.terms_id).await?;
    let key = of_client(&stored.value.client_id, &stored.value.terms_name);
    let change = Change::new()
        .with(stored.delete())
        .with(unpoint(Kind::Terms, &pool, key));
    cx.commit(change).await
}

/// Lists a pool's terms documents by id, without their links.
pub(crate) async fn list_terms(cx: &Cx, input: &ListTermsRequest) -> Result<ListTermsResponse> {
    let pool = cx.pool(&input.user_pool_id).await?;
    let scope = format!("ListTerms/{}", pool.id);
    let after = page::open(cx, "NextToken", &scope, input.next_token.as_deref())?;
    let size = page::size(input.max_results);
    let store = &cx.service.store;
    let records = store.records(Kind::Terms, &pool.id, "", after.as_deref(), size + 1);
    let mut listed = records
        .await?
        .into_iter()
        .filter(|record| !is_aside(&record.key))
        .map(|record| Terms::from_record(Kind::Terms, record))
        .collect::<Result<Vec<_>>>()?;
    let next_token = page::cut(cx, &scope, &mut listed, size, |stored| &stored.key);
    let terms = listed
        .into_iter()
        .map(|Stored { value, .. }| TermsDescriptionType {
            terms_id: value.terms_id,
            terms_name: value.terms_name,
            enforcement: value.enforcement,
            creation_date: value.creation_date,
            last_modified_date: value.last_modified_date,
        })
        .collect();
    Ok(ListTermsResponse { terms, next_token })
}
