//! A throw-away PostgreSQL for tests and benches, from the system's own programs.
//!
//! It listens on a socket in a folder of its own, belongs to no root, and is stopped and erased when the program that started it
//! ends, however it ends.

use std::io::{self, BufRead, BufReader, Write};
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use std::{fs, thread};

/// What keeps the server: makes the database, obeys the words that come in, and clears up when no more can come.
const KEEPER: &str = r#"
bin=$1; folder=$2; settings=$3; source=$4; name=$5
start() { "$bin/postgres" -D "$folder/data" -k "$folder" $settings >> "$folder/log" 2>&1 < /dev/null & pid=$!; }
end() { kill "-$1" "$pid" 2> /dev/null; wait "$pid" 2> /dev/null; }
if [ -z "$source" ]; then
  "$bin/initdb" -D "$folder/data" -A trust -U postgres --no-sync -E UTF8 --locale=C.UTF-8 > "$folder/initdb" 2>&1 || exit 1
else
  "$bin/pg_basebackup" -D "$folder/data" -h "$source" -U postgres -d "application_name=$name" -R -X stream -c fast --no-sync > "$folder/initdb" 2>&1 || exit 1
fi
start; echo "done $pid"
while read -r word; do
  case $word in
    kill) end KILL ;;
    stop) end INT ;;
    start) wait "$pid" 2> /dev/null; start ;;
    promote) "$bin/pg_ctl" -D "$folder/data" -w promote > /dev/null ;;
  esac
  echo "done $pid"
done
end QUIT; rm -rf "$folder"
"#;

/// Where its files lie. Short, since the path of a socket has a narrow bound.
const FOLDER: &str = "/tmp";

/// How long a server may take to be there.
const READY: Duration = Duration::from_secs(60);

/// A PostgreSQL server that ends with this value.
#[derive(Debug)]
pub struct PostgresServer {
    folder: PathBuf,
    _keeper: Child,
    words: ChildStdin,
    answers: BufReader<ChildStdout>,
    /// The server's process.
    process: String,
}

impl PostgresServer {
    /// Makes an empty database and starts a server on it, with `settings` (each `name=value`).
    ///
    /// # Errors
    /// When PostgreSQL's programs are not there (the message says what to install), or it does not start.
    pub fn start(settings: &[&str]) -> io::Result<Self> {
        Self::start_in(Path::new(FOLDER), settings)
    }

    /// The same, with its files below `folder`; its path must be short.
    ///
    /// # Errors
    /// As [`start`](Self::start).
    pub fn start_in(folder: &Path, settings: &[&str]) -> io::Result<Self> {
        Self::make(folder, settings, None)
    }

    /// Starts a standby of this server, called `name` towards it.
    ///
    /// # Errors
    /// As [`start`](Self::start).
    pub fn standby(&self, settings: &[&str], name: &str) -> io::Result<Self> {
        Self::make(Path::new(FOLDER), settings, Some((&self.folder, name)))
    }

    fn make(within: &Path, settings: &[&str], source: Option<(&Path, &str)>) -> io::Result<Self> {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let programs = programs()?;
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let folder = within.join(format!("oneservice-pg-{}-{number}", std::process::id()));
        fs::create_dir(&folder)?;
        let mut keeper = Command::new("sh");
        if fs::metadata("/proc/self")?.uid() == 0 {
            // PostgreSQL does not run as root.
            let (user, group) = other_user()?;
            chown(&folder, Some(user), Some(group))?;
            keeper.uid(user).gid(group);
        }
        let always = ["listen_addresses=", "max_connections=60", "shared_buffers=32MB", "wal_level=replica"];
        let settings: String =
            always.iter().chain(settings).map(|setting| format!(" -c {setting}")).collect();
        keeper.args(["-c", KEEPER, "keeper"]).arg(&programs).arg(&folder).arg(settings.trim());
        if let Some((primary, name)) = source {
            keeper.arg(primary).arg(name);
        }
        keeper.current_dir(&folder);
        let mut keeper = keeper.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let lost = || io::Error::other("the keeper has no ends");
        let words = keeper.stdin.take().ok_or_else(lost)?;
        let answers = BufReader::new(keeper.stdout.take().ok_or_else(lost)?);
        let mut server = Self { folder, _keeper: keeper, words, answers, process: String::new() };
        server.obeyed()?;
        server.wait_until_ready()?;
        Ok(server)
    }

