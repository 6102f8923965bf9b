// The sign-in pages in a real Chromium: the ways through them, what axe finds, and pictures to look at.

import assert from "node:assert/strict";
import { test } from "node:test";

import {
  AdminResetUserPasswordCommand,
  SetUserPoolMfaConfigCommand,
} from "@aws-sdk/client-cognito-identity-provider";

import { Authenticator } from "../browser.mjs";
import { PASSWORD, World, totp } from "../pages.mjs";

const world = new World();
const look = (name) => world.look(name);

const CODES = {
  pool: { Policies: { SignInPolicy: { AllowedFirstAuthFactors: ["PASSWORD", "EMAIL_OTP"] } } },
  client: { ExplicitAuthFlows: ["ALLOW_USER_AUTH"] },
};

test("somebody signs in, is asked whether to continue the next time, and signs out", async () => {
  const at = await world.scene();
  const { page } = world;
  await world.user(at, "ann");
  await page.goto(at.at("/oauth2/authorize"));
  await look("sign-in");
  await world.signIn("ann", "wrong");
  await page.getByRole("alert").getByText("Incorrect username or password.").waitFor();
  await look("sign-in-error");
  await world.signIn("ann");
  await world.signedIn();
  await page.goto(at.at("/login"));
  await look("continue");
  await page.getByRole("button", { name: "Continue as ann" }).click();
  await world.signedIn();
  const bye = `${world.app.url}bye`;
  await page.goto(`${at.base}/logout?${new URLSearchParams({ client_id: at.ClientId, logout_uri: bye })}`);
  assert.equal(page.url(), bye);
  await page.goto(at.at("/login"));
  await page.getByLabel("Password").waitFor();
});

test("somebody signs up, confirms by e-mail, and signs in", async () => {
  const at = await world.scene({ pool: { Schema: [{ Name: "given_name", Required: true }] } });
  const { page } = world;
  await page.goto(at.at("/login"));
  await page.getByRole("link", { name: "Create an account" }).click();
  await look("sign-up");
  await page.getByLabel("First name").fill("Bea");
  await world.signUp("bea", PASSWORD);
  await page.getByText("We have sent a code by email to b***@e***.").waitFor();
  await look("confirm");
  await page.getByLabel("Code").fill("000000");
  await world.submit();
  await page.getByText("The code is not right.").waitFor();
  await look("confirm-error");
  await page.getByLabel("Code").fill(await world.code("bea"));
  await world.submit();
  await page.getByText("Your account is confirmed.").waitFor();
  await look("confirmed");
  await page.getByLabel("Password").fill(PASSWORD);
  await world.submit();
  await world.signedIn();
});

test("somebody signs up without a password, and signs in by code", async () => {
  const at = await world.scene(CODES);
  const { page } = world;
  await page.goto(at.at("/signup"));
  await page.getByText("You can leave this empty, and sign in with codes.").waitFor();
  await look("sign-up-without-password");
  await world.signUp("bea");
  await page.getByLabel("Code").fill(await world.code("bea"));
  await world.submit();
  await world.signedIn();

  await world.context.clearCookies();
  await page.goto(at.at("/login"));
  await page.getByLabel("Username").fill("bea");
  await world.submit();
  await page.getByText("We have sent a code by email to b***@e***.").waitFor();
  await look("first-code");
  await page.getByLabel("Code").fill(await world.code("bea"));
  await world.submit();
  await world.signedIn();
});

test("a forgotten password is reset", async () => {
  const at = await world.scene();
  const { page } = world;
  await world.user(at, "ann");
  await page.goto(at.at("/login"));
  await page.getByRole("link", { name: "Forgot your password?" }).click();
  await look("forgot");
  await page.getByLabel("Username").fill("ann");
  await world.submit();
  await page.getByText("If this account exists").waitFor();
  await look("reset");
  await page.getByLabel("Code").fill(await world.code("ann"));
  await page.getByLabel("New password", { exact: true }).fill("Other-Horse-10");
  await page.getByLabel("Confirm new password").fill("Other-Horse-10");
  await world.submit();
  await page.getByText("Your password has been changed.").waitFor();
  await look("reset-done");
  await page.getByLabel("Password").fill("Other-Horse-10");
  await world.submit();
  await world.signedIn();
});

