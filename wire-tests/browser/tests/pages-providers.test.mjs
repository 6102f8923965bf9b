// The sign-in page of a client with identity providers: buttons, and the field for a domain.

import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { test } from "node:test";

import { SetUICustomizationCommand } from "@aws-sdk/client-cognito-identity-provider";

import { certificate } from "../../node/certificate.mjs";
import { DYNAMIC, World, oidc } from "../pages.mjs";

const world = new World();
const look = (name) => world.look(name);

const GOOGLE = {
  ProviderName: "Google",
  ProviderType: "Google",
  ProviderDetails: { client_id: "shop", client_secret: "hush", authorize_scopes: "openid" },
};

/** A name as long as one can be, which nothing breaks. */
const LONG = "Donaudampfschifffahrtsgesellscha";

/** A provider of SAML, with its metadata. */
function saml(ProviderName, IdpIdentifiers) {
  const der = certificate(generateKeyPairSync("rsa", { modulusLength: 2048 })).toString("base64");
  const MetadataFile =
    `<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://${ProviderName}.example">` +
    '<IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">' +
    '<KeyDescriptor use="signing"><KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data>' +
    `<X509Certificate>${der}</X509Certificate></X509Data></KeyInfo></KeyDescriptor>` +
    '<SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" ' +
    `Location="${world.app.url}${ProviderName}"/></IDPSSODescriptor></EntityDescriptor>`;
  return { ProviderName, ProviderType: "SAML", IdpIdentifiers, ProviderDetails: { MetadataFile } };
}

/** A style with these ways to sign in. */
const style = (auth) => ({ Settings: { categories: { ...DYNAMIC.Settings.categories, auth } } });

const SEARCH = style({ federation: { interfaceStyle: "DOMAIN_INPUT" } });

/** The id of the element that the keyboard speaks to. */
const focus = () => world.page.evaluate(() => document.activeElement.id);

/** Types into the field for a domain, and sends that. */
async function find(typed) {
  await world.page.getByLabel("Work email address or its domain").fill(typed);
  await world.page.keyboard.press("Enter");
}

/** The headings of the parts of a sign-in, from top to bottom. */
function order() {
  return world.page.evaluate(() =>
    [...document.querySelectorAll("nav, form, .or")]
      .sort((a, b) => a.getBoundingClientRect().top - b.getBoundingClientRect().top)
      .map((one) => one.className || one.localName),
  );
}

test("providers are buttons before the form, or after it", async () => {
  const providers = [oidc(LONG), GOOGLE];
  const at = await world.scene({ providers });
  const { page } = world;
  await page.goto(at.at("/login"));
  const names = page.getByRole("navigation", { name: "Other ways to sign in" }).getByRole("link");
  // The sign behind the words says nothing.
  const words = await names.evaluateAll((links) => links.map((link) => link.firstChild.data));
  assert.deepEqual(words, [
    `Continue with ${LONG}`,
    "Continue with Google",
  ]);
  assert.deepEqual(await order(), ["providers", "or", "form"]);
  assert.equal(await focus(), "username");
  await look("providers");
  await world.signIn("ann", "wrong");
  await page.getByRole("alert").waitFor();
  await look("providers-error");

  const own = { display: "INPUT", type: "USERNAME_PASSWORD" };
  const authMethodOrder = [[own, { display: "BUTTON", type: "FEDERATED" }]];
  const after = await world.scene({ providers, branding: style({ authMethodOrder }) });
  await page.goto(after.at("/login"));
  assert.deepEqual(await order(), ["form", "or", "providers"]);
  await look("providers-last");
});

test("a domain leads to its provider", async () => {
  const at = await world.scene({
    providers: [oidc("Corp", ["corp.example"], world.app.url), GOOGLE],
    branding: SEARCH,
  });
  const { page } = world;
  await page.goto(at.at("/login"));
  assert.deepEqual(await order(), ["form", "providers", "or", "form"]);
  await look("provider-search");
  await find("ann@nobody.example");
  await page.getByText("No organization signs in with this domain.").waitFor();
  assert.equal(await focus(), "idp_identifier");
  await look("provider-search-error");
  await find("ann@corp.example");
  await page.waitForURL((url) => url.href.startsWith(`${world.app.url}authorize?`));
});

test("a client without users of its own has providers alone", async () => {
  const { page } = world;
  const client = { SupportedIdentityProviders: ["Corp", LONG] };
  const providers = [oidc("Corp", ["corp.example"]), oidc(LONG, ["long.example"])];
  for (const [name, branding, parts] of [
    ["providers-alone", DYNAMIC, ["providers"]],
    ["provider-search-alone", SEARCH, ["form"]],
  ]) {
    const at = await world.scene({ providers, client, branding });
    await page.goto(at.at("/login"));
    assert.deepEqual(await order(), parts);
    await look(name);
  }
});

test("classic pages have buttons that can be styled", async () => {
  const at = await world.scene({ version: 1, providers: [oidc(LONG), GOOGLE] });
  const { page } = world;
  const CSS =
    ".idpButton-customizable{background-color:#5a1a1a;color:#ffffff}" +
    ".idpButton-customizable:hover{background-color:#3a0a0a}" +
    ".socialButton-customizable{background-color:#1a1a5a;color:#ffffff}" +
    ".submitButton-customizable{background-color:#224422;color:#ffffff}" +
    ".submitButton-customizable:hover{background-color:#113311}";
  const { UserPoolId, ClientId } = at;
  await at.sdk.send(new SetUICustomizationCommand({ UserPoolId, ClientId, CSS }));
  await page.goto(at.at("/login"));
  await look("classic-providers");
  for (const [button, colour, touched] of [
    [page.getByRole("link", { name: `Continue with ${LONG}` }), "rgb(90, 26, 26)", "rgb(58, 10, 10)"],
    [page.getByRole("link", { name: "Continue with Google" }), "rgb(26, 26, 90)", "rgb(26, 26, 90)"],
    [page.getByRole("button", { name: "Sign in" }), "rgb(34, 68, 34)", "rgb(17, 51, 17)"],
  ]) {
    const shown = () => button.evaluate((one) => getComputedStyle(one).backgroundColor);
    assert.equal(await shown(), colour);
    await button.hover();
    assert.equal(await shown(), touched);
  }
});

test("classic pages ask for a domain where all providers of SAML have one", async () => {
  const providers = [saml("Corp", ["corp.example"]), saml("Other", ["other.example"]), GOOGLE];
  const at = await world.scene({ version: 1, providers });
  const { page } = world;
  await page.goto(at.at("/login"));
  assert.deepEqual(await page.locator("a.idp").allTextContents(), ["Continue with Google"]);
  await look("classic-provider-search");
  await find("nobody.example");
  await page.getByText("No organization signs in with this domain.").waitFor();
  await look("classic-provider-search-error");
  await find("other.example");
  await page.waitForURL((url) => url.href.startsWith(`${world.app.url}Other?SAMLRequest=`));
});
