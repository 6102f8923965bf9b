//! Domains of user pools.

use crate::support::pools::described;
use crate::support::world::World as People;
use crate::support::{Harness, refusal, with};
use serde_json::{Value, json};

const CERTIFICATE: &str = "arn:aws:acm:us-east-1:000000000000:certificate/abc";

type Answer = Result<Value, (String, String)>;

struct World {
    h: Harness,
    pool: String,
}

impl World {
    async fn new(settings: Value) -> Self {
        let h = Harness::new().await;
        let pool = h.pool(settings).await;
        Self { h, pool }
    }

    async fn call(&self, operation: &str, input: Value) -> Answer {
        let input = with(json!({"UserPoolId": self.pool}), input);
        self.h.call(operation, input).await
    }

    async fn create(&self, input: Value) -> Answer {
        self.call("CreateUserPoolDomain", input).await
    }

    async fn describe(&self, domain: &str) -> Value {
        let mut answer = self
            .h
            .ok("DescribeUserPoolDomain", json!({"Domain": domain}))
            .await;
        answer["DomainDescription"].take()
    }
}

fn invalid(message: &str) -> Answer {
    refusal("InvalidParameterException", message)
}

fn custom(domain: &str) -> Value {
    json!({"Domain": domain, "CustomDomainConfig": {"CertificateArn": CERTIFICATE}})
}

#[tokio::test]
async fn a_prefix_domain_is_described_and_shown_with_its_pool() {
    let w = World::new(json!({})).await;
    assert_eq!(w.create(json!({"Domain": "my-app"})).await, Ok(json!({})));
    let shown = w.describe("my-app").await;
    let distribution = shown["CloudFrontDistribution"].as_str().expect("a name");
    assert!(distribution.ends_with(".cloudfront.net"), "{distribution}");
    assert_eq!(
        shown,
        json!({
            "UserPoolId": w.pool, "AWSAccountId": "000000000000", "Domain": "my-app",
            "S3Bucket": "aws-cognito-prod-us-east-1-assets", "CloudFrontDistribution": distribution,
            "Version": "20260528202640", "Status": "ACTIVE", "CustomDomainConfig": {},
            "ManagedLoginVersion": 1,
        })
    );
    assert_eq!(described(&w.h, &w.pool).await["Domain"], "my-app");
    let updated = w
        .call(
            "UpdateUserPoolDomain",
            json!({"Domain": "my-app", "ManagedLoginVersion": 2}),
        )
        .await;
    assert_eq!(updated, Ok(json!({"ManagedLoginVersion": 2})));
    assert_eq!(w.describe("my-app").await["ManagedLoginVersion"], 2);
}

#[tokio::test]
async fn a_custom_domain_has_a_certificate_and_an_alias_to_point_to() {
    let w = World::new(json!({})).await;
    let made = w
        .create(with(
            custom("auth.example.com"),
            json!({"ManagedLoginVersion": 2}),
        ))
        .await
        .expect("a domain");
    let shown = w.describe("auth.example.com").await;
    assert_eq!(
        made,
        json!({"ManagedLoginVersion": 2, "CloudFrontDomain": shown["CloudFrontDistribution"]})
    );
    assert_eq!(
        shown["CustomDomainConfig"],
        json!({"CertificateArn": CERTIFICATE})
    );
    let pool = described(&w.h, &w.pool).await;
    assert_eq!(pool["CustomDomain"], "auth.example.com");
    assert_eq!(pool.get("Domain"), None);
    // Beside it the pool may have a prefix.
    w.create(json!({"Domain": "my-app"}))
        .await
        .expect("another");
    let config =
        json!({"CertificateArn": format!("{CERTIFICATE}d"), "SecurityPolicy": "TLS_V1_2_2021"});
    w.call(
        "UpdateUserPoolDomain",
        json!({"Domain": "auth.example.com", "CustomDomainConfig": config}),
    )
    .await
    .expect("an update");
    let shown = w.describe("auth.example.com").await;
    assert_eq!(shown["CustomDomainConfig"], config);
    assert_eq!(shown["ManagedLoginVersion"], 2);
    for (domain, kind) in [
        (json!({"Domain": "other"}), "prefix"),
        (custom("b.example.com"), "custom"),
    ] {
        assert_eq!(
            w.create(domain).await,
            invalid(&format!(
                "User pool {} already has a {kind} domain configured.",
                w.pool
            ))
        );
    }
}

