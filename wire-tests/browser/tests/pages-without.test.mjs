// The pages for people without a mouse, and for browsers without scripts.

import assert from "node:assert/strict";
import { test } from "node:test";

import { PASSWORD, World } from "../pages.mjs";

const world = new World();

/** The id of the element that the keyboard speaks to. */
// The browser sets it a moment after the page is there.
const focused = (id) => world.page.waitForFunction((id) => document.activeElement.id === id, id);

const press = async (...keys) => {
  for (const key of keys) await world.page.keyboard.press(key);
};

const type = (text) => world.page.keyboard.type(text);

test("the keyboard is enough to sign in, and finds the first error", async () => {
  const at = await world.scene();
  const { page } = world;
  await world.user(at, "ann");
  await page.goto(at.at("/login"));
  await focused("username");
  await type("ann");
  await press("Tab");
  await focused("password");
  await type("wrong");
  await press("Enter");
  await page.getByRole("alert").waitFor();
  await focused("username");
  const field = page.getByLabel("Username");
  assert.equal(await field.getAttribute("aria-invalid"), "true");
  assert.equal(await field.getAttribute("aria-describedby"), "alert");
  const outline = await field.evaluate((field) => getComputedStyle(field).outlineStyle);
  assert.equal(outline, "solid");
  await press("Tab");
  await type(PASSWORD);
  await press("Enter");
  await world.signedIn();
  // "Continue as", and somebody else.
  await page.goto(at.at("/login"));
  await press("Tab");
  const name = () => page.evaluate(() => document.activeElement.textContent);
  assert.equal(await name(), "Continue as ann");
  await press("Tab");
  assert.equal(await name(), "Sign in as someone else");
  await press("Enter");
  await page.getByLabel("Password").waitFor();
  await focused("username");
});

test("the keyboard is enough to sign up, and everything is reached in order", async () => {
  const at = await world.scene();
  const { page } = world;
  await page.goto(at.at("/signup"));
  await type("bea");
  await press("Tab");
  await type("bea@example.com");
  await press("Tab");
  await type(PASSWORD);
  await press("Tab");
  await type("else");
  await press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.textContent), "Create account");
  await press("Space");
  await page.getByText("The two passwords are not the same.").waitFor();
  await focused("confirm_password");
  await press("Shift+Tab");
  await type(PASSWORD);
  await press("Tab");
  await type(PASSWORD);
  await press("Enter");
  await page.getByText("We have sent a code").waitFor();
  await focused("code");
  await type(await world.code("bea"));
  await press("Enter");
  await page.getByText("Your account is confirmed.").waitFor();
  await focused("password");
});

test("without scripts everything works but passkeys, which say so", async () => {
  await world.open({ javaScriptEnabled: false });
  const at = await world.scene({
    pool: { Policies: { SignInPolicy: { AllowedFirstAuthFactors: ["PASSWORD", "WEB_AUTHN"] } } },
  });
  const { page } = world;
  await page.goto(at.at("/signup"));
  await world.signUp("bea", PASSWORD);
  await page.getByLabel("Code").fill(await world.code("bea"));
  await world.submit();
  await page.getByRole("link", { name: "Forgot your password?" }).click();
  await page.getByLabel("Username").fill("bea");
  await world.submit();
  await page.getByLabel("Code").fill(await world.code("bea"));
  await page.getByLabel("New password", { exact: true }).fill("Other-Horse-10");
  await page.getByLabel("Confirm new password").fill("Other-Horse-10");
  await world.submit();
  await page.getByLabel("Password").fill("Other-Horse-10");
  await world.submit();
  await world.signedIn();
  await page.goto(at.at("/passkeys/add"));
  await page.locator("noscript p").waitFor();
  await page.getByRole("button", { name: "Not now" }).click();
  await world.signedIn();
});