    /// Where the server's database is, as a store's URL; a schema can be added by `&schema=…`.
    pub fn url(&self) -> String {
        format!("postgres://postgres@localhost/postgres?host={}", self.folder.display())
    }

    /// The folder that holds the socket and, in `data`, the database.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// What the server has logged so far.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn log(&self) -> io::Result<String> {
        fs::read_to_string(self.folder.join("log"))
    }

    /// Kills the server (`kill -9`): it gets no chance to finish anything.
    ///
    /// # Errors
    /// When the keeper is gone.
    pub fn kill(&mut self) -> io::Result<()> {
        self.say("kill")
    }

    /// Stops the server in an orderly way.
    ///
    /// # Errors
    /// When the keeper is gone.
    pub fn stop(&mut self) -> io::Result<()> {
        self.say("stop")
    }

    /// Starts a server that was killed or stopped, and waits until it answers.
    ///
    /// # Errors
    /// When it does not start.
    pub fn restart(&mut self) -> io::Result<()> {
        let begun = Instant::now();
        loop {
            self.say("start")?;
            match self.wait_until_ready() {
                Ok(()) => return Ok(()),
                Err(error) if begun.elapsed() > READY => return Err(error),
                // After a kill the old one's children may still hold the memory: then the new one gives up at once.
                Err(_) => thread::sleep(Duration::from_millis(50)),
            }
        }
    }

    /// Makes a standby the primary.
    ///
    /// # Errors
    /// When the keeper is gone.
    pub fn promote(&mut self) -> io::Result<()> {
        self.say("promote")
    }

    fn say(&mut self, word: &str) -> io::Result<()> {
        writeln!(self.words, "{word}")?;
        self.obeyed()
    }

    fn obeyed(&mut self) -> io::Result<()> {
        let mut line = String::new();
        self.answers.read_line(&mut line)?;
        if let Some(process) = line.strip_prefix("done ") {
            process.trim().clone_into(&mut self.process);
            return Ok(());
        }
        let said = fs::read_to_string(self.folder.join("initdb")).unwrap_or_default();
        Err(io::Error::other(format!("PostgreSQL could not be set up: {said}")))
    }

    fn wait_until_ready(&self) -> io::Result<()> {
        let state = self.folder.join("data/postmaster.pid");
        let begun = Instant::now();
        while begun.elapsed() < READY && self.is_alive() {
            // The first line is the process (a killed one leaves its file behind), the last says how far it is.
            let text = fs::read_to_string(&state).unwrap_or_default();
            let ends = ["ready", "standby"].iter().any(|word| text.trim_end().ends_with(word));
            if ends && text.lines().next() == Some(&self.process) {
                return Ok(());
            }
            thread::sleep(Duration::from_millis(10));
        }
        Err(io::Error::other(format!("PostgreSQL does not answer: {}", self.log()?)))
    }

    fn is_alive(&self) -> bool {
        let state = fs::read_to_string(format!("/proc/{}/stat", self.process));
        state.is_ok_and(|state| !state.contains(") Z"))
    }
}

/// Where PostgreSQL's programs are: the latest of Debian's, or those on the path.
fn programs() -> io::Result<PathBuf> {
    let mut found: Vec<(u32, PathBuf)> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|version| Some((version.file_name().to_str()?.parse().ok()?, version.path().join("bin"))))
        .filter(|(_, folder): &(u32, PathBuf)| folder.join("initdb").exists())
        .collect();
    found.sort();
    let on_path = || {
        let path = std::env::var_os("PATH")?;
        std::env::split_paths(&path).find(|folder| folder.join("initdb").exists())
    };
    let missing = || {
        io::Error::new(
            io::ErrorKind::NotFound,
            "PostgreSQL is not installed: run 'apt-get install postgresql'",
        )
    };
    found.pop().map(|(_, folder)| folder).or_else(on_path).ok_or_else(missing)
}

/// A user that is not root: PostgreSQL's own, or nobody.
fn other_user() -> io::Result<(u32, u32)> {
    let users = fs::read_to_string(Path::new("/etc/passwd"))?;
    let ids = |name: &str| {
        let line = users.lines().find(|line| line.split(':').next() == Some(name))?;
        let mut parts = line.split(':').skip(2);
        Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
    };
    ids("postgres").or_else(|| ids("nobody")).ok_or_else(|| io::Error::other("no user but root"))
}
