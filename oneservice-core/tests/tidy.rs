//! The house rules that a compiler does not know: floors, lengths, docs, dead files, and edges between crates.
//!
//! Each rule reads the sources as text and names every offence with its file.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

/// Floors of the core, bottom-up. A module uses its own floor and those below.
const FLOORS: &[&[&str]] = &[
    &["ids", "money", "text", "calendar", "khqr"],
    &["catalog"],
    &["request"],
    &["store"],
    &["office"],
    &["testing"],
];

const LINES_MAX: usize = 500;

/// Packages whose sources are held to the rules.
const PACKAGES: &[&str] = &[
    "oneservice-core",
    "oneservice-redb",
    "oneservice-sqlx",
    "examples/pilot",
    "examples/web",
    "examples/cli",
    "examples/embed",
    "benches",
    "benches/postgres-es",
    "fuzz",
];

/// Packages that know no office in particular.
const LIBRARIES: &[&str] = &["oneservice-core", "oneservice-redb", "oneservice-sqlx"];

#[test]
fn no_arrow_between_floors_points_up() {
    let source = root().join("oneservice-core/src");
    let mut offences = Vec::new();
    for file in rust_files(&source) {
        let module = module_path(&source, &file);
        let Some(own) = module.first().and_then(|name| floor(name)) else { continue };
        for name in names_from_root(&code_of(&file), module.len()) {
            if floor(&name).is_some_and(|other| other > own) {
                offences.push(format!("{} uses crate::{name}", shown(&file)));
            }
        }
    }
    none(offences);
}

#[test]
fn every_module_of_the_core_is_on_a_floor() {
    let lib = code_of(&root().join("oneservice-core/src/lib.rs"));
    let names = modules_of(&lib);
    none(names.into_iter().filter(|name| floor(name).is_none()).map(|name| format!("{name} is on no floor")));
}

#[test]
fn no_file_is_longer_than_a_reader_holds() {
    none(sources().into_iter().filter_map(|file| {
        let lines = read(&file).lines().count();
        (lines > LINES_MAX).then(|| format!("{} has {lines} lines", shown(&file)))
    }));
}

#[test]
fn every_file_says_what_it_is() {
    none(sources().into_iter().filter_map(|file| {
        let text = read(&file);
        let first = text.lines().find(|line| !line.is_empty() && !line.starts_with("#!["));
        let is_said = first.is_some_and(|line| line.starts_with("//!"));
        (!is_said).then(|| format!("{} does not start with //!", shown(&file)))
    }));
}

#[test]
fn no_file_is_dead() {
    let mut offences = Vec::new();
    for package in packages() {
        let mut alive = BTreeSet::new();
        for root in crate_roots(&package) {
            follow(&root, &mut alive);
        }
        let dead = rust_files(&package).into_iter().filter(|file| !alive.contains(file) && !is_data(file));
        offences.extend(dead.map(|file| format!("{} is in no module tree", shown(&file))));
    }
    none(offences);
}

#[test]
fn engines_and_core_know_nothing_above_them() {
    let mut offences = Vec::new();
    for library in LIBRARIES {
        let text = read(&root().join(library).join("Cargo.toml"));
        let manifest: toml::Table = text.parse().expect("manifests are TOML");
        let dependencies = manifest.get("dependencies").and_then(|table| table.as_table());
        let names: Vec<&String> = dependencies.map(|table| table.keys().collect()).unwrap_or_default();
        let is_core = *library == "oneservice-core";
        let engines = ["redb", "sqlx", "rusqlite", "postgres", "tokio-postgres"];
        let edges = [
            "axum",
            "hyper",
            "tower",
            "tower-http",
            "askama",
            "clap",
            "fluent",
            "lettre",
            "qrcodegen",
            "tracing-subscriber",
        ];
        for name in names {
            let own = name.starts_with("oneservice-") && (is_core || name != "oneservice-core");
            if own || edges.contains(&name.as_str()) || is_core && engines.contains(&name.as_str()) {
                offences.push(format!("{library} depends on {name}"));
            }
        }
    }
    none(offences);
}

/// An office is data: the libraries name no province, no zone and no offset.
#[test]
fn libraries_know_no_office_in_particular() {
    let words = ["battambang", "បាត់ដំបង", "phnom_penh", "+07:00", "utc+7"];
    let files = LIBRARIES.iter().flat_map(|library| rust_files(&root().join(library).join("src")));
    none(files.flat_map(|file| {
        let text = read(&file).to_lowercase();
        let found = words.iter().filter(move |word| text.contains(**word));
        found.map(|word| format!("{} mentions {word}", shown(&file))).collect::<Vec<_>>()
    }));
}

#[test]
fn versions_of_dependencies_stand_in_one_place() {
    let own_versions = |text: &str| {
        let table: toml::Table = text.parse().expect("manifests are TOML");
        let sections = ["dependencies", "dev-dependencies", "build-dependencies"];
        let tables = sections.iter().filter_map(|section| table.get(*section)?.as_table());
        let pinned = tables.flatten().filter(|(_, entry)| entry.is_str() || entry.get("version").is_some());
        pinned.map(|(name, _)| name.clone()).collect::<Vec<_>>()
    };
    let is_member = |package: &PathBuf| !read(&package.join("Cargo.toml")).contains("\n[workspace]\n");
    let members = packages().into_iter().filter(is_member);
    none(members.flat_map(|package| {
        let names = own_versions(&read(&package.join("Cargo.toml")));
        names.into_iter().map(move |name| format!("{} pins {name}", shown(&package))).collect::<Vec<_>>()
    }));
}

