// samlify, unmodified, as the identity provider of a pool: sign-in, encryption, sign-in from there, sign-out.

import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { createServer } from "node:http";
import { after, before, test } from "node:test";

import {
  CreateIdentityProviderCommand,
  CreateUserPoolClientCommand,
  CreateUserPoolDomainCommand,
  GetSigningCertificateCommand,
} from "@aws-sdk/client-cognito-identity-provider";
import samlify from "samlify";

import { certificate } from "../certificate.mjs";
import { Server, claims } from "../support.mjs";

const CALLBACK = "https://app.example/cb";
const SIGNED_OUT = "https://app.example/out";
const PERSISTENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent";
const STATEMENT =
  '<saml:AuthnStatement AuthnInstant="{IssueInstant}" SessionIndex="session-7"><saml:AuthnContext>' +
  "<saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:Password" +
  "</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement>";

samlify.setSchemaValidator({ validate: async () => "not checked here" });

let server;
let site;
let address;
// What answers at the provider's addresses; each test says it.
let answers = {};

before(async () => {
  server = await Server.start();
  site = createServer(async (request, response) => {
    const url = new URL(request.url, address);
    response.end(await answers[url.pathname](url));
  });
  await new Promise((resolve) => site.listen(0, "127.0.0.1", resolve));
  address = `http://127.0.0.1:${site.address().port}`;
});

after(async () => {
  site?.close();
  await server?.stop();
});

const pem = (der, name) =>
  `-----BEGIN ${name}-----\n${der.match(/.{1,64}/g).join("\n")}\n-----END ${name}-----\n`;

let domains = 0;

/** A pool with a domain, the provider `Corp`, and a client of it; and the two sides as the library has them. */
async function federation({ details = {}, sp = {}, idp = {}, providers = ["COGNITO", "Corp"] } = {}) {
  const pair = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const own = certificate(pair).toString("base64");
  const bindings = ["redirect", "post"].map((name) => samlify.Constants.namespace.binding[name]);
  const provider = samlify.IdentityProvider({
    entityID: `${address}/metadata`,
    signingCert: pem(own, "CERTIFICATE"),
    privateKey: pair.privateKey.export({ type: "pkcs8", format: "pem" }),
    requestSignatureAlgorithm: "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
    nameIDFormat: [PERSISTENT],
    wantLogoutRequestSigned: true,
    wantAuthnRequestsSigned: "RequestSigningAlgorithm" in details,
    singleSignOnService: bindings.map((Binding) => ({ Binding, Location: `${address}/sso` })),
    singleLogoutService: bindings.map((Binding) => ({ Binding, Location: `${address}/slo` })),
    loginResponseTemplate: {
      context: samlify.SamlLib.defaultLoginResponseTemplate.context.replace(
        "{AuthnStatement}",
        STATEMENT,
      ),
      attributes: [
        {
          name: "mail",
          nameFormat: "urn:oasis:names:tc:SAML:2.0:attrname-format:basic",
          valueXsiType: "xs:string",
          valueTag: "mail",
        },
      ],
    },
    ...idp,
  });
  answers["/metadata"] = () => provider.getMetadata();

  const scene = await server.scene();
  const Domain = `corp-${(domains += 1)}`;
  const pool = { UserPoolId: scene.poolId };
  await scene.sdk.send(new CreateUserPoolDomainCommand({ ...pool, Domain }));
  const made = await scene.sdk.send(
    new CreateIdentityProviderCommand({
      ...pool,
      ProviderName: "Corp",
      ProviderType: "SAML",
      ProviderDetails: { MetadataURL: `${address}/metadata`, ...details },
      AttributeMapping: { email: "mail" },
    }),
  );
  const shown = made.IdentityProvider.ProviderDetails;
  assert.equal(shown.SSORedirectBindingURI, `${address}/sso`);
  assert.equal(shown.SLORedirectBindingURI, `${address}/slo`);
  const { UserPoolClient } = await scene.sdk.send(
    new CreateUserPoolClientCommand({
      ...pool,
      ClientName: "app",
      AllowedOAuthFlowsUserPoolClient: true,
      AllowedOAuthFlows: ["code"],
      AllowedOAuthScopes: ["openid", "email"],
      CallbackURLs: [CALLBACK],
      LogoutURLs: [SIGNED_OUT],
      SupportedIdentityProviders: providers,
    }),
  );
  const signing = await scene.sdk.send(new GetSigningCertificateCommand(pool));
  const base = `${server.url}/_domain/${Domain}`;
  const post = samlify.Constants.namespace.binding.post;
  const service = samlify.ServiceProvider({
    entityID: `urn:amazon:cognito:sp:${scene.poolId}`,
    authnRequestsSigned: "RequestSigningAlgorithm" in details,
    signingCert: pem(signing.Certificate, "CERTIFICATE"),
    wantLogoutResponseSigned: true,
    ...(shown.ActiveEncryptionCertificate && {
      encryptCert: pem(shown.ActiveEncryptionCertificate, "CERTIFICATE"),
    }),
    assertionConsumerService: [{ Binding: post, Location: `${base}/saml2/idpresponse` }],
    singleLogoutService: [{ Binding: post, Location: `${base}/saml2/logout` }],
    ...sp,
  });
  return { base, provider, service, clientId: UserPoolClient.ClientId };
}

