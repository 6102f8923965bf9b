//! Identity providers, and the people whom they vouch for.

mod people;

use cenote_model::{
    CreateIdentityProviderRequest, CreateIdentityProviderResponse, DeleteIdentityProviderRequest,
    DescribeIdentityProviderRequest, DescribeIdentityProviderResponse,
    GetIdentityProviderByIdentifierRequest, GetIdentityProviderByIdentifierResponse,
    GetSigningCertificateRequest, GetSigningCertificateResponse, ListIdentityProvidersRequest,
    ListIdentityProvidersResponse, ProviderDescription, Timestamp, UpdateIdentityProviderRequest,
    UpdateIdentityProviderResponse,
};

use crate::federation::provider::{
    Identifier, OWN_USERS, PER_POOL, Provider, Settings, check_name, of_identifier,
};
use crate::federation::{certificate, fetched};
use crate::pool::Pool;
use crate::ports::{Change, Expect, Kind, Write};
use crate::stored::{Stored, check_count};
use crate::user::groups::{self, Group};
use crate::{Cx, Error, Result, page};

pub(crate) use people::{admin_disable_provider_for_user, admin_link_provider_for_user};

async fn find(cx: &Cx, pool: &Pool, name: &str) -> Result<Option<Stored<Provider>>> {
    Stored::find(cx, Kind::Provider, &pool.id, name).await
}

async fn existing(cx: &Cx, pool: &Pool, name: &str) -> Result<Stored<Provider>> {
    find(cx, pool, name)
        .await?
        .ok_or_else(|| Error::no_such_provider(name, &pool.id))
}

/// The provider for an operation that changes it.
async fn changeable(cx: &Cx, pool: &Pool, name: &str) -> Result<Stored<Provider>> {
    if name == OWN_USERS {
        return Err(Error::own_users());
    }
    existing(cx, pool, name).await
}

/// Creates a provider, and the group of the people whom it vouches for.
pub(crate) async fn create_identity_provider(
    cx: &Cx,
    input: &CreateIdentityProviderRequest,
) -> Result<CreateIdentityProviderResponse> {
    let pool = cx.pool(&input.user_pool_id).await?;
    let name = &input.provider_name;
    check_name(name, input.provider_type)?;
    if find(cx, &pool, name).await?.is_some() {
        return Err(Error::provider_exists(name, &pool.id));
    }
    let provider = Provider::new(input.provider_type, cx.uuid().to_string(), cx.now());
    let mut stored = Stored::new(Kind::Provider, &pool.id, name, provider);
    let settings = Settings {
        details: Some(&input.provider_details),
        mapping: input.attribute_mapping.as_ref(),
        identifiers: input.idp_identifiers.as_ref(),
        acr: input.acr_mapping.as_ref(),
    };
    stored.value.set(cx, &pool, &settings)?;
    fetched::set_up(cx, &mut stored.value).await?;
    check_count(cx, Kind::Provider, &pool.id, PER_POOL, || {
        Error::too_many_providers(PER_POOL)
    })
    .await?;
    let mut change = Change::new().with(pool.require());
    identify(cx, &pool, name, &[], &stored.value.identifiers, &mut change).await?;
    add_group(cx, &pool, name, &mut change).await?;
    encrypt(cx, &pool, &mut stored.value).await?;
    change.push(stored.insert(cx.now())?);
    cx.commit(change).await?;
    Ok(CreateIdentityProviderResponse {
        identity_provider: stored.value.shape(cx, &pool, name)?,
    })
}

/// Makes the key that a provider encrypts for, once.
async fn encrypt(cx: &Cx, pool: &Pool, provider: &mut Provider) -> Result<()> {
    if provider.wants_encryption() && provider.encryption.is_none() {
        let key = cx.service.keys.take().await;
        provider.encryption = Some(certificate::certify(cx, pool, &key).await?);
    }
    Ok(())
}

/// Adds the writes that turn the identifiers `before` into `after`; none may be another provider's.
async fn identify(
    cx: &Cx,
    pool: &Pool,
    provider: &str,
    before: &[String],
    after: &[String],
    change: &mut Change,
) -> Result<()> {
    let own = Identifier {
        provider: provider.to_owned(),
    };
    for identifier in after.iter().filter(|it| !before.contains(it)) {
        let record = cx
            .service
            .store
            .record(Kind::ProviderIdentifier, &pool.id, identifier);
        if record.await?.is_some() {
            return Err(Error::identifier_taken(identifier));
        }
        let new = Stored::new(Kind::ProviderIdentifier, &pool.id, identifier, own.clone());
        change.push(new.insert(cx.now())?);
    }
    for identifier in before.iter().filter(|it| !after.contains(it)) {
        change.push(Write::Delete {
            kind: Kind::ProviderIdentifier,
            pool: pool.id.clone(),
            key: identifier.clone(),
            expect: Expect::Present,
        });
    }
    Ok(())
}

