// openid-client and aws-jwt-verify, unmodified: tokens of the endpoints of a domain.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import {
  CreateResourceServerCommand,
  CreateUserPoolClientCommand,
  CreateUserPoolDomainCommand,
} from "@aws-sdk/client-cognito-identity-provider";
import { JwtVerifier } from "aws-jwt-verify";
import { SimpleJwksCache } from "aws-jwt-verify/jwk";
import * as oidc from "openid-client";

import { Server } from "../support.mjs";

const CALLBACK = "https://app.example/cb";
let server;

before(async () => {
  server = await Server.start();
});

after(async () => {
  await server?.stop();
});

let domains = 0;

/** A pool with a domain, a resource server and a client with these settings. */
async function application(settings) {
  const scene = await server.scene();
  const Domain = `app-${(domains += 1)}`;
  const pool = { UserPoolId: scene.poolId };
  await scene.sdk.send(new CreateUserPoolDomainCommand({ ...pool, Domain }));
  const Scopes = [{ ScopeName: "read", ScopeDescription: "read" }];
  await scene.sdk.send(
    new CreateResourceServerCommand({ ...pool, Identifier: "orders", Name: "orders", Scopes }),
  );
  const made = await scene.sdk.send(
    new CreateUserPoolClientCommand({
      ...pool,
      ClientName: "app",
      GenerateSecret: true,
      AllowedOAuthFlowsUserPoolClient: true,
      ExplicitAuthFlows: ["ALLOW_REFRESH_TOKEN_AUTH"],
      ...settings,
    }),
  );
  const { ClientId, ClientSecret } = made.UserPoolClient;
  return { ...scene, base: `${server.url}/_domain/${Domain}`, ClientId, ClientSecret };
}

/**
 * The library's view of the pool. Names below `localhost` resolve in browsers, but not everywhere, so the
 * endpoints are reached by their path.
 */
async function configuration(app, auth) {
  const found = await server.get(`/${app.poolId}/.well-known/openid-configuration`);
  const { origin } = new URL(found.token_endpoint);
  const metadata = Object.fromEntries(
    Object.entries(found).map(([name, value]) => [
      name,
      typeof value === "string" ? value.replace(origin, app.base) : value,
    ]),
  );
  const config = new oidc.Configuration(metadata, app.ClientId, app.ClientSecret, auth);
  oidc.allowInsecureRequests(config);
  return config;
}

async function verified(app, token, more = {}) {
  const issuer = `${server.url}/${app.poolId}`;
  const verifier = JwtVerifier.create(
    { issuer, audience: null, jwksUri: `${issuer}/.well-known/jwks.json`, ...more },
    {
      jwksCache: new SimpleJwksCache({
        fetcher: { fetch: async (uri) => (await fetch(uri)).arrayBuffer() },
      }),
    },
  );
  return verifier.verify(token);
}

test("the discovery document names every endpoint", async () => {
  const app = await application({
    AllowedOAuthFlows: ["code"],
    AllowedOAuthScopes: ["openid"],
    CallbackURLs: [CALLBACK],
  });
  const found = await server.get(`/${app.poolId}/.well-known/openid-configuration`);
  for (const name of [
    "authorization_endpoint",
    "token_endpoint",
    "userinfo_endpoint",
    "revocation_endpoint",
    "end_session_endpoint",
  ]) {
    assert.match(found[name], /^http:\/\/app-\d+\.auth\.localhost:\d+\//);
  }
  assert.equal(found.issuer, `${server.url}/${app.poolId}`);
  assert.deepEqual(found.code_challenge_methods_supported, ["S256"]);
  assert.equal(found.registration_endpoint, undefined);
});

for (const [name, auth] of [
  ["in a header", oidc.ClientSecretBasic],
  ["in the body", oidc.ClientSecretPost],
]) {
  test(`a machine gets a token, with its secret ${name}`, async () => {
    const app = await application({
      AllowedOAuthFlows: ["client_credentials"],
      AllowedOAuthScopes: ["orders/read"],
    });
    const config = await configuration(app, auth());
    const tokens = await oidc.clientCredentialsGrant(config, { scope: "orders/read" });
    assert.equal(tokens.token_type, "bearer");
    assert.equal(tokens.expires_in, 3600);
    const claims = await verified(app, tokens.access_token);
    assert.equal(claims.sub, app.ClientId);
    assert.equal(claims.scope, "orders/read");
    await assert.rejects(
      oidc.clientCredentialsGrant(config, { scope: "orders/none" }),
      (error) => error.error === "invalid_scope",
    );
  });
}
