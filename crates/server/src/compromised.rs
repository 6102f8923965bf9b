//! The list of compromised passwords, in files as Have I Been Pwned gives them out: a folder with a file for
//! each five digits, or one big file that is sorted by hash.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use async_trait::async_trait;
use cenote_idp::ports::CompromisedPasswords;

use crate::config::StartError;

/// The most that is read for one password; the real lists have some 40 kB.
const MAX_RANGE: u64 = 4 * 1024 * 1024;

/// The longest line that a sorted file may have.
const MAX_LINE: u64 = 1024;

/// A list on disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CompromisedList {
    path: PathBuf,
    is_folder: bool,
}

impl CompromisedList {
    /// The list at this path, which must be there.
    pub(crate) fn open(path: &Path) -> Result<Self, StartError> {
        let metadata = fs::metadata(path).map_err(|error| {
            StartError::environment(format!(
                "cannot read the list of compromised passwords {}: {error}; correct `compromised_passwords`",
                path.display()
            ))
        })?;
        Ok(Self {
            path: path.to_owned(),
            is_folder: metadata.is_dir(),
        })
    }
}

#[async_trait]
impl CompromisedPasswords for CompromisedList {
    async fn range(&self, prefix: &str) -> Result<String, String> {
        let (list, prefix) = (self.clone(), prefix.to_owned());
        let read = move || {
            if list.is_folder {
                of_folder(&list.path, &prefix)
            } else {
                of_file(&list.path, &prefix)
            }
        };
        let read = tokio::task::spawn_blocking(read).await;
        read.map_err(|error| error.to_string())?
            .map_err(|error| format!("{}: {error}", self.path.display()))
    }
}

/// What the prefix's own file holds; a list need not have all of them.
fn of_folder(folder: &Path, prefix: &str) -> io::Result<String> {
    for name in [format!("{prefix}.txt"), prefix.to_owned()] {
        match File::open(folder.join(name)) {
            Ok(file) => return bounded(file),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    Ok(String::new())
}

fn bounded(file: impl Read) -> io::Result<String> {
    let mut text = String::new();
    file.take(MAX_RANGE).read_to_string(&mut text)?;
    Ok(text)
}

/// The lines `HASH:COUNT` of a sorted file that begin with the prefix, without it.
fn of_file(path: &Path, prefix: &str) -> io::Result<String> {
    let mut file = BufReader::new(File::open(path)?);
    let length = file.get_ref().metadata()?.len();
    // The first place from which on every line is the prefix's or a later one's.
    let (mut from, mut to) = (0, length);
    while from < to {
        let middle = from.midpoint(to);
        go_to_line(&mut file, middle)?;
        let line = read_line(&mut file)?;
        let is_before = !line.is_empty() && line.as_str() < prefix;
        if is_before {
            from = middle + 1;
        } else {
            to = middle;
        }
    }
    go_to_line(&mut file, from)?;
    let mut found = String::new();
    while u64::try_from(found.len()).is_ok_and(|length| length < MAX_RANGE) {
        let line = read_line(&mut file)?;
        let Some(rest) = line.strip_prefix(prefix) else {
            break;
        };
        found += rest;
    }
    Ok(found)
}

/// Goes to the first line that begins at this place or after it.
fn go_to_line(file: &mut BufReader<File>, place: u64) -> io::Result<()> {
    let Some(before) = place.checked_sub(1) else {
        return file.rewind();
    };
    file.seek(SeekFrom::Start(before))?;
    file.by_ref().take(MAX_LINE).skip_until(b'\n')?;
    Ok(())
}

/// One line with its end, in upper case; empty at the end of the file.
fn read_line(file: &mut BufReader<File>) -> io::Result<String> {
    let mut line = String::new();
    file.by_ref().take(MAX_LINE).read_line(&mut line)?;
    line.make_ascii_uppercase();
    Ok(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A path of this test's own.
    fn place(name: &str) -> PathBuf {
        std::env::temp_dir().join(format!("cenote-list-{}-{name}", std::process::id()))
    }

    #[tokio::test]
    async fn a_folder_has_a_file_for_each_prefix() {
        let folder = place("folder");
        fs::create_dir(&folder).expect("a folder");
        fs::write(folder.join("0A1B2.txt"), "00FF:3\r\n01AA:1\r\n").expect("a file");
        fs::write(folder.join("FFFFF"), "1:1\n").expect("a file");
        let list = CompromisedList::open(&folder).expect("a list");
        assert_eq!(
            list.range("0A1B2").await.as_deref(),
            Ok("00FF:3\r\n01AA:1\r\n")
        );
        assert_eq!(list.range("FFFFF").await.as_deref(), Ok("1:1\n"));
        assert_eq!(list.range("00000").await.as_deref(), Ok(""));
        fs::remove_dir_all(&folder).expect("the folder goes");
    }

    #[tokio::test]
    async fn one_sorted_file_is_searched() {
        let path = place("file");
        let lines: Vec<String> = (0..2000_u32)
            .map(|n| format!("{:05X}{:035X}:{}\n", n / 4 * 7, n, n + 1))
            .collect();
        fs::write(&path, lines.concat()).expect("a file");
        let list = CompromisedList::open(&path).expect("a list");
        for prefix in [0, 7, 14, 7 * 250, 7 * 498, 7 * 499] {
            let prefix = format!("{prefix:05X}");
            let expected: String = lines
                .iter()
                .filter_map(|line| line.strip_prefix(&prefix))
                .collect();
            assert!(!expected.is_empty());
            assert_eq!(list.range(&prefix).await, Ok(expected), "{prefix}");
        }
        for prefix in ["00001", "00008", "FFFFF"] {
            assert_eq!(list.range(prefix).await.as_deref(), Ok(""), "{prefix}");
        }
        fs::remove_file(&path).expect("the file goes");
        assert!(list.range("00000").await.is_err());
    }

    #[test]
    fn a_list_that_is_not_there_ends_the_start() {
        let error = CompromisedList::open(Path::new("/nowhere/list")).expect_err("no list");
        assert!(
            error
                .to_string()
                .contains("correct `compromised_passwords`"),
            "{error}"
        );
    }
}
