//! The root key: the one secret that lives outside the database, and under which all others are sealed.
//!
//! A key is 64 hexadecimal digits. A file or an environment variable holds one, or several separated
//! by white space: the first seals, the others only open what they sealed before.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use aws_lc_rs::digest;
use data_encoding::{HEXLOWER, HEXLOWER_PERMISSIVE};
use zeroize::Zeroizing;

use crate::ports::Entropy;

/// The longest file that can be one of keys.
const MAX_FILE_BYTES: u64 = 4096;

/// One root key with the id that sealed values carry.
pub(super) struct RootKey {
    pub(super) id: [u8; 4],
    pub(super) secret: Zeroizing<[u8; 32]>,
}

impl RootKey {
    fn new(secret: [u8; 32]) -> Self {
        let secret = Zeroizing::new(secret);
        let mut id = [0; 4];
        id.copy_from_slice(&digest::digest(&digest::SHA256, &*secret).as_ref()[..4]);
        Self { id, secret }
    }
}

/// The root keys: the current one, which seals, and older ones, which still open.
pub struct RootKeys {
    pub(super) current: RootKey,
    pub(super) older: Vec<RootKey>,
}

impl std::fmt::Debug for RootKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "RootKeys({} older)", self.older.len())
    }
}

/// Why there is no root key. Each text is one line that says what to do, and never shows a key.
#[derive(Debug, thiserror::Error)]
pub enum RootKeyError {
    /// No such file.
    #[error("the root key file {} does not exist; make one, or correct its path", .0.display())]
    Missing(PathBuf),
    /// Others may read it.
    #[error(
        "the root key file {} can be read by other users (mode {mode:04o}); run: chmod 600 {}",
        .path.display(), .path.display()
    )]
    Exposed {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// Its content is no key.
    #[error("{origin} is not a root key: expected 64 hexadecimal digits; restore it from a backup")]
    Corrupted {
        /// What was read.
        origin: String,
    },
    /// Making a key would overwrite one.
    #[error("the root key file {} exists already; move it away to make a new one", .0.display())]
    Exists(PathBuf),
    /// The file could not be read or written.
    #[error("the root key file {} could not be used: {cause}", .path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        cause: io::Error,
    },
}

impl RootKeys {
    /// Keys that are given as bytes.
    pub fn new(current: [u8; 32], older: impl IntoIterator<Item = [u8; 32]>) -> Self {
        Self {
            current: RootKey::new(current),
            older: older.into_iter().map(RootKey::new).collect(),
        }
    }

    /// A key for a database that will not outlive the process.
    pub fn random(entropy: &dyn Entropy) -> Self {
        Self::new(*random_key(entropy), [])
    }

    /// Reads keys from the text of an environment variable or a credential; `origin` names it in
    /// the error.
    pub fn parse(text: &str, origin: &str) -> Result<Self, RootKeyError> {
        let corrupted = || RootKeyError::Corrupted {
            origin: origin.to_owned(),
        };
        let mut keys = text
            .split_ascii_whitespace()
            .map(|word| parse_key(word).ok_or_else(corrupted));
        let current = keys.next().ok_or_else(corrupted)??;
        Ok(Self {
            current,
            older: keys.collect::<Result<_, _>>()?,
        })
    }

    /// Reads a key file, which nobody but its owner may be able to read.
    pub fn load(path: &Path) -> Result<Self, RootKeyError> {
        let failed = |cause: io::Error| match cause.kind() {
            io::ErrorKind::NotFound => RootKeyError::Missing(path.to_owned()),
            _ => RootKeyError::Io {
                path: path.to_owned(),
                cause,
            },
        };
        let file = File::open(path).map_err(failed)?;
        check_permissions(path, &file.metadata().map_err(failed)?)?;
        let mut bytes = Zeroizing::new(Vec::new());
        file.take(MAX_FILE_BYTES)
            .read_to_end(&mut bytes)
            .map_err(failed)?;
        let origin = format!("the content of the file {}", path.display());
        let text = str::from_utf8(&bytes).unwrap_or_default();
        Self::parse(text, &origin)
    }

    /// Makes a key and writes it to a new file that only its owner can read. The file appears whole
    /// or not at all, and never in place of another.
    pub fn create(path: &Path, entropy: &dyn Entropy) -> Result<Self, RootKeyError> {
        let key = random_key(entropy);
        let mut tag = [0; 8];
        entropy.fill(&mut tag);
        let mut draft = path.as_os_str().to_owned();
        draft.push(format!(".{}", HEXLOWER.encode(&tag)));
        let draft = PathBuf::from(draft);

        let text = Zeroizing::new(HEXLOWER.encode(&*key) + "\n");
        // A link, unlike a rename, fails when the name is taken.
        let outcome = write_private(&draft, text.as_bytes())
            .and_then(|()| fs::hard_link(&draft, path))
            .and_then(|()| sync_directory(path));
        let tidied = fs::remove_file(&draft);
        match outcome.and(tidied) {
            Ok(()) => Ok(Self::new(*key, [])),
            Err(cause) if cause.kind() == io::ErrorKind::AlreadyExists => {
                Err(RootKeyError::Exists(path.to_owned()))
            }
            Err(cause) => Err(RootKeyError::Io {
                path: path.to_owned(),
                cause,
            }),
        }
    }
}

fn random_key(entropy: &dyn Entropy) -> Zeroizing<[u8; 32]> {
    let mut key = Zeroizing::new([0; 32]);
    entropy.fill(&mut *key);
    key
}

