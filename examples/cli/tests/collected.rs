//! Every service of the pilot's catalogue, from the draft into the applicant's hands, by the script that an operator runs.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::LazyLock;

use oneservice_pilot::fake;
use oneservice_sqlx::testing::PostgresServer;
use serde_json::Value;

fn here(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// The pilot's catalogue, of an office that is open every day: sites are inspected on the day of the test.
static CATALOG: LazyLock<tempfile::TempDir> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    fake::open_every_day(&here("../catalog/battambang"), folder.path()).unwrap();
    folder
});

fn command(program: impl AsRef<std::ffi::OsStr>) -> Command {
    let mut command = Command::new(program);
    command.env("ONESERVICE", env!("CARGO_BIN_EXE_oneservice")).env("ONESERVICE_CATALOG", CATALOG.path());
    command
}

/// What the real program prints, one JSON value a line.
fn ask(arguments: &[&str]) -> Vec<Value> {
    let output = command(env!("CARGO_BIN_EXE_oneservice")).arg("--json").args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn drive(data: &Path, store: Option<&str>, services: &[String]) -> Output {
    let mut script = command(here("from-draft-to-collected.sh"));
    if let Some(store) = store {
        script.env("ONESERVICE_STORE", store);
    }
    script.arg(data).args(services).output().unwrap()
}

/// The acts that led to the applicant's hands, by service.
fn ways(output: &Output) -> BTreeMap<String, Vec<String>> {
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{text}\n{}", String::from_utf8_lossy(&output.stderr));
    let line = |line: &str| {
        let (begin, way) = line.split_once(": ").unwrap();
        assert!(begin.ends_with("closed collection"), "{line}");
        let service = begin.split(' ').next().unwrap().to_owned();
        (service, way.split(' ').map(str::to_owned).collect())
    };
    text.lines().map(line).collect()
}

/// One of each sector; the test of all takes the time of a build.
#[test]
fn a_service_of_every_sector_from_draft_to_collected() {
    from_draft_to_collected(1);
}

#[test]
#[ignore = "takes a minute: cargo test -p oneservice-cli --test collected -- --ignored"]
fn all_services_of_the_catalogue_from_draft_to_collected() {
    from_draft_to_collected(usize::MAX);
}

/// At most so many services of each sector of the catalogue, in two halves side by side, each on a store of its own, since a store of one file is for one program
/// at a time.
fn from_draft_to_collected(most: usize) {
    let listed = ask(&["catalog", "list"]);
    assert!(listed.len() >= 27, "{}", listed.len());
    let mut taken: BTreeMap<String, usize> = BTreeMap::new();
    let ids = listed.iter().map(|service| service["id"].as_str().unwrap().to_owned());
    let services: Vec<String> = ids
        .filter(|id| {
            let count = taken.entry(id.split('.').next().unwrap().to_owned()).or_default();
            *count += 1;
            *count <= most
        })
        .collect();
    assert_eq!(taken.len(), 4);
    let folder = tempfile::tempdir().unwrap();
    let mut done = BTreeMap::new();
    std::thread::scope(|scope| {
        let halves = services.chunks(services.len().div_ceil(2)).enumerate().map(|(nth, half)| {
            let data = folder.path().join(nth.to_string());
            scope.spawn(move || ways(&drive(&data, None, half)))
        });
        for half in halves.collect::<Vec<_>>() {
            done.extend(half.join().unwrap());
        }
    });
    assert_eq!(done.keys().collect::<Vec<_>>(), services.iter().collect::<Vec<_>>());
    let inspected = done.values().filter(|way| way.iter().any(|act| act == "schedule-inspection"));
    assert!(inspected.count() >= 1, "{done:?}");
    for (service, way) in &done {
        let acts = way.iter().map(String::as_str).collect::<Vec<_>>();
        assert_eq!((acts.first(), acts.last()), (Some(&"submit"), Some(&"collect")), "{service}");
        for act in ["claim", "pass", "approve", "issue"] {
            assert!(acts.contains(&act), "{service}: {way:?}");
        }
    }
    // A fee is taken before review or before the hand-over, and nothing is taken where there is none.
    if most < usize::MAX {
        return;
    }
    let paid = |way: &&Vec<String>| way.iter().any(|act| act == "pay");
    assert!(done.values().filter(paid).count() > 10);
    assert!(done.values().any(|way| !paid(&way)));
    assert!(done.values().any(|way| way[1] != "pay" && paid(&way)), "some fees are due after the decision");
}

#[test]
fn some_services_on_sql() {
    let folder = tempfile::tempdir().unwrap();
    let server = PostgresServer::start(&["fsync=off"]).unwrap();
    let sqlite = format!("sqlite:{}", folder.path().join("office.sqlite").display());
    let of = |store: &str, data: &str, services: &[&str]| {
        let services: Vec<String> = services.iter().map(|service| (*service).to_owned()).collect();
        let done = ways(&drive(&folder.path().join(data), Some(store), &services));
        assert_eq!(done.len(), services.len());
    };
    let of = &of;
    std::thread::scope(|scope| {
        let on_sqlite = ["industry.measuring-instrument-verification"];
        scope.spawn(move || of(&sqlite, "sqlite", &on_sqlite));
        let on_postgres = ["culture.film-shooting-permit"];
        let postgres = server.url();
        scope.spawn(move || of(&postgres, "postgres", &on_postgres));
    });
}

/// A folder with real officers is no place to try a catalogue in, and a request that cannot go on is not passed over.
#[test]
fn the_script_ends_where_something_is_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let real = folder.path().join("real");
    let mut add = command(env!("CARGO_BIN_EXE_oneservice"));
    add.arg("--data").arg(&real).args(["staff", "add", "dara", "--name", "Sok Dara"]);
    add.args(["--role", "examiner@tourism"]).stdin(std::process::Stdio::piped());
    let mut child = add.spawn().unwrap();
    std::io::Write::write_all(child.stdin.as_mut().unwrap(), b"a password of some length").unwrap();
    assert!(child.wait_with_output().unwrap().status.success());
    let output = drive(&real, None, &[]);
    assert!(!output.status.success() && output.stdout.is_empty());
    assert!(String::from_utf8_lossy(&output.stderr).contains("demo-officer"));

    let output = drive(&folder.path().join("new"), None, &["tourism.no-such-service".to_owned()]);
    assert_eq!(output.status.code(), Some(3));
}
