// The browser itself: what the other files rely on.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { Authenticator, Site, launch } from "../browser.mjs";

let browser;
let site;

before(async () => {
  browser = await launch();
  site = await Site.start("<!doctype html><title>A site of the tests</title>");
});

after(async () => {
  await browser?.close();
  await site?.stop();
});

test("a page on localhost is shown, and every name under localhost is the own machine", async () => {
  const page = await browser.newPage();
  await page.goto(site.url);
  assert.equal(await page.title(), "A site of the tests");
  await page.goto(`http://some.name.localhost:${site.port}/`);
  assert.equal(await page.title(), "A site of the tests");
  await page.close();
});

test("a page makes a passkey on a virtual authenticator", async () => {
  const page = await browser.newPage();
  await page.goto(site.url);
  const authenticator = await Authenticator.add(page);
  const type = await page.evaluate(async () => {
    const made = await navigator.credentials.create({
      publicKey: {
        rp: { id: "localhost", name: "localhost" },
        user: { id: new Uint8Array([1]), name: "ada", displayName: "ada" },
        challenge: new Uint8Array(16),
        pubKeyCredParams: [{ type: "public-key", alg: -7 }],
        authenticatorSelection: { residentKey: "required", userVerification: "required" },
      },
    });
    return made.type;
  });
  assert.equal(type, "public-key");
  const [credential] = await authenticator.credentials();
  assert.equal(credential.rpId, "localhost");
  await authenticator.remove();
  await page.close();
});