fn parse_key(word: &str) -> Option<RootKey> {
    let bytes = Zeroizing::new(HEXLOWER_PERMISSIVE.decode(word.as_bytes()).ok()?);
    Some(RootKey::new(bytes.as_slice().try_into().ok()?))
}

#[cfg(unix)]
fn check_permissions(path: &Path, metadata: &fs::Metadata) -> Result<(), RootKeyError> {
    use std::os::unix::fs::PermissionsExt as _;

    let mode = metadata.permissions().mode() & 0o7777;
    let open_to_others = mode & 0o077;
    if open_to_others == 0 {
        Ok(())
    } else {
        Err(RootKeyError::Exposed {
            path: path.to_owned(),
            mode,
        })
    }
}

#[cfg(not(unix))]
fn check_permissions(_: &Path, _: &fs::Metadata) -> Result<(), RootKeyError> {
    Ok(())
}

fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Makes the new name durable: what is sealed from now on is lost without the file.
#[cfg(unix)]
fn sync_directory(path: &Path) -> io::Result<()> {
    let directory = path
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty());
    File::open(directory.unwrap_or(Path::new(".")))?.sync_all()
}

#[cfg(not(unix))]
fn sync_directory(_: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ports::SystemEntropy;

    const TEXT: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

    /// A directory of its own for one test, removed at the end.
    struct Scratch(PathBuf);

    impl Scratch {
        fn new() -> Self {
            let mut tag = [0; 8];
            SystemEntropy.fill(&mut tag);
            let path = std::env::temp_dir().join(format!("cenote-root-{}", HEXLOWER.encode(&tag)));
            fs::create_dir(&path).unwrap();
            Self(path)
        }

        fn write(&self, content: &[u8]) -> PathBuf {
            let path = self.0.join("root.key");
            write_private(&path, content).unwrap();
            path
        }
    }

    impl Drop for Scratch {
        fn drop(&mut self) {
            fs::remove_dir_all(&self.0).unwrap();
        }
    }

    #[test]
    fn a_created_key_loads_again_and_is_not_overwritten() {
        let scratch = Scratch::new();
        let path = scratch.0.join("root.key");
        let made = RootKeys::create(&path, &SystemEntropy).unwrap();
        let loaded = RootKeys::load(&path).unwrap();
        assert_eq!(made.current.secret, loaded.current.secret);
        assert_eq!(made.current.id, loaded.current.id);
        assert!(loaded.older.is_empty());

        let again = RootKeys::create(&path, &SystemEntropy).unwrap_err();
        assert!(matches!(again, RootKeyError::Exists(_)), "{again}");
        assert_eq!(
            RootKeys::load(&path).unwrap().current.secret,
            made.current.secret
        );
        assert_eq!(
            fs::read_dir(&scratch.0).unwrap().count(),
            1,
            "no draft stays behind"
        );
    }

    #[test]
    fn several_keys_are_a_current_one_and_older_ones() {
        let text = format!("{}\r\n{TEXT}\n\n", "A".repeat(64));
        let keys = RootKeys::parse(&text, "CENOTE_ROOT_KEY").unwrap();
        assert_eq!(*keys.current.secret, [0xaa; 32]);
        assert_eq!(keys.older.len(), 1);
        // The start of the SHA-256 of the bytes 0 to 31.
        assert_eq!(keys.older[0].id, [0x63, 0x0d, 0xcd, 0x29]);
    }

    #[test]
    fn a_missing_file_is_named() {
        let scratch = Scratch::new();
        let path = scratch.0.join("absent.key");
        let error = RootKeys::load(&path).unwrap_err();
        assert!(matches!(error, RootKeyError::Missing(_)));
        assert!(error.to_string().contains("absent.key does not exist"));
    }

    #[test]
    fn a_corrupted_key_is_refused_without_showing_it() {
        let short = &TEXT[..63];
        let mixed = format!("{TEXT} {short}");
        for text in ["", " \n", "g", short, &format!("{TEXT}00"), &mixed] {
            let error = RootKeys::parse(text, "CENOTE_ROOT_KEY")
                .unwrap_err()
                .to_string();
            assert!(
                error.starts_with("CENOTE_ROOT_KEY is not a root key"),
                "{error}"
            );
            assert!(!error.contains("0001"), "{error}");
        }
        let scratch = Scratch::new();
        let error = RootKeys::load(&scratch.write(b"\xff\xfe")).unwrap_err();
        assert!(matches!(error, RootKeyError::Corrupted { .. }), "{error}");
        assert!(!error.to_string().contains('\n'));
    }

    #[cfg(unix)]
    #[test]
    fn a_file_that_others_can_read_is_refused() {
        use std::os::unix::fs::PermissionsExt as _;

        let scratch = Scratch::new();
        let path = scratch.write(TEXT.as_bytes());
        for mode in [0o644, 0o640, 0o602] {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            let error = RootKeys::load(&path).unwrap_err().to_string();
            assert!(
                error.ends_with(&format!("run: chmod 600 {}", path.display())),
                "{error}"
            );
            assert!(error.contains(&format!("(mode {mode:04o})")), "{error}");
        }
        fs::set_permissions(&path, fs::Permissions::from_mode(0o400)).unwrap();
        assert_eq!(
            RootKeys::load(&path).unwrap().current.id,
            [0x63, 0x0d, 0xcd, 0x29]
        );
    }

    #[test]
    fn debug_shows_no_key() {
        let keys = RootKeys::parse(TEXT, "test").unwrap();
        assert_eq!(format!("{keys:?}"), "RootKeys(0 older)");
    }
}
