//! The operations behind the forms.

use cenote_model::{CodeDeliveryDetailsType, DeliveryMediumType, Operation};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use super::Site;
use crate::{Cx, Error, Result, rpc};

/// Where a code went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SentTo {
    /// Whether by e-mail, or else by text message.
    pub by_email: bool,
    /// The masked address or number.
    pub destination: String,
}

impl From<CodeDeliveryDetailsType> for SentTo {
    fn from(details: CodeDeliveryDetailsType) -> Self {
        Self {
            by_email: details.delivery_medium == Some(DeliveryMediumType::Email),
            destination: details.destination.unwrap_or_default(),
        }
    }
}

/// What a sign-up led to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedUp {
    /// Whether the user can sign in without a code.
    pub is_confirmed: bool,
    /// Where the code went, if one was sent.
    pub sent_to: Option<SentTo>,
    /// A sign-in straight after the confirmation goes on with it.
    pub session: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    #[serde(default)]
    user_confirmed: bool,
    code_delivery_details: Option<CodeDeliveryDetailsType>,
    session: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Associated {
    secret_code: String,
    session: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Verified {
    session: String,
}

impl Site {
    /// Signs somebody up. Pools with passwordless sign-in take no password for an answer.
    pub async fn sign_up(
        &self,
        cx: &Cx,
        username: &str,
        password: Option<&str>,
        attributes: &[(String, String)],
    ) -> Result<SignedUp> {
        let attributes: Vec<Value> = attributes
            .iter()
            .map(|(name, value)| json!({"Name": name, "Value": value}))
            .collect();
        let mut input = Map::from_iter([("UserAttributes".to_owned(), attributes.into())]);
        if let Some(password) = password {
            input.insert("Password".to_owned(), password.into());
        }
        let answer = self.call(cx, Operation::SignUp, username, input).await?;
        Ok(SignedUp {
            is_confirmed: answer.user_confirmed,
            sent_to: answer.code_delivery_details.map(SentTo::from),
            session: answer.session,
        })
    }

    /// Confirms a sign-up with its code. Answers the session that a sign-in may go on with.
    pub async fn confirm_sign_up(
        &self,
        cx: &Cx,
        username: &str,
        code: &str,
        session: Option<&str>,
    ) -> Result<Option<String>> {
        let mut input = Map::from_iter([("ConfirmationCode".to_owned(), code.into())]);
        if let Some(session) = session {
            input.insert("Session".to_owned(), session.into());
        }
        let operation = Operation::ConfirmSignUp;
        Ok(self.call(cx, operation, username, input).await?.session)
    }

    /// Sends a new code of the sign-up.
    pub async fn resend_code(&self, cx: &Cx, username: &str) -> Result<Option<SentTo>> {
        let operation = Operation::ResendConfirmationCode;
        let answer = self.call(cx, operation, username, Map::new()).await?;
        Ok(answer.code_delivery_details.map(SentTo::from))
    }

    /// Sends a code that resets the password.
    pub async fn forgot_password(&self, cx: &Cx, username: &str) -> Result<()> {
        let operation = Operation::ForgotPassword;
        self.call(cx, operation, username, Map::new()).await?;
        Ok(())
    }

    /// Sets a new password with that code.
    pub async fn reset_password(
        &self,
        cx: &Cx,
        username: &str,
        code: &str,
        password: &str,
    ) -> Result<()> {
        let input = Map::from_iter([
            ("ConfirmationCode".to_owned(), code.into()),
            ("Password".to_owned(), password.into()),
        ]);
        let operation = Operation::ConfirmForgotPassword;
        self.call(cx, operation, username, input).await?;
        Ok(())
    }

    /// Makes the secret of an authenticator app for a sign-in that needs one. Answers it with the next session.
    pub async fn associate_app(&self, cx: &Cx, session: &str) -> Result<(String, String)> {
        let body = json!({"Session": session}).to_string();
        let operation = Operation::AssociateSoftwareToken;
        let answer = rpc::dispatch(cx, operation, body.as_bytes()).await?;
        let answer: Associated = read(operation, answer.as_deref())?;
        Ok((answer.secret_code, answer.session))
    }

    /// Registers the app with its first code. Answers the next session.
    pub async fn verify_app(
        &self,
        cx: &Cx,
        session: &str,
        code: &str,
        device: Option<&str>,
    ) -> Result<String> {
        let mut body = json!({"Session": session, "UserCode": code});
        if let Some(device) = device {
            body["FriendlyDeviceName"] = device.into();
        }
        let operation = Operation::VerifySoftwareToken;
        let answer = rpc::dispatch(cx, operation, body.to_string().as_bytes()).await?;
        let answer: Verified = read(operation, answer.as_deref())?;
        Ok(answer.session)
    }

    /// Runs an operation as the client would.
    async fn call(
        &self,
        cx: &Cx,
        operation: Operation,
        username: &str,
        mut input: Map<String, Value>,
    ) -> Result<Answer> {
        input.insert("ClientId".to_owned(), self.client.id.as_str().into());
        input.insert("Username".to_owned(), username.into());
        if let Some(hash) = self.client.secret_hash(cx, username)? {
            input.insert("SecretHash".to_owned(), hash.into());
        }
        let body = Value::Object(input).to_string();
        let answer = rpc::dispatch(cx, operation, body.as_bytes()).await?;
        read(operation, answer.as_deref())
    }
}

fn read<T: DeserializeOwned>(operation: Operation, answer: Option<&[u8]>) -> Result<T> {
    serde_json::from_slice(answer.unwrap_or(b"{}"))
        .map_err(|error| Error::internal(format!("{}: {error}", operation.name())))
}
