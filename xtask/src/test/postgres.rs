//! A temporary PostgreSQL cluster on a free port of 127.0.0.1, removed at the end.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::{available, install, is_root, perform};

/// The account that owns the cluster when root runs the tests: PostgreSQL refuses root.
const ACCOUNT: &str = "postgres";

/// The folder of PostgreSQL's programs; installs them where that is possible.
pub(super) fn programs() -> Result<PathBuf, String> {
    if let Some(found) = find() {
        return Ok(found);
    }
    install(&["postgresql", "postgresql-client"])?;
    find().ok_or_else(|| "PostgreSQL was installed, but no initdb is found".to_owned())
}

/// Debian keeps them out of the PATH, in a folder for each version.
fn find() -> Option<PathBuf> {
    let version = |folder: &Path| folder.file_name()?.to_str()?.parse::<u32>().ok();
    let debian = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .filter(|folder| folder.join("bin/initdb").is_file())
        .max_by_key(|folder| version(folder));
    let path = std::env::var_os("PATH")?;
    debian
        .map(|folder| folder.join("bin"))
        .or_else(|| std::env::split_paths(&path).find(|folder| folder.join("initdb").is_file()))
}

/// A running cluster; dropping it ends and removes it.
#[derive(Debug)]
pub(super) struct Cluster {
    programs: PathBuf,
    folder: PathBuf,
    port: u16,
}

impl Cluster {
    pub(super) fn start(programs: &Path) -> Result<Self, String> {
        println!("== starting PostgreSQL");
        let folder = std::env::temp_dir().join(format!("cenote-postgres-{}", std::process::id()));
        fs::create_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        let cluster = Self {
            programs: programs.to_owned(),
            folder,
            port: free_port()?,
        };
        if is_root() {
            if !available("runuser") {
                return Err(
                    "runuser is missing; run the tests as another user than root".to_owned(),
                );
            }
            perform(Command::new("chown").arg(ACCOUNT).arg(&cluster.folder))?;
        }
        // A language's own order of letters: what relies on the order of bytes must say so itself.
        cluster.run("initdb", |command| {
            command
                .arg("--pgdata")
                .arg(cluster.data())
                .args([
                    "--username=cenote",
                    "--auth=trust",
                    "--encoding=UTF8",
                    "--locale=C",
                ])
                .args(["--locale-provider=icu", "--icu-locale=en-US"])
        })?;
        let options = format!(
            "-c listen_addresses=127.0.0.1 -c port={} -c unix_socket_directories={} \
             -c fsync=on -c max_connections=300",
            cluster.port,
            cluster.folder.display()
        );
        cluster.run("pg_ctl", |command| {
            command
                .arg("--pgdata")
                .arg(cluster.data())
                .arg("--log")
                .arg(cluster.folder.join("log"))
                .args(["--wait", "--options", &options, "start"])
        })?;
        Ok(cluster)
    }

    /// The address of one of its databases.
    pub(super) fn url(&self, database: &str) -> String {
        format!("postgres://cenote@127.0.0.1:{}/{database}", self.port)
    }

    /// Makes a database; gives its address.
    pub(super) fn create(&self, database: &str) -> Result<String, String> {
        let url = self.url("postgres");
        self.run("psql", |command| {
            command
                .args(["--no-psqlrc", "--quiet", "--command"])
                .arg(format!("CREATE DATABASE {database}"))
                .arg(url)
        })?;
        Ok(self.url(database))
    }

    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    /// Runs one of PostgreSQL's programs, never as root.
    fn run(
        &self,
        program: &str,
        arguments: impl FnOnce(&mut Command) -> &mut Command,
    ) -> Result<(), String> {
        let program = self.programs.join(program);
        let mut command = if is_root() {
            let mut command = Command::new("runuser");
            command.args(["-u", ACCOUNT, "--"]).arg(program);
            command
        } else {
            Command::new(program)
        };
        command
            .current_dir(&self.folder)
            .stdin(Stdio::null())
            .stdout(Stdio::null());
        perform(arguments(&mut command))
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if self.data().join("postmaster.pid").exists() {
            let stopped = self.run("pg_ctl", |command| {
                command
                    .arg("--pgdata")
                    .arg(self.data())
                    .args(["--mode=immediate", "stop"])
            });
            if let Err(why) = stopped {
                eprintln!(
                    "PostgreSQL on port {} could not be stopped: {why}",
                    self.port
                );
            }
        }
        if let Err(error) = fs::remove_dir_all(&self.folder) {
            eprintln!("{}: {error}", self.folder.display());
        }
    }
}

fn free_port() -> Result<u16, String> {
    TcpListener::bind(("127.0.0.1", 0))
        .and_then(|listener| listener.local_addr())
        .map(|address| address.port())
        .map_err(|error| format!("no free port on 127.0.0.1: {error}"))
}