/** A browser: it keeps cookies and follows nothing by itself. */
function browser() {
  const kept = new Map();
  return async (url, form) => {
    const headers = { cookie: [...kept].map((pair) => pair.join("=")).join("; ") };
    const body = form && new URLSearchParams(form);
    const reply = await fetch(url, {
      method: form ? "POST" : "GET",
      headers,
      body,
      redirect: "manual",
    });
    for (const line of reply.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line);
      if (value) kept.set(name, value);
      else kept.delete(name);
    }
    assert.equal(reply.status, 302, await reply.text());
    return new URL(reply.headers.get("location"));
  };
}

/** What the library wants to know of an address with a request in its query. */
function redirected(url) {
  const query = Object.fromEntries(url.searchParams);
  const signed = url.search.slice(1).split("&Signature=")[0];
  return { query, octetString: signed };
}

/** The response of the provider to a request, or to none. */
async function response({ provider, service }, request) {
  const NameID = "Ada.Lovelace";
  const now = new Date().toISOString();
  const later = new Date(Date.now() + 300_000).toISOString();
  const location = service.entityMeta.getAssertionConsumerService("post");
  const fill = (template) => {
    const id = `_${crypto.randomUUID()}`;
    const asked = request
      ? template
      : template.replaceAll(' InResponseTo="{InResponseTo}"', "");
    return {
      id,
      context: samlify.SamlLib.replaceTagsByValue(asked, {
        ID: id,
        AssertionID: `_${crypto.randomUUID()}`,
        Destination: location,
        Audience: service.entityMeta.getEntityID(),
        SubjectRecipient: location,
        Issuer: provider.entityMeta.getEntityID(),
        IssueInstant: now,
        StatusCode: "urn:oasis:names:tc:SAML:2.0:status:Success",
        ConditionsNotBefore: now,
        ConditionsNotOnOrAfter: later,
        SubjectConfirmationDataNotOnOrAfter: later,
        NameIDFormat: PERSISTENT,
        NameID,
        InResponseTo: request?.extract.request.id,
        attrMail: "ada@corp.example",
      }),
    };
  };
  const made = await provider.createLoginResponse(service, request ?? {}, "post", {}, fill);
  return made.context;
}

/** Where a browser is asked to sign in at the provider. */
async function leave(app, visit) {
  const query = new URLSearchParams({
    client_id: app.clientId,
    redirect_uri: CALLBACK,
    response_type: "code",
    scope: "openid email",
    state: "s",
    identity_provider: "Corp",
  });
  const left = await visit(`${app.base}/oauth2/authorize?${query}`);
  assert.equal(`${left.origin}${left.pathname}`, `${address}/sso`);
  return left;
}

/** The claims of the ID token that an address at the application is good for. */
async function signedIn(app, back) {
  assert.equal(`${back.origin}${back.pathname}`, CALLBACK);
  const code = back.searchParams.get("code");
  assert.ok(code, back.href);
  const reply = await fetch(`${app.base}/oauth2/token`, {
    method: "POST",
    body: new URLSearchParams({
      grant_type: "authorization_code",
      client_id: app.clientId,
      redirect_uri: CALLBACK,
      code,
    }),
  });
  const tokens = await reply.json();
  assert.equal(reply.status, 200, JSON.stringify(tokens));
  return claims(tokens.id_token);
}

