//! Notes how operations answer, for the check that every error which the model declares is provoked by a
//! test somewhere: the wire tests read the notes of a whole run.

use std::collections::BTreeSet;
use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::sync::{LazyLock, Mutex, PoisonError};

/// The variable that names the file; without it nothing is noted.
const FILE: &str = "CENOTE_EXACTNESS";

struct Notes {
    file: File,
    noted: BTreeSet<String>,
}

static NOTES: LazyLock<Option<Mutex<Notes>>> = LazyLock::new(|| {
    let path = std::env::var_os(FILE)?;
    let file = OpenOptions::new().create(true).append(true).open(path);
    Some(Mutex::new(Notes {
        file: file.expect("a file for notes"),
        noted: BTreeSet::new(),
    }))
});

/// Notes `success` or the name of an error.
pub(crate) fn note(operation: &str, outcome: &str) {
    let Some(notes) = &*NOTES else { return };
    let mut notes = notes.lock().unwrap_or_else(PoisonError::into_inner);
    let line = format!("{operation} {outcome}\n");
    if notes.noted.insert(line.clone()) {
        // In one piece, since every test is a process of its own.
        notes
            .file
            .write_all(line.as_bytes())
            .expect("a note can be written");
    }
}
