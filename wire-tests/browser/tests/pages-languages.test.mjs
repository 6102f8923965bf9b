// The pages in every language, as narrow as a phone.

import assert from "node:assert/strict";
import { test } from "node:test";

import {
  CreateTermsCommand,
  SetUserPoolMfaConfigCommand,
} from "@aws-sdk/client-cognito-identity-provider";

import { speaksAll } from "../languages.mjs";
import { World, oidc } from "../pages.mjs";

const world = new World();
const look = (name) => world.look(name);

test("the sign-in speaks every language", async () => {
  const auth = { federation: { interfaceStyle: "DOMAIN_INPUT" } };
  const at = await world.scene({
    providers: [oidc("Headquarters", ["corp.example"]), oidc("Elsewhere")],
    branding: { Settings: { categories: { auth, global: { colorSchemeMode: "DYNAMIC" } } } },
  });
  const { page } = world;
  await speaksAll(world, async (lang) => {
    await page.goto(at.at("/login", { lang }));
    await page.locator("#idp_identifier").fill("ann@nobody.example");
    await page.locator("form", { has: page.locator("#idp_identifier") }).getByRole("button").click();
    await page.getByRole("alert").waitFor();
  });
  // Without being told, it speaks as it did before.
  await page.goto(at.at("/login"));
  assert.equal(await page.locator("html").getAttribute("lang"), "zh-TW");
  await look("sign-in-chinese");
  await page.goto(at.at("/login", { lang: "de" }));
  await look("sign-in-german");
});

test("the sign-up speaks every language, and so do the terms that it names", async () => {
  const at = await world.scene({
    pool: { Schema: ["given_name", "birthdate", "phone_number"].map((Name) => ({ Name, Required: true })) },
  });
  const { page } = world;
  const { UserPoolId, ClientId } = at;
  for (const TermsName of ["terms-of-use", "privacy-policy"]) {
    const link = (name) => `https://shop.example/${TermsName}/${name}`;
    await at.sdk.send(
      new CreateTermsCommand({
        UserPoolId,
        ClientId,
        TermsName,
        TermsSource: "LINK",
        Enforcement: "NONE",
        Links: { "cognito:default": link("default"), "cognito:japanese": link("japanese") },
      }),
    );
  }
  await page.goto(at.at("/signup"));
  await page
    .getByText("By signing up, you agree to our terms of use and privacy policy.")
    .waitFor();
  await look("sign-up-terms");
  await speaksAll(world, async (lang) => {
    await page.goto(at.at("/signup", { lang }));
    const links = page.locator(".terms a");
    const found = await links.evaluateAll((all) => all.map(({ href, target, rel }) => [href, target, rel]));
    const name = lang === "ja" ? "japanese" : "default";
    const expected = ["terms-of-use", "privacy-policy"].map((one) => [
      `https://shop.example/${one}/${name}`,
      "_blank",
      "noopener noreferrer",
    ]);
    assert.deepEqual(found.sort(), expected.sort(), lang);
  });
  await look("sign-up-chinese");
});

test("a new password and an authenticator app are asked for in every language", async () => {
  const at = await world.scene();
  const { page } = world;
  await at.sdk.send(
    new SetUserPoolMfaConfigCommand({
      UserPoolId: at.UserPoolId,
      MfaConfiguration: "ON",
      SoftwareTokenMfaConfiguration: { Enabled: true },
    }),
  );
  await world.user(at, "ann", { permanent: false });
  await page.goto(at.at("/login"));
  await world.signIn("ann");
  await page.getByText("Your password was temporary.").waitFor();
  await speaksAll(world, (lang) => page.goto(at.at("/changePassword", { lang })));
  await page.goto(at.at("/changePassword", { lang: "fr" }));
  await page.locator("#password").fill("Other-Horse-10");
  await page.locator("#confirm_password").fill("Other");
  await world.submit();
  await page.getByRole("alert").waitFor();
  await look("new-password-french-error");
  await page.locator("#password").fill("Other-Horse-10");
  await page.locator("#confirm_password").fill("Other-Horse-10");
  await world.submit();
  await page.locator("#totp-key").waitFor();
  await speaksAll(world, (lang) => page.goto(at.at("/mfa", { lang })));
  await page.goto(at.at("/mfa", { lang: "de" }));
  await look("set-up-app-german");
});

test("the choice between a password and a code is offered in every language", async () => {
  const AllowedFirstAuthFactors = ["PASSWORD", "EMAIL_OTP"];
  const at = await world.scene({
    pool: { Policies: { SignInPolicy: { AllowedFirstAuthFactors } } },
    client: { ExplicitAuthFlows: ["ALLOW_USER_AUTH"] },
  });
  const { page } = world;
  await world.user(at, "ann");
  await page.goto(at.at("/login"));
  await page.getByLabel("Username").fill("ann");
  await world.submit();
  await page.getByText("How do you want to sign in?").waitFor();
  await speaksAll(world, (lang) => page.goto(at.at("/mfa", { lang })));
});
