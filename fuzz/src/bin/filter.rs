//! The filter of ListUsers, from the text to the rows.
#![no_main]

use cenote_fuzz::World;
use cenote_model::{ErrorCode, Operation};
use libfuzzer_sys::fuzz_target;
use serde_json::json;

fuzz_target!(|filter: &str| {
    let world = World::get();
    let body = json!({"UserPoolId": world.pool, "Filter": filter}).to_string();
    match world.call(Operation::ListUsers, body.as_bytes()) {
        Ok(_) => {}
        Err(error) => assert_eq!(error.code, ErrorCode::InvalidParameter, "{error:?}"),
    }
});