test("somebody whose password has to be reset is told so, and resets it", async () => {
  const at = await world.scene();
  const { page } = world;
  await world.user(at, "ann");
  const { UserPoolId } = at;
  await at.sdk.send(new AdminResetUserPasswordCommand({ UserPoolId, Username: "ann" }));
  await page.goto(at.at("/login"));
  await world.signIn("ann");
  await page.getByRole("status").getByText("Your password has to be reset").waitFor();
  await look("reset-required");
  const fill = async (code) => {
    await page.getByLabel("Code").fill(code);
    await page.getByLabel("New password", { exact: true }).fill("Other-Horse-10");
    await page.getByLabel("Confirm new password").fill("Other-Horse-10");
    await world.submit();
  };
  await fill("000000");
  await page.getByRole("alert").getByText("The code is not right.").waitFor();
  await look("reset-required-error");
  await fill(await world.code("ann"));
  await page.getByText("Your password has been changed.").waitFor();
  assert.equal(await page.getByLabel("Username").inputValue(), "ann");
  await page.getByLabel("Password").fill("Other-Horse-10");
  await world.submit();
  await world.signedIn();
});

test("an authenticator app is set up on the way, and asked for the next time", async () => {
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
  await look("new-password");
  await page.getByLabel("New password", { exact: true }).fill("Other-Horse-10");
  await page.getByLabel("Confirm new password").fill("Other-Horse-10");
  await world.submit();
  await page.getByRole("img", { name: "QR code" }).waitFor();
  await look("set-up-app");
  const key = (await page.locator("#totp-key").textContent()).replaceAll(" ", "");
  const shown = totp(key);
  await page.getByRole("textbox", { name: "Code" }).fill(shown);
  await page.getByLabel("Name for this device").fill("phone");
  await world.submit();
  await world.signedIn();

  await world.context.clearCookies();
  await page.goto(at.at("/login"));
  await world.signIn("ann", "Other-Horse-10");
  await page.getByText("Enter the code from your authenticator app on phone.").waitFor();
  await look("code-app");
  await page.getByLabel("Code").fill(shown);
  await world.submit();
  await page.getByText("This code has been used already.").waitFor();
  await look("code-app-error");
});

test("a passkey is made after the sign-up, and signs in", async () => {
  const factors = { AllowedFirstAuthFactors: ["PASSWORD", "WEB_AUTHN"] };
  const at = await world.scene({
    pool: { Policies: { SignInPolicy: factors } },
    client: { ExplicitAuthFlows: ["ALLOW_USER_AUTH"] },
  });
  const { page } = world;
  await Authenticator.add(page);
  await page.goto(at.at("/signup"));
  await world.signUp("bea", PASSWORD);
  await page.getByLabel("Code").fill(await world.code("bea"));
  await world.submit();
  await page.getByText("Sign in faster with a passkey").waitFor();
  await look("passkey-add");
  await page.getByRole("button", { name: "Create a passkey" }).click();
  await world.signedIn();

  await world.context.clearCookies();
  await page.goto(at.at("/login"));
  await look("sign-in-name-first");
  await page.getByLabel("Username").fill("bea");
  await world.submit();
  await page.getByText("How do you want to sign in?").waitFor();
  await look("first-factor");
  await page.getByRole("button", { name: "Passkey" }).click();
  await page.getByRole("button", { name: "Use passkey" }).waitFor();
  await look("passkey-sign-in");
  await page.getByRole("button", { name: "Use passkey" }).click();
  await world.signedIn();
});

test("as many passkeys as somebody can have break no page", async () => {
  const factors = { AllowedFirstAuthFactors: ["PASSWORD", "WEB_AUTHN"] };
  const at = await world.scene({
    pool: { Policies: { SignInPolicy: factors } },
    client: { ExplicitAuthFlows: ["ALLOW_USER_AUTH"] },
  });
  const { page } = world;
  await world.user(at, "ann");
  await page.goto(at.at("/passkeys/add"));
  await page.getByLabel("Username").fill("ann");
  await world.submit();
  await page.getByLabel("Password").fill(PASSWORD);
  await world.submit();
  for (let count = 1; count <= 20; count += 1) {
    // Each on a device of its own: one that has a passkey already makes no other.
    const device = await Authenticator.add(page);
    await page.getByRole("button", { name: "Create a passkey" }).click();
    await world.signedIn();
    if (count < 20) await device.remove();
    await page.goto(at.at("/passkeys/add"));
  }
  await page.getByText("You have as many passkeys as one account can have.").waitFor();
  await look("passkeys-full");
  await page.getByRole("button", { name: "Continue" }).click();
  await world.signedIn();
  await world.context.clearCookies();
  await page.goto(at.at("/login"));
  await page.getByLabel("Username").fill("ann");
  await world.submit();
  await page.getByRole("button", { name: "Passkey" }).click();
  await look("passkey-of-twenty");
  await page.getByRole("button", { name: "Use passkey" }).click();
  await world.signedIn();
});