/** A browser signs in at the provider and comes back. */
async function chain(app, visit) {
  const left = await leave(app, visit);
  const request = await app.provider.parseLoginRequest(app.service, "redirect", redirected(left));
  return visit(`${app.base}/saml2/idpresponse`, {
    SAMLResponse: await response(app, request),
    RelayState: left.searchParams.get("RelayState"),
  });
}

for (const [name, settings] of [
  ["a signed assertion", { sp: { wantAssertionsSigned: true } }],
  ["a signed response", {}],
  ["both signed", { sp: { wantAssertionsSigned: true, wantMessageSigned: true } }],
  ["a signed request", { details: { RequestSigningAlgorithm: "rsa-sha256" } }],
  [
    "an encrypted assertion",
    {
      details: { EncryptedResponses: "true" },
      sp: { wantAssertionsSigned: true },
      idp: { isAssertionEncrypted: true },
    },
  ],
  [
    "an encrypted assertion with GCM",
    {
      details: { EncryptedResponses: "true" },
      sp: { wantAssertionsSigned: true },
      idp: {
        isAssertionEncrypted: true,
        dataEncryptionAlgorithm: "http://www.w3.org/2009/xmlenc11#aes256-gcm",
      },
    },
  ],
]) {
  test(`somebody signs in with ${name}`, async () => {
    const app = await federation(settings);
    const visit = browser();
    const back = await chain(app, visit);
    assert.equal(back.searchParams.get("state"), "s");
    const id = await signedIn(app, back);
    assert.equal(id["cognito:username"], "Corp_Ada.Lovelace");
    assert.equal(id.email, "ada@corp.example");
    assert.deepEqual(
      [id.identities[0].userId, id.identities[0].issuer],
      ["Ada.Lovelace", `${address}/metadata`],
    );
    const again = await signedIn(app, await chain(app, browser()));
    assert.equal(again.sub, id.sub);
  });
}

test("a response that was changed on the way is told to the application", async () => {
  const app = await federation({ sp: { wantAssertionsSigned: true } });
  const visit = browser();
  const left = await leave(app, visit);
  const request = await app.provider.parseLoginRequest(app.service, "redirect", redirected(left));
  const good = Buffer.from(await response(app, request), "base64").toString();
  const bad = good.replace("ada@corp.example", "eve@corp.example");
  assert.notEqual(bad, good);
  const back = await visit(`${app.base}/saml2/idpresponse`, {
    SAMLResponse: Buffer.from(bad).toString("base64"),
    RelayState: left.searchParams.get("RelayState"),
  });
  assert.equal(back.searchParams.get("error"), "invalid_request");
  assert.equal(
    back.searchParams.get("error_description"),
    "Invalid SAML response received: The signature is not valid",
  );
});

test("the provider begins", async () => {
  const app = await federation({ details: { IDPInit: "true" }, providers: ["Corp"] });
  const wish = new URLSearchParams({
    identity_provider: "Corp",
    client_id: app.clientId,
    redirect_uri: CALLBACK,
    response_type: "code",
    scope: "openid email",
  });
  const back = await browser()(`${app.base}/saml2/idpresponse`, {
    SAMLResponse: await response(app, undefined),
    RelayState: wish.toString(),
  });
  const id = await signedIn(app, back);
  assert.equal(id["cognito:username"], "Corp_Ada.Lovelace");
});

test("signing out ends the session of the provider too", async () => {
  const app = await federation({ details: { IDPSignout: "true" } });
  const visit = browser();
  await signedIn(app, await chain(app, visit));
  const query = new URLSearchParams({ client_id: app.clientId, logout_uri: SIGNED_OUT });
  const left = await visit(`${app.base}/logout?${query}`);
  assert.equal(`${left.origin}${left.pathname}`, `${address}/slo`);
  const asked = redirected(left);
  const request = await app.provider.parseLogoutRequest(app.service, "redirect", asked);
  assert.equal(request.extract.nameID, "Ada.Lovelace");
  assert.equal(request.extract.sessionIndex, "session-7");
  const answer = app.provider.createLogoutResponse(app.service, request, "post");
  const back = await visit(`${app.base}/saml2/logout`, {
    SAMLResponse: answer.context,
    RelayState: left.searchParams.get("RelayState"),
  });
  assert.equal(back.href, SIGNED_OUT);
  // Whoever signs in next is asked again.
  await leave(app, visit);
});