/// Adds the group of a provider's people, unless one of that name is there.
async fn add_group(cx: &Cx, pool: &Pool, provider: &str, change: &mut Change) -> Result<()> {
    let name = groups::of_provider(&pool.id, provider);
    let record = cx.service.store.record(Kind::Group, &pool.id, &name);
    if record.await?.is_some() {
        return Ok(());
    }
    let now = cx.now();
    let group = Group {
        pool_id: pool.id.clone(),
        name,
        version: 0,
        id: cx.uuid().to_string(),
        description: Some(format!(
            "Autogenerated group for users who sign in using {provider}"
        )),
        role_arn: None,
        precedence: None,
        created_at: now,
        modified_at: now,
    };
    change.push(group.put(Expect::Absent { now })?);
    Ok(())
}

/// Shows a provider, secrets included.
pub(crate) async fn describe_identity_provider(
    cx: &Cx,
    input: &DescribeIdentityProviderRequest,
) -> Result<DescribeIdentityProviderResponse> {
    let pool = cx.pool(&input.user_pool_id).await?;
    let stored = existing(cx, &pool, &input.provider_name).await?;
    Ok(DescribeIdentityProviderResponse {
        identity_provider: stored.value.shape(cx, &pool, &stored.key)?,
    })
}

/// Shows the provider that has this identifier.
pub(crate) async fn get_identity_provider_by_identifier(
    cx: &Cx,
    input: &GetIdentityProviderByIdentifierRequest,
) -> Result<GetIdentityProviderByIdentifierResponse> {
    let pool = cx.pool(&input.user_pool_id).await?;
    let identifier = &input.idp_identifier;
    let named = of_identifier(cx, &pool, identifier).await?;
    let named = named.ok_or_else(|| Error::identifier_not_found(identifier))?;
    let stored = existing(cx, &pool, &named).await?;
    Ok(GetIdentityProviderByIdentifierResponse {
        identity_provider: stored.value.shape(cx, &pool, &stored.key)?,
    })
}

/// Replaces the settings that are given and keeps the others.
pub(crate) async fn update_identity_provider(
    cx: &Cx,
    input: &UpdateIdentityProviderRequest,
) -> Result<UpdateIdentityProviderResponse> {
    let pool = cx.pool(&input.user_pool_id).await?;
    let mut stored = changeable(cx, &pool, &input.provider_name).await?;
    let before = stored.value.identifiers.clone();
    let settings = Settings {
        details: input.provider_details.as_ref(),
        mapping: input.attribute_mapping.as_ref(),
        identifiers: input.idp_identifiers.as_ref(),
        acr: input.acr_mapping.as_ref(),
    };
    stored.value.set(cx, &pool, &settings)?;
    if settings.details.is_some() {
        fetched::set_up(cx, &mut stored.value).await?;
    }
    let mut change = Change::new();
    let after = &stored.value.identifiers;
    identify(cx, &pool, &stored.key, &before, after, &mut change).await?;
    encrypt(cx, &pool, &mut stored.value).await?;
    change.push(stored.update()?);
    cx.commit(change).await?;
    Ok(UpdateIdentityProviderResponse {
        identity_provider: stored.value.shape(cx, &pool, &stored.key)?,
    })
}

/// Deletes a provider. Its people stay users, but sign in through it no more.
pub(crate) async fn delete_identity_provider(
    cx: &Cx,
    input: &DeleteIdentityProviderRequest,
) -> Result<()> {
    let pool = cx.pool(&input.user_pool_id).await?;
    let stored = changeable(cx, &pool, &input.provider_name).await?;
    let mut change = Change::new().with(stored.delete());
    let identifiers = &stored.value.identifiers;
    identify(cx, &pool, &stored.key, identifiers, &[], &mut change).await?;
    cx.commit(change).await
}

/// Lists a pool's providers by name.
pub(crate) async fn list_identity_providers(
    cx: &Cx,
    input: &ListIdentityProvidersRequest,
) -> Result<ListIdentityProvidersResponse> {
    let pool = cx.pool(&input.user_pool_id).await?;
    let scope = format!("ListIdentityProviders/{}", pool.id);
    let after = page::open(cx, "NextToken", &scope, input.next_token.as_deref())?;
    let size = page::size(input.max_results);
    let mut providers =
        Stored::<Provider>::list(cx, Kind::Provider, &pool.id, after.as_deref(), size + 1).await?;
    let next_token = page::cut(cx, &scope, &mut providers, size, |provider| &provider.key);
    let listed = providers
        .into_iter()
        .map(|stored| ProviderDescription {
            provider_name: Some(stored.key),
            provider_type: Some(stored.value.kind),
            last_modified_date: Some(Timestamp(stored.value.modified_at)),
            creation_date: Some(Timestamp(stored.value.created_at)),
        })
        .collect();
    Ok(ListIdentityProvidersResponse {
        providers: listed,
        next_token,
    })
}

/// Shows the certificate of the key that signs requests to SAML providers.
pub(crate) async fn get_signing_certificate(
    cx: &Cx,
    input: &GetSigningCertificateRequest,
) -> Result<GetSigningCertificateResponse> {
    let pool = cx.pool(&input.user_pool_id).await?;
    let signing = certificate::signing(cx, &pool).await?;
    Ok(GetSigningCertificateResponse {
        certificate: Some(signing.certificate),
    })
}