/// The rules themselves see what they are to see.
/// A test cannot see it: crates that only tests use ask for the same, and then every crate has it.
#[test]
fn numbers_are_read_as_they_were_written_in_every_build() {
    let manifest = read(&root().join("Cargo.toml"));
    let asks = |line: &str| line.starts_with("serde_json = ") && line.contains("\"float_roundtrip\"");
    assert!(manifest.lines().any(asks), "serde_json without float_roundtrip");
}

#[test]
fn paths_are_found_in_every_form() {
    let code = "use crate::text; use crate::{ids::{A, B}, store, office::C}; fn f() { crate::money::x(); super::super::catalog::y() }";
    let names: Vec<String> = names_from_root(code, 2).into_iter().collect();
    assert_eq!(names, ["catalog", "ids", "money", "office", "store", "text"]);
    assert!(!names_from_root("super::super::catalog::y()", 3).contains("catalog"));
    assert_eq!(modules_of("pub mod a;\nmod b;\n    pub(crate) mod c;\nmod tests {"), ["a", "b", "c"]);
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace holds this package").to_owned()
}

fn packages() -> Vec<PathBuf> {
    PACKAGES
        .iter()
        .map(|package| root().join(package))
        .filter(|package| package.join("Cargo.toml").exists())
        .collect()
}

fn sources() -> Vec<PathBuf> {
    packages().iter().flat_map(|package| rust_files(package)).filter(|file| !is_data(file)).collect()
}

/// Programs that a test compiles to see them fail.
fn is_data(file: &Path) -> bool {
    file.components().any(|part| part.as_os_str() == "compile_fail")
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            // What has a manifest is a package of its own.
            if path.is_dir() && !path.ends_with("target") && !path.join("Cargo.toml").exists() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

fn read(file: &Path) -> String {
    fs::read_to_string(file).unwrap_or_default()
}

/// The text without comment lines: docs may point wherever they like.
fn code_of(file: &Path) -> String {
    let text = read(file);
    text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

fn shown(file: &Path) -> String {
    file.strip_prefix(root()).unwrap_or(file).display().to_string()
}

fn none(offences: impl IntoIterator<Item = String>) {
    let offences: Vec<String> = offences.into_iter().collect();
    assert!(offences.is_empty(), "\n{}\n", offences.join("\n"));
}

fn floor(name: &str) -> Option<usize> {
    FLOORS.iter().position(|floor| floor.contains(&name))
}

/// `src/store/memory.rs` is `["store", "memory"]`.
fn module_path(source: &Path, file: &Path) -> Vec<String> {
    let relative = file.strip_prefix(source).unwrap_or(file).with_extension("");
    let names = relative.components().map(|part| part.as_os_str().to_string_lossy().into_owned());
    names.filter(|name| !matches!(name.as_str(), "mod" | "lib")).collect()
}

/// The modules right under the crate's root that `code`, `depth` modules deep, names.
fn names_from_root(code: &str, depth: usize) -> BTreeSet<String> {
    let climb = "super::".repeat(depth);
    let paths = code.match_indices("crate::").chain(code.match_indices(&climb));
    paths.flat_map(|(at, prefix)| heads(&code[at + prefix.len()..])).collect()
}

/// First names of `a::b`, or of each member of `{a::b, c}`.
fn heads(path: &str) -> Vec<String> {
    let head = |path: &str| {
        path.trim_start().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>()
    };
    let Some(group) = path.strip_prefix('{') else { return vec![head(path)] };
    let mut depth = 0;
    let mut members = vec![0];
    for (at, character) in group.char_indices() {
        match character {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => members.push(at + 1),
            _ => {}
        }
    }
    members.into_iter().map(|at| head(&group[at..])).collect()
}

/// Names declared by `mod name;`.
fn modules_of(code: &str) -> Vec<String> {
    let declared = code.lines().filter_map(|line| {
        let line = line.trim().strip_suffix(';')?;
        let (before, name) = line.rsplit_once("mod ")?;
        (before.is_empty() || before.starts_with("pub")).then(|| name.to_owned())
    });
    declared.collect()
}

/// Files that cargo compiles by itself.
fn crate_roots(package: &Path) -> Vec<PathBuf> {
    let mut roots: Vec<PathBuf> =
        ["src/lib.rs", "src/main.rs", "build.rs"].iter().map(|file| package.join(file)).collect();
    for folder in ["src/bin", "tests", "benches", "examples", "fuzz_targets"] {
        for entry in fs::read_dir(package.join(folder)).into_iter().flatten().flatten() {
            let path = entry.path();
            roots.push(if path.is_dir() { path.join("main.rs") } else { path });
        }
    }
    roots.retain(|file| file.is_file() && file.extension().is_some_and(|extension| extension == "rs"));
    roots
}

/// Adds `file` and the modules below it.
fn follow(file: &Path, alive: &mut BTreeSet<PathBuf>) {
    if !alive.insert(file.to_owned()) {
        return;
    }
    let stem = file.file_stem().unwrap_or_default();
    let is_root = matches!(stem.to_str(), Some("lib" | "main" | "mod")) || !is_below_a_module(file);
    let folder = if is_root { file.with_file_name("") } else { file.with_extension("") };
    for name in modules_of(&code_of(file)) {
        for candidate in [folder.join(format!("{name}.rs")), folder.join(&name).join("mod.rs")] {
            if candidate.is_file() {
                follow(&candidate, alive);
            }
        }
    }
}

/// Whether `file` is a module, not a test or program of one file beside which its modules lie.
fn is_below_a_module(file: &Path) -> bool {
    let parent = file.parent().and_then(Path::file_name).and_then(|name| name.to_str());
    !matches!(parent, Some("tests" | "bin" | "fuzz_targets"))
}
