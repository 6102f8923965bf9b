// Signing in through identity providers: oidc-provider, which is none of ours, and a second pool.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, test } from "node:test";

import {
  AdminGetUserCommand,
  CreateIdentityProviderCommand,
  CreateUserPoolClientCommand,
  CreateUserPoolDomainCommand,
} from "@aws-sdk/client-cognito-identity-provider";
import { Provider } from "oidc-provider";

import { PASSWORD, Server, claims, createUser } from "../support.mjs";

const CALLBACK = "https://app.example/cb";
const OAUTH = { AllowedOAuthFlowsUserPoolClient: true, AllowedOAuthFlows: ["code"] };
let server;

before(async () => {
  server = await Server.start();
});

after(async () => {
  await server?.stop();
});

let domains = 0;

/** A pool with a domain. */
async function pool() {
  const scene = await server.scene();
  const Domain = `fed-${(domains += 1)}`;
  await scene.sdk.send(new CreateUserPoolDomainCommand({ UserPoolId: scene.poolId, Domain }));
  return { ...scene, base: `${server.url}/_domain/${Domain}` };
}

/** Adds the provider `Upstream` and an application whose people come from it. */
async function federate(scene, ProviderDetails, AttributeMapping) {
  const { sdk, poolId } = scene;
  await sdk.send(
    new CreateIdentityProviderCommand({
      UserPoolId: poolId,
      ProviderName: "Upstream",
      ProviderType: "OIDC",
      ProviderDetails: {
        client_secret: "a secret that both know",
        attributes_request_method: "GET",
        ...ProviderDetails,
      },
      AttributeMapping,
    }),
  );
  const made = await sdk.send(
    new CreateUserPoolClientCommand({
      UserPoolId: poolId,
      ClientName: "app",
      ...OAUTH,
      AllowedOAuthScopes: ["openid", "email", "profile"],
      CallbackURLs: [CALLBACK],
      SupportedIdentityProviders: ["Upstream"],
    }),
  );
  return made.UserPoolClient.ClientId;
}

/** A browser without a window: it keeps cookies by origin and path, and fills in forms. */
class Browser {
  cookies = [];

