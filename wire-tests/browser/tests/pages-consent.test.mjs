// The page on which people say whether an application that registered itself gets what it asks for.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";

import { CreateManagedLoginBrandingCommand } from "@aws-sdk/client-cognito-identity-provider";

import { speaksAll } from "../languages.mjs";
import { DYNAMIC, PASSWORD, World } from "../pages.mjs";

const world = new World({ config: '[oauth]\nhardened = ["*"]\n' });
const look = (name) => world.look(name);

const VERIFIER = "a verifier of forty-three characters or more".replaceAll(" ", "-");
const NAME = "The Helpful Companion for Shopping Lists";

/** A scene whose application has registered itself, and a user. */
async function scene(version) {
  const at = await world.scene({ pool: { DcrConfiguration: { OpenDcrEnabled: true } }, version });
  const redirect_uri = `${world.app.url}an/address/of/${"some-length-".repeat(5)}`;
  // Names below `localhost` resolve in browsers, but not everywhere.
  const reply = await fetch(`${world.server.url}/_domain/${at.Domain}/oauth2/register`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({
      client_name: NAME,
      redirect_uris: [redirect_uri],
      token_endpoint_auth_method: "none",
    }),
  });
  assert.equal(reply.status, 201);
  const { client_id } = await reply.json();
  if (version === 2) {
    const style = { UserPoolId: at.UserPoolId, ClientId: client_id, ...DYNAMIC };
    await at.sdk.send(new CreateManagedLoginBrandingCommand(style));
  }
  await world.user(at, "ann");
  const code_challenge = createHash("sha256").update(VERIFIER).digest("base64url");
  const asked = { client_id, redirect_uri, code_challenge, code_challenge_method: "S256" };
  return { ...at, redirect_uri, at: (path, more) => at.at(path, { ...asked, ...more }) };
}

/** Signs in, as far as the question. */
async function ask(at) {
  await world.page.goto(at.at("/oauth2/authorize"));
  await world.signIn("ann");
  await world.page.getByText("Give access to your account?").waitFor();
}

/** Where the browser was sent, and with what. */
async function sent(at) {
  await world.page.waitForURL((url) => url.href.startsWith(at.redirect_uri));
  return new URL(world.page.url()).searchParams;
}

test("an application that registered itself gets what the user agrees to", async () => {
  const at = await scene(2);
  const { page } = world;
  await ask(at);
  const texts = await page.locator(".description").allTextContents();
  assert.deepEqual(texts, [
    `${NAME} asks for access to your account ann.`,
    "What it asks for: openid",
    `You will be sent to ${at.redirect_uri}.`,
  ]);
  await look("consent");
  await page.getByRole("button", { name: "Do not allow" }).click();
  const denied = await sent(at);
  assert.equal(denied.get("error"), "access_denied");
  assert.equal(denied.get("code"), null);

  // Who has signed in is asked again, and can be somebody else.
  await page.goto(at.at("/oauth2/authorize"));
  await page.getByText("Give access to your account?").waitFor();
  await page.getByRole("button", { name: "Sign in as someone else" }).click();
  await world.signIn("ann", PASSWORD);
  await page.getByRole("button", { name: "Allow", exact: true }).click();
  assert.match((await sent(at)).get("code"), /^[0-9a-f-]{36}$/);
});

test("the question is asked in every language", async () => {
  const at = await scene(2);
  const { page } = world;
  await ask(at);
  await speaksAll(world, (lang) => page.goto(at.at("/login", { lang })));
  await page.goto(at.at("/login", { lang: "de" }));
  await look("consent-german");
});

test("the classic page asks too", async () => {
  const at = await scene(1);
  const { page } = world;
  await ask(at);
  await look("classic-consent");
  // The keyboard is enough: what comes first gives access, the next refuses.
  await page.keyboard.press("Tab");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  assert.equal((await sent(at)).get("error"), "access_denied");
});
