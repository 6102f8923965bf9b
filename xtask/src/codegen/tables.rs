//! The operation table, the error codes and the dispatch.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::names::snake;
use super::plan::{Auth, Plan, SHARED};

/// The list of generated modules of shapes, and the module file that joins them.
pub(super) fn modules(plan: &Plan) -> (Vec<String>, String) {
    let mut modules: Vec<_> = plan
        .families()
        .map(|(family, _)| family.to_owned())
        .collect();
    modules.push(SHARED.to_owned());
    modules.sort_unstable();
    let mut file =
        "//! What the service model says, as Rust.\n\nmod errors;\nmod operations;\n".to_owned();
    for module in &modules {
        let _ = writeln!(file, "mod {module};");
    }
    file.push_str("\npub use errors::*;\npub use operations::*;\n");
    for module in &modules {
        let _ = writeln!(file, "pub use {module}::*;");
    }
    (modules, file)
}

/// The enumeration of operations and their table.
pub(super) fn operations(plan: &Plan) -> Result<String, String> {
    let names: Vec<_> = plan.service.operations.keys().map(String::as_str).collect();
    let count = names.len();
    let mut file = format!(
        "//! The operation table.\n\n\
         use crate::{{AuthClass, ErrorCode as E, OperationInfo}};\n\n\
         /// Every operation of the API, in order of name.\n\
         #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]\n\
         pub enum Operation {{ {} }}\n\n\
         impl Operation {{\n\
         /// Every operation, in order of name.\n\
         pub const ALL: [Self; {count}] = [{}];\n\
         }}\n\n\
         /// A row for each operation, in the order of the enumeration.\n\
         pub(crate) static OPERATIONS: [OperationInfo; {count}] = [\n",
        names.join(", "),
        names
            .iter()
            .map(|name| format!("Self::{name}"))
            .collect::<Vec<_>>()
            .join(", "),
    );
    for (name, operation) in &plan.service.operations {
        let auth = plan.auth(name, operation)?;
        let errors: Result<Vec<_>, _> = operation
            .errors
            .iter()
            .map(|error| error.shape.as_str())
            .chain(plan.errors_also(name))
            .map(|error| code(error).map(|code| format!("E::{code}")))
            .collect();
        let _ = writeln!(
            file,
            "OperationInfo {{ name: {name:?}, family: {:?}, auth: AuthClass::{auth:?}, errors: &[{}], \
             has_output: {} }},",
            plan.family(name),
            errors?.join(", "),
            operation.output.is_some(),
        );
    }
    Ok(file + "];\n")
}

/// The error codes.
pub(super) fn errors(plan: &Plan) -> Result<String, String> {
    let errors = plan.errors()?;
    let (mut variants, mut all, mut names) = (String::new(), String::new(), String::new());
    let mut statuses = BTreeMap::<u16, Vec<String>>::new();
    for (name, status) in &errors {
        let variant = code(name)?;
        let _ = write!(variants, "/// `{name}`\n{variant},\n");
        let _ = write!(all, "Self::{variant}, ");
        let _ = writeln!(names, "Self::{variant} => {name:?},");
        statuses
            .entry(*status)
            .or_default()
            .push(format!("Self::{variant}"));
    }
    // Nearly everything is 400.
    statuses.remove(&400);
    let mut arms = String::new();
    for (status, variants) in &statuses {
        let _ = writeln!(arms, "{} => {status},", variants.join(" | "));
    }
    let count = errors.len();
    Ok(format!(
        "//! The error codes.\n\n\
         /// Every refusal that has a name on the wire.\n\
         #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]\n\
         pub enum ErrorCode {{ {variants} }}\n\n\
         impl ErrorCode {{\n\
         /// Every code, in order of name.\n\
         pub const ALL: [Self; {count}] = [{all}];\n\n\
         /// The name on the wire.\n\
         pub const fn name(self) -> &'static str {{ match self {{ {names} }} }}\n\n\
         /// The HTTP status.\n\
         pub const fn status(self) -> u16 {{ match self {{ {arms} _ => 400, }} }}\n\
         }}\n"
    ))
}

/// The call of each operation by name, so that a missing one does not compile.
pub(super) fn dispatch(plan: &Plan) -> Result<String, String> {
    let mut families: Vec<_> = plan.families().map(|(family, _)| family).collect();
    families.sort_unstable();
    let mut file = format!(
        "//! From an operation to the function that performs it.\n\n\
         use cenote_model as model;\n\
         use cenote_model::Operation;\n\n\
         use crate::ops::{{{}}};\n\
         use crate::rpc::{{input, output}};\n\
         use crate::token::authenticate;\n\
         use crate::{{Cx, Error}};\n\n\
         /// Decodes the input, finds the caller where an access token is asked for, and performs the operation.\n\
         /// Each call is boxed: the future of one request is not as large as that of the largest operation.\n\
         #[expect(clippy::too_many_lines, reason = \"an arm for each operation\")]\n\
         pub(crate) async fn call(cx: &Cx, operation: Operation, body: &[u8]) -> Result<Option<Vec<u8>>, Error> {{\n\
         match operation {{\n",
        families.join(", "),
    );
    for (name, operation) in &plan.service.operations {
        let request = &operation.input.shape;
        // An operation that takes a session instead of the token finds its caller itself.
        let by_token = plan.auth(name, operation)? == Auth::AccessToken
            && plan.shape(request)?.requires("AccessToken");
        let caller = if by_token {
            "let caller = authenticate(cx, &input.access_token).await?;\n"
        } else {
            ""
        };
        let arguments = if by_token {
            "cx, &caller, &input"
        } else {
            "cx, &input"
        };
        let call = format!("{}::{}({arguments}).await?", plan.family(name), snake(name));
        let end = if operation.output.is_some() {
            format!("output(&{call})")
        } else {
            format!("{call};\nOk(None)")
        };
        let _ = writeln!(
            file,
            "Operation::{name} => Box::pin(async {{\nlet input = input::<model::{request}>(body)?;\n{caller}{end}\n\
             }}).await,"
        );
    }
    Ok(file + "}\n}\n")
}

/// The variant of an error: its name without the suffix that all share.
fn code(name: &str) -> Result<&str, String> {
    name.strip_suffix("Exception")
        .ok_or_else(|| format!("{name} does not end in Exception"))
}
