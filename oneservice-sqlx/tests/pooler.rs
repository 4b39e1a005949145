//! PgBouncer between the library and PostgreSQL: refused in words where it mixes connections, of use where it does not.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use oneservice_core::store::{Log, Outcome, Requests, StoreError, Written};
use oneservice_core::testing::fixtures::{commit, office};
use oneservice_sqlx::PostgresStore;
use oneservice_sqlx::testing::PostgresServer;
use tempfile::TempDir;

struct Pooler {
    folder: TempDir,
    child: Child,
}

impl Drop for Pooler {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Pooler {
    /// Starts PgBouncer before `server`, pooling by `mode`; with `more` settings.
    async fn start(server: &PostgresServer, mode: &str, more: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let settings = folder.path().join("pgbouncer.ini");
        let text = format!(
            "[databases]\npostgres = host={} user=postgres\n[pgbouncer]\nunix_socket_dir = {}\nlisten_port = 5432\n\
             auth_type = any\npool_mode = {mode}\n{more}\n",
            server.folder().display(),
            folder.path().display()
        );
        fs::write(&settings, text).unwrap();
        // Like PostgreSQL, it does not run as root.
        let owner = fs::metadata(server.folder()).unwrap();
        for path in [folder.path(), &settings] {
            chown(path, Some(owner.uid()), Some(owner.gid())).unwrap();
        }
        // Debian keeps it where only root's path leads.
        let program = ["/usr/sbin/pgbouncer"].into_iter().find(|path| fs::exists(path).unwrap());
        let mut command = Command::new(program.unwrap_or("pgbouncer"));
        command.arg("-q").arg(&settings).stderr(Stdio::null());
        if fs::metadata("/proc/self").unwrap().uid() == 0 {
            command.uid(owner.uid()).gid(owner.gid());
        }
        let child = command.spawn().expect("PgBouncer is not installed: run 'apt-get install pgbouncer'");
        let pooler = Self { folder, child };
        while !pooler.folder.path().join(".s.PGSQL.5432").exists() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        pooler
    }

    async fn open(&self) -> Result<PostgresStore, StoreError> {
        let url = format!("postgres://postgres@localhost/postgres?host={}", self.folder.path().display());
        PostgresStore::open(&url.parse().unwrap()).await
    }
}

const IGNORES: &str = "ignore_startup_parameters = extra_float_digits";

#[tokio::test]
async fn a_proxy_that_pools_by_transaction_is_refused_in_words() {
    let server = PostgresServer::start(&["fsync=off"]).unwrap();
    let pooler = Pooler::start(&server, "transaction", IGNORES).await;
    match pooler.open().await {
        Err(StoreError::Unavailable { written: Written::No, source, .. }) => {
            assert!(source.to_string().contains("pools by transaction"), "{source}");
        }
        other => panic!("{other:?}"),
    }
    // It was found out before anything was made.
    let direct = server.url().parse().unwrap();
    assert_eq!(PostgresStore::schema(&direct).await.unwrap().found, 0);
}

#[tokio::test]
async fn a_proxy_that_pools_by_session_is_as_good_as_none() {
    let server = PostgresServer::start(&["fsync=off"]).unwrap();
    let pooler = Pooler::start(&server, "session", IGNORES).await;
    let store = pooler.open().await.unwrap();
    let batch: Vec<_> = (1..=20).map(|n| commit(n, 0)).collect();
    for outcome in store.commit(&batch).await.unwrap() {
        assert!(matches!(outcome, Outcome::Committed(_)), "{outcome:?}");
    }
    assert_eq!(store.head(&office()).await.unwrap().size, 20);
    store.close().await;
}