#[tokio::test]
async fn an_unknown_domain_is_an_empty_description() {
    let w = World::new(json!({})).await;
    assert_eq!(w.describe("nowhere").await, json!({}));
    w.create(json!({"Domain": "here"})).await.expect("a domain");
    w.create(custom("auth.example.com"))
        .await
        .expect("a domain");
    for domain in ["here", "auth.example.com"] {
        let elsewhere =
            w.h.call_in(
                Some("eu-west-1"),
                "DescribeUserPoolDomain",
                json!({"Domain": domain}),
            )
            .await;
        assert_eq!(elsewhere, Ok(json!({"DomainDescription": {}})));
    }
}

#[tokio::test]
async fn names_have_a_form_and_one_owner() {
    let w = World::new(json!({})).await;
    assert_eq!(
        w.create(json!({"Domain": "my.app"})).await,
        invalid(
            "The domain name contains an invalid character. Domain names can only contain \
             lower-case letters, numbers, and hyphens."
        )
    );
    for word in ["aws", "amazon", "cognito"] {
        assert_eq!(
            w.create(json!({"Domain": format!("my-{word}-app")})).await,
            invalid(&format!("Domain cannot contain reserved word: {word}"))
        );
    }
    assert_eq!(
        w.create(custom("example.com")).await,
        invalid(
            "Custom domain is not a valid subdomain: Was not able to resolve a DNS A record for \
             the parent domain or domain parent is a top-level domain."
        )
    );
    let elsewhere = json!({"CertificateArn": "arn:aws:acm:eu-west-1:000000000000:certificate/a"});
    assert_eq!(
        w.create(json!({"Domain": "auth.example.com", "CustomDomainConfig": elsewhere}))
            .await,
        invalid(
            "The specified SSL certificate doesn't exist, isn't in us-east-1 region, isn't valid, \
             or doesn't include a valid certificate chain."
        )
    );
    let (name, message) = w
        .create(json!({"Domain": "-app"}))
        .await
        .expect_err("a refusal");
    assert_eq!(name, "InvalidParameterException");
    assert!(message.contains("regular expression pattern"), "{message}");

    w.create(json!({"Domain": "app"})).await.expect("a domain");
    assert_eq!(
        w.create(json!({"Domain": "app"})).await,
        invalid("Domain already exists.")
    );
    let other = w.h.pool(json!({})).await;
    let input = json!({"UserPoolId": other, "Domain": "app"});
    assert_eq!(
        w.h.call("CreateUserPoolDomain", input.clone()).await,
        invalid("Domain already associated with another user pool.")
    );
    // Another Region has its own prefixes.
    let abroad =
        w.h.call_in(
            Some("eu-west-1"),
            "CreateUserPool",
            json!({"PoolName": "p"}),
        )
        .await
        .expect("a pool");
    let input = json!({"UserPoolId": abroad["UserPool"]["Id"], "Domain": "app"});
    w.h.call_in(Some("eu-west-1"), "CreateUserPoolDomain", input)
        .await
        .expect("a domain");
}

#[tokio::test]
async fn only_the_pool_of_a_domain_changes_and_deletes_it() {
    let w = World::new(json!({})).await;
    w.create(json!({"Domain": "app"})).await.expect("a domain");
    let other = w.h.pool(json!({})).await;
    for (pool, domain) in [(&other, "app"), (&w.pool, "never")] {
        let input = json!({"UserPoolId": pool, "Domain": domain});
        for operation in ["UpdateUserPoolDomain", "DeleteUserPoolDomain"] {
            assert_eq!(
                w.h.call(operation, input.clone()).await,
                invalid("No such domain or user pool exists.")
            );
        }
    }
    let delete = json!({"UserPoolId": w.pool});
    assert_eq!(
        w.h.call("DeleteUserPool", delete.clone()).await,
        invalid(
            "User pool cannot be deleted. It has a domain configured that should be deleted first."
        )
    );
    let gone = w
        .call("DeleteUserPoolDomain", json!({"Domain": "app"}))
        .await;
    assert_eq!(gone, Ok(json!({})));
    assert_eq!(w.describe("app").await, json!({}));
    assert_eq!(described(&w.h, &w.pool).await.get("Domain"), None);
    w.h.ok("DeleteUserPool", delete).await;
}

