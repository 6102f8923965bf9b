// Signing in through an identity provider in a real Chromium: the button, the other pool's page, and back.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";

import {
  CreateIdentityProviderCommand,
  CreateManagedLoginBrandingCommand,
  CreateUserPoolClientCommand,
  CreateUserPoolDomainCommand,
} from "@aws-sdk/client-cognito-identity-provider";

import { PASSWORD, Server, claims, createUser } from "../../node/support.mjs";
import { Site, launch } from "../browser.mjs";

const AXE = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
let server;
let browser;
let app;

before(async () => {
  server = await Server.start();
  browser = await launch();
  app = await Site.start("<!doctype html><title>Signed in</title>");
});

after(async () => {
  await browser?.close();
  await app?.stop();
  await server?.stop();
});

/** A pool with managed login. Its addresses have paths: only those of `localhost` itself may be without TLS. */
async function pool(Domain) {
  const scene = await server.scene();
  const { sdk, poolId: UserPoolId } = scene;
  await sdk.send(new CreateUserPoolDomainCommand({ UserPoolId, Domain, ManagedLoginVersion: 2 }));
  return { ...scene, base: `${server.url}/_domain/${Domain}` };
}

/** A client of it with a look. */
async function client({ sdk, poolId: UserPoolId }, settings) {
  const made = await sdk.send(
    new CreateUserPoolClientCommand({
      UserPoolId,
      ClientName: "app",
      AllowedOAuthFlowsUserPoolClient: true,
      AllowedOAuthFlows: ["code"],
      AllowedOAuthScopes: ["openid", "email"],
      ...settings,
    }),
  );
  const { ClientId, ClientSecret } = made.UserPoolClient;
  await sdk.send(
    new CreateManagedLoginBrandingCommand({
      UserPoolId,
      ClientId,
      UseCognitoProvidedValues: true,
    }),
  );
  return { ClientId, ClientSecret };
}

test("a button leads to the other pool and back", async () => {
  const [down, up] = [await pool("down"), await pool("up")];
  await createUser(up, "ada");
  const below = await client(up, {
    GenerateSecret: true,
    CallbackURLs: [`${down.base}/oauth2/idpresponse`],
    SupportedIdentityProviders: ["COGNITO"],
  });
  await down.sdk.send(
    new CreateIdentityProviderCommand({
      UserPoolId: down.poolId,
      ProviderName: "Headquarters",
      ProviderType: "OIDC",
      ProviderDetails: {
        client_id: below.ClientId,
        client_secret: below.ClientSecret,
        authorize_scopes: "openid email",
        attributes_request_method: "GET",
        oidc_issuer: `${server.url}/${up.poolId}`,
        authorize_url: `${up.base}/oauth2/authorize`,
        token_url: `${up.base}/oauth2/token`,
        attributes_url: `${up.base}/oauth2/userInfo`,
        jwks_uri: `${server.url}/${up.poolId}/.well-known/jwks.json`,
      },
      AttributeMapping: { email: "email" },
    }),
  );
  const { ClientId } = await client(down, {
    CallbackURLs: [app.url],
    SupportedIdentityProviders: ["COGNITO", "Headquarters"],
  });
  const query = new URLSearchParams({
    client_id: ClientId,
    response_type: "code",
    scope: "openid email",
    redirect_uri: app.url,
    state: "mine",
  });
  const context = await browser.newContext({ bypassCSP: true });
  const page = await context.newPage();
  await page.goto(`${down.base}/oauth2/authorize?${query}`);
  await page.addScriptTag({ path: AXE });
  const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
  const { violations } = await page.evaluate(
    (runOnly) => globalThis.axe.run(globalThis.document, { runOnly }),
    tags,
  );
  assert.deepEqual(violations, []);
  const button = page.getByRole("link", { name: "Continue with Headquarters" });
  assert.ok(await button.isVisible());
  await button.click();
  await page.waitForURL(`${up.base}/login?*`);
  await page.getByLabel("Username").fill("ada");
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL(`${app.url}?*`);
  const back = new URL(page.url()).searchParams;
  assert.equal(back.get("state"), "mine");
  const reply = await fetch(`${down.base}/oauth2/token`, {
    method: "POST",
    body: new URLSearchParams({
      grant_type: "authorization_code",
      client_id: ClientId,
      redirect_uri: app.url,
      code: back.get("code"),
    }),
  });
  const id = claims((await reply.json()).id_token);
  assert.match(id["cognito:username"], /^Headquarters_/);
  assert.equal(id.email, "ada@example.com");
  // The browser has a session of each pool now: nobody is asked again.
  await page.goto(`${down.base}/oauth2/authorize?${query}&identity_provider=Headquarters`);
  await page.waitForURL(`${app.url}?*`);
  await context.close();
});
