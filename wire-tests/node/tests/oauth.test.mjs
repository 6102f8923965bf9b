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

import { PASSWORD, Server, createUser } from "../support.mjs";

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

test("somebody signs in on the page, and the application learns who", async () => {
  const app = await application({
    AllowedOAuthFlows: ["code"],
    AllowedOAuthScopes: ["openid", "email"],
    CallbackURLs: [CALLBACK],
    SupportedIdentityProviders: ["COGNITO"],
  });
  await createUser(app, "alice");
  const config = await configuration(app);
  const verifier = oidc.randomPKCECodeVerifier();
  const nonce = oidc.randomNonce();
  const state = oidc.randomState();
  const start = oidc.buildAuthorizationUrl(config, {
    redirect_uri: CALLBACK,
    scope: "openid email",
    code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
    nonce,
    state,
  });
  const back = await signIn(start, "alice");
  const tokens = await oidc.authorizationCodeGrant(config, back, {
    pkceCodeVerifier: verifier,
    expectedNonce: nonce,
    expectedState: state,
  });
  const claims = tokens.claims();
  assert.equal(claims.email, "alice@example.com");
  const person = await oidc.fetchUserInfo(config, tokens.access_token, claims.sub);
  assert.equal(person.email_verified, "true");
  await verified(app, tokens.id_token, { audience: app.ClientId });
  const next = await oidc.refreshTokenGrant(config, tokens.refresh_token);
  assert.equal(next.claims().sub, claims.sub);
  await oidc.tokenRevocation(config, tokens.refresh_token);
  await assert.rejects(
    oidc.refreshTokenGrant(config, tokens.refresh_token),
    (error) => error.error === "invalid_grant",
  );
});

/** What a browser does: follows to the page, fills in its form, and stops at the application's door. */
async function signIn(start, username) {
  const jar = new Map();
  const go = async (url, init = {}) => {
    const cookie = [...jar].map((pair) => pair.join("=")).join("; ");
    const reply = await fetch(url, { redirect: "manual", ...init, headers: { cookie } });
    for (const line of reply.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line);
      jar.set(name, value);
    }
    return reply;
  };
  const to = (reply, from) => new URL(reply.headers.get("location"), from);
  const login = to(await go(start), start);
  const page = await (await go(login)).text();
  const [, action] = /<form[^>]*action="([^"]*)"/.exec(page) ?? [];
  const fields = [...page.matchAll(/<input[^>]*type="hidden"[^>]*>/g)].map(([tag]) => [
    /name="([^"]*)"/.exec(tag)[1],
    /value="([^"]*)"/.exec(tag)?.[1] ?? "",
  ]);
  const body = new URLSearchParams([...fields, ["username", username], ["password", PASSWORD]]);
  const form = action ? new URL(action.replace(/&(amp|#38);/g, "&"), login) : login;
  return to(await go(form, { method: "POST", body }), form);
}
