//! Refusals of what seeding asks for beyond the API.

use cenote_model::ErrorCode;

use super::Error;

impl Error {
    pub(crate) fn fixed_id_malformed(id: &str, form: &str) -> Self {
        Self::invalid(format!("{id:?} cannot be a fixed id: {form}."))
    }

    pub(crate) fn fixed_id_taken(id: &str) -> Self {
        Self::invalid(format!("The id {id} is taken."))
    }

    pub(crate) fn fixed_id_being_cleared(id: &str) -> Self {
        Self::new(
            ErrorCode::TooManyRequests,
            format!("A deleted pool with the id {id} is still being cleared away; try again."),
        )
    }

    pub(crate) fn fixed_id_without_place(operation: &str) -> Self {
        Self::invalid(format!("What {operation} makes cannot have a fixed id."))
    }
}