  async send(url, init = {}) {
    const { origin, pathname } = new URL(url);
    const mine = this.cookies.filter((one) => one.origin === origin && pathname.startsWith(one.path));
    const cookie = mine.map(({ name, value }) => `${name}=${value}`).join("; ");
    const reply = await fetch(url, { redirect: "manual", ...init, headers: { cookie } });
    for (const line of reply.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line);
      const path = /;\s*path=([^;]+)/i.exec(line)?.[1] ?? "/";
      this.cookies = this.cookies.filter((one) => one.name !== name || one.path !== path);
      this.cookies.push({ origin, path, name, value });
    }
    return reply;
  }

  /** Goes on until the application's door; forms on the way are filled in with `fields`. */
  async go(start, fields) {
    let [url, init] = [start, {}];
    for (let steps = 0; steps < 20; steps += 1) {
      const reply = await this.send(url, init);
      const location = reply.headers.get("location");
      if (location) {
        [url, init] = [new URL(location, url).href, {}];
        if (url.startsWith(CALLBACK)) return new URL(url).searchParams;
        continue;
      }
      const page = await reply.text();
      assert.equal(reply.status, 200, page);
      const [, action] = /<form[^>]*action="([^"]*)"/.exec(page);
      const hidden = [...page.matchAll(/<input[^>]*type="hidden"[^>]*>/g)].map(([tag]) => [
        /name="([^"]*)"/.exec(tag)[1],
        /value="([^"]*)"/.exec(tag)?.[1] ?? "",
      ]);
      const body = new URLSearchParams([...hidden, ...Object.entries(fields)]);
      [url, init] = [new URL(action.replace(/&(amp|#38);/g, "&"), url).href, { method: "POST", body }];
    }
    throw new Error("the way has no end");
  }
}

/** The claims of somebody who signs in through `Upstream`. */
async function signIn(scene, clientId, fields, browser = new Browser()) {
  const query = new URLSearchParams({
    client_id: clientId,
    response_type: "code",
    redirect_uri: CALLBACK,
    scope: "openid email profile",
    state: "mine",
  });
  const back = await browser.go(`${scene.base}/oauth2/authorize?${query}`, fields);
  assert.equal(back.get("error"), null, back.get("error_description"));
  assert.equal(back.get("state"), "mine");
  const reply = await fetch(`${scene.base}/oauth2/token`, {
    method: "POST",
    body: new URLSearchParams({
      grant_type: "authorization_code",
      client_id: clientId,
      redirect_uri: CALLBACK,
      code: back.get("code"),
    }),
  });
  assert.equal(reply.status, 200);
  return claims((await reply.json()).id_token);
}

async function listen(handler) {
  const site = createServer(handler);
  await new Promise((resolve) => site.listen(0, "127.0.0.1", resolve));
  return site;
}

test("somebody signs in through oidc-provider", async () => {
  const scene = await pool();
  let answer;
  const site = await listen((request, response) => answer(request, response));
  const issuer = `http://127.0.0.1:${site.address().port}`;
  const upstream = new Provider(issuer, {
    clients: [
      {
        client_id: "cenote",
        client_secret: "a secret that both know",
        redirect_uris: [`${scene.base}/oauth2/idpresponse`],
        token_endpoint_auth_method: "client_secret_post",
      },
    ],
    claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"] },
    pkce: { required: () => false },
    findAccount: (_, accountId) => ({
      accountId,
      claims: () => ({
        sub: accountId,
        email: `${accountId}@up.example`,
        email_verified: true,
        name: "Ada Lovelace",
      }),
    }),
  });
  answer = upstream.callback();
  try {
    const clientId = await federate(
      scene,
      { client_id: "cenote", oidc_issuer: issuer, authorize_scopes: "openid email profile" },
      { email: "email", email_verified: "email_verified", name: "name" },
    );
    const browser = new Browser();
    const first = await signIn(scene, clientId, { login: "ada", password: "any" }, browser);
    assert.equal(first["cognito:username"], "Upstream_ada");
    assert.equal(first.email, "ada@up.example");
    assert.equal(first.email_verified, true);
    assert.equal(first.name, "Ada Lovelace");
    assert.deepEqual(first.amr, ["fed"]);
    assert.deepEqual(first["cognito:groups"], [`${scene.poolId}_Upstream`]);
    const [identity] = first.identities;
    assert.equal(identity.userId, "ada");
    assert.equal(identity.issuer, issuer);
    assert.equal(identity.primary, "true");
    assert.match(identity.dateCreated, /^\d{13}$/);
    // With the session of the browser nobody is asked again; without it, it is the same person.
    const silent = await signIn(scene, clientId, {}, browser);
    assert.deepEqual([silent.sub, silent.auth_time], [first.sub, first.auth_time]);
    const again = await signIn(scene, clientId, { login: "ada", password: "any" });
    assert.equal(again.sub, first.sub);
    const user = await scene.sdk.send(
      new AdminGetUserCommand({ UserPoolId: scene.poolId, Username: "Upstream_ada" }),
    );
    assert.equal(user.UserStatus, "EXTERNAL_PROVIDER");
  } finally {
    site.closeAllConnections();
    await new Promise((resolve) => site.close(resolve));
  }
});

test("somebody signs in through another pool", async () => {
  const [scene, up] = [await pool(), await pool()];
  await createUser(up, "alice");
  const made = await up.sdk.send(
    new CreateUserPoolClientCommand({
      UserPoolId: up.poolId,
      ClientName: "below",
      GenerateSecret: true,
      ...OAUTH,
      AllowedOAuthScopes: ["openid", "email"],
      CallbackURLs: [`${scene.base}/oauth2/idpresponse`],
      SupportedIdentityProviders: ["COGNITO"],
    }),
  );
  const { ClientId, ClientSecret } = made.UserPoolClient;
  // By their paths: names below `localhost` resolve in browsers, but not everywhere.
  const clientId = await federate(
    scene,
    {
      client_id: ClientId,
      client_secret: ClientSecret,
      authorize_scopes: "openid email",
      oidc_issuer: `${server.url}/${up.poolId}`,
      authorize_url: `${up.base}/oauth2/authorize`,
      token_url: `${up.base}/oauth2/token`,
      attributes_url: `${up.base}/oauth2/userInfo`,
      jwks_uri: `${server.url}/${up.poolId}/.well-known/jwks.json`,
    },
    { email: "email", email_verified: "email_verified" },
  );
  const fields = { username: "alice", password: PASSWORD };
  const id = await signIn(scene, clientId, fields);
  const original = await up.sdk.send(
    new AdminGetUserCommand({ UserPoolId: up.poolId, Username: "alice" }),
  );
  const sub = original.UserAttributes.find(({ Name }) => Name === "sub").Value;
  assert.equal(id["cognito:username"], `Upstream_${sub}`);
  assert.deepEqual([id.email, id.email_verified], ["alice@example.com", true]);
  assert.notEqual(id.sub, sub);
});