#[tokio::test]
async fn managed_login_needs_more_than_lite() {
    let w = World::new(json!({"UserPoolTier": "LITE"})).await;
    let refused = refusal(
        "FeatureUnavailableInTierException",
        "The following feature is not available for the LITE pricing tier configured: Managed Login Version 2",
    );
    let input = json!({"Domain": "app", "ManagedLoginVersion": 2});
    assert_eq!(w.create(input.clone()).await, refused);
    assert_eq!(
        w.create(json!({"Domain": "app", "ManagedLoginVersion": 3}))
            .await,
        invalid("ManagedLoginVersion must be 1 or 2.")
    );
    w.create(json!({"Domain": "app"})).await.expect("a domain");
    assert_eq!(w.call("UpdateUserPoolDomain", input.clone()).await, refused);
    w.call("UpdateUserPool", json!({"UserPoolTier": "ESSENTIALS"}))
        .await
        .expect("an update");
    w.call("UpdateUserPoolDomain", input)
        .await
        .expect("version 2");
    assert_eq!(
        w.call("UpdateUserPool", json!({"UserPoolTier": "LITE"}))
            .await,
        refusal(
            "FeatureUnavailableInTierException",
            "The following features need to be disabled for the LITE pricing tier configured: \
             Managed Login Version 2"
        )
    );
}

#[tokio::test]
async fn prefixes_have_no_certificate_and_no_routing() {
    let w = World::new(json!({})).await;
    let routing = json!({"Failover": {
        "SecondaryRegion": "us-west-2", "PrimaryRoute53HealthCheckId": "check",
    }});
    assert_eq!(
        w.create(json!({"Domain": "app", "Routing": routing})).await,
        invalid("Routing is only supported for custom domains.")
    );
    assert_eq!(
        w.create(with(
            custom("auth.example.com"),
            json!({"Routing": routing})
        ))
        .await,
        invalid("The user pool has no replica in Region us-west-2.")
    );
    w.create(json!({"Domain": "app"})).await.expect("a domain");
    assert_eq!(
        w.call("UpdateUserPoolDomain", custom("app")).await,
        invalid("CustomDomainConfig is only supported for custom domains.")
    );
}

#[tokio::test]
async fn a_region_has_four_custom_domains() {
    let h = Harness::new().await;
    for n in 0..5 {
        let pool = h.pool(json!({})).await;
        let input = with(
            json!({"UserPoolId": pool}),
            custom(&format!("a{n}.example.com")),
        );
        let answer = h.call("CreateUserPoolDomain", input).await;
        if n < 4 {
            answer.expect("a domain");
        } else {
            assert_eq!(
                answer,
                refusal(
                    "LimitExceededException",
                    "A Region can have at most 4 custom domains."
                )
            );
        }
    }
}

#[tokio::test]
async fn confirmation_links_lead_to_the_pools_domain() {
    let template = json!({"DefaultEmailOption": "CONFIRM_WITH_LINK"});
    let settings =
        json!({"AutoVerifiedAttributes": ["email"], "VerificationMessageTemplate": template});
    let w = People::new(settings, json!({})).await;
    for (domain, base, user) in [
        (None, "http://localhost:9229/", "one"),
        (
            Some(json!({"Domain": "app"})),
            "http://app.auth.localhost:9229/",
            "two",
        ),
        (
            Some(custom("auth.example.com")),
            "http://auth.example.com:9229/",
            "three",
        ),
    ] {
        if let Some(domain) = domain {
            w.admin("CreateUserPoolDomain", domain)
                .await
                .expect("a domain");
        }
        w.sign_up(user, &[("email", "a@example.com")])
            .await
            .expect("a sign-up");
        let sent = w.h.inbox(&w.pool, user).await;
        let link = sent[0].link.as_deref().expect("a link");
        assert!(
            link.starts_with(&format!("{base}confirmUser/?client_id=")),
            "{link}"
        );
    }
}
